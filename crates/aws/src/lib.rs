//! The AWS adapter: the only place that knows the SDK.
