"""Starts LocalStack on 127.0.0.1 only; by itself its server listens on every interface."""

import functools
import warnings

import typing_extensions

# LocalStack 4.14 says that it runs on Python 3.12, but takes this from 3.13's library.
if not hasattr(warnings, "deprecated"):
    warnings.deprecated = typing_extensions.deprecated

from localstack.runtime.main import main
from localstack.runtime.server.twisted import endpoints

endpoints.TCP4ServerEndpoint = functools.partial(endpoints.TCP4ServerEndpoint, interface="127.0.0.1")
main()
