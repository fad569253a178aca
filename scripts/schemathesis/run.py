"""Trial by schema: schemathesis asks a real server everything that the OpenAPI document allows and forbids, in each role.

    .cache/venv-schemathesis/bin/python scripts/schemathesis/run.py <keyferry> [--role ROLE] [--seed N] [--only OPERATION]

See docs/reference/trial-by-schema.md."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True

import scene
from requests_of_scene import grid

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SEED = 20261123
REQUESTS_MIN = 5_000
STRONGEST = "administrator"
# Of the well-formed requests of the strongest role, so many are done at least.
SUCCESS_SHARE_MIN = 0.2
# Roles by lane: lanes run beside each other, each with an AWS and a scene of its own. Each role begins with a copy of the scene, and
# with AWS as the one before left it: who only uses KMS keys goes before who turns their access keys over.
LANES = [
    ["application", "administrator", "none", "nobody"],
    ["operator", "system-administrator", "security-officer", "auditor"],
]
# Who asks everything of a route that covers the document, each limit, each missing field, each other method: the first of
# these who has the right to it. Everybody asks every route otherwise.
COVERING = ["administrator", "system-administrator", "security-officer", "application"]
# Examples for each route besides those that cover the document.
EXAMPLES = {"administrator": 6, "nobody": 2, "none": 2}
EXAMPLES_ELSE = 5
CHECKS = [
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "missing_required_header", "unsupported_method",
    "allow_header_conformance", "ignored_auth", "only_with_the_right", "still_signed_in",
]
# What is not asked, and why.
EXCLUDED = {
    "seal": "a sealed vault answers everything after with 503",
    "end_sessions": "it ends the sign-in that the run goes on with",
    "change_password": "wrong passwords lock the person out who runs the trial",
    "confirm_session": "wrong passwords lock the person out who runs the trial",
    "set_up_totp": "wrong passwords lock the person out who runs the trial",
    "remove_totp": "wrong passwords lock the person out who runs the trial",
    "stream_events": "its answer has no end",
}
say_lock = threading.Lock()


def say(*lines):
    with say_lock:
        print(*lines, sep="\n", flush=True)


def config(role, token, trial):
    """The configuration of one run, as TOML."""
    lines = [
        "tls-verify = false",
        "request-timeout = 60",
        # A connection that breaks is a failure.
        "request-retries = 0",
        "workers = 1",
        "continue-on-failure = true",
        f'seed = {trial["seed"]}',
        "[generation]",
        'mode = "all"',
        f'max-examples = {trial["examples"]}',
        'database = "none"',
        f'no-shrink = {str(trial["no_shrink"]).lower()}',
        "[checks.missing_required_header]",
        'expected-statuses = ["400", "401", "403", "404", "428"]',
        "[phases.examples]",
        "enabled = false",
        "[phases.stateful]",
        "enabled = false",
    ]
    if token:
        lines += ["[headers]", f'Authorization = "Bearer {token}"']
    left = json.dumps([id_ for id_, by in covering().items() if by != role])
    lines += ["[[operations]]", f"include-operation-id = {left}", "phases.coverage.enabled = false"]
    return "\n".join(lines) + "\n"


def covering():
    """By operation: who covers it."""
    with open(os.path.join(ROOT, "crates/api/openapi.json"), encoding="utf-8") as file:
        paths = json.load(file)["paths"]
    found = {}
    for (method, path), row in grid().items():
        rights = [role for role in COVERING if row["rights"].get(role, {}).get("own")]
        used = row["action"] in actions_of_applications() and not rights
        found[paths[path][method.lower()]["operationId"]] = "application" if used else (rights or ["administrator"])[0]
    return found


def run_role(lane, role, arguments):
    """Runs schemathesis in one role against a fresh copy of the scene. Answers its counts, or exits."""
    folder = os.path.join(lane.home, role)
    os.makedirs(folder)
    data = os.path.join(folder, "data")
    shutil.copytree(lane.data, data)
    server = scene.start_server(arguments.keyferry, lane.home, data)
    counts = os.path.join(folder, "counts.json")
    trial = {
        "role": role,
        "token": lane.made["secrets"][role],
        "pools": lane.made["pools"],
        "link": lane.made["link"],
        "seed": arguments.seed,
        "examples": arguments.examples or EXAMPLES.get(role, EXAMPLES_ELSE),
        "no_shrink": arguments.no_shrink,
        "counts": counts,
        "actions_of_applications": lane.actions,
    }
    with open(os.path.join(folder, "trial.json"), "w", encoding="utf-8") as file:
        json.dump(trial, file)
    with open(os.path.join(folder, "schemathesis.toml"), "w", encoding="utf-8") as file:
        file.write(config(role, trial["token"], trial))
    words = [os.path.join(os.path.dirname(sys.executable), "schemathesis"), "--config-file", "schemathesis.toml"]
    words += ["run", f"{server.found}/api/v1/openapi.json", "--no-color", "--checks", ",".join(CHECKS)]
    for operation in EXCLUDED:
        words += ["--exclude-operation-id", operation]
    for operation in arguments.only or []:
        words += ["--include-operation-id", operation]
    environment = dict(os.environ, SCHEMATHESIS_HOOKS="hooks", PYTHONPATH=HERE, PYTHONDONTWRITEBYTECODE="1", KEYFERRY_TRIAL=os.path.join(folder, "trial.json"))
    begin = time.monotonic()
    with open(os.path.join(lane.logs, f"schemathesis-{role}.log"), "w+", encoding="utf-8") as log:
        status = subprocess.run(words, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT, check=False).returncode
        log.seek(0)
        said = log.read()
    seconds = time.monotonic() - begin
    server.stop()
    with open(os.path.join(lane.logs, f"server-{role}.log"), "w", encoding="utf-8") as file:
        file.writelines(server.said)
    found = {}
    if os.path.exists(counts):
        with open(counts, encoding="utf-8") as file:
            found = json.load(file)
    return Result(role, status, found, said, seconds)


class Result:
    """What came of one role."""

    def __init__(self, role, status, counts, said, seconds):
        self.role, self.status, self.counts, self.said, self.seconds = role, status, counts, said, seconds
        self.requests = sum(counts.values())

    def share(self):
        """Of what was well-formed, the share that was done."""
        good = sum(self.of("well-formed", code) for code in range(200, 300))
        return good / max(sum(self.of("well-formed", code) for code in range(600)), 1)

    def of(self, kind, code):
        return self.counts.get(f"{kind} {code}", 0)

    def line(self):
        lines = [f"  {self.role}: {self.requests} requests in {self.seconds:.0f} s; of the well-formed {self.share():.0%} were done"]
        for kind in ("well-formed", "malformed"):
            codes = [f"{code}: {self.of(kind, code)}" for code in range(600) if self.of(kind, code)]
            lines.append(f"    {kind + ',':<12} by status  {', '.join(codes)}")
        return "\n".join(lines)


class Lane(threading.Thread):
    """Roles one after another, over one simulated AWS."""

    def __init__(self, number, roles, home, logs, arguments):
        super().__init__()
        self.home = os.path.join(home, str(number))
        self.logs, self.roles, self.arguments = logs, roles, arguments
        self.data = os.path.join(self.home, "data")
        self.actions = actions_of_applications()
        self.results, self.trouble = [], None

    def run(self):
        try:
            self.work()
        except BaseException as trouble:  # noqa: BLE001 - it is told by whoever started the lane
            self.trouble = trouble

    def work(self):
        aws = os.path.join(self.home, "aws")
        os.makedirs(aws)
        simulator = scene.Aws(self.arguments.keyferry, aws)
        provider = scene.start_provider(os.path.join(self.home, "provider"))
        try:
            with open(os.path.join(self.home, "provider/certificate.pem"), encoding="utf-8") as file:
                issuer = (provider.found, file.read())
            scene.initialize(self.arguments.keyferry, self.home, self.data)
            server = scene.start_server(self.arguments.keyferry, self.home, self.data)
            try:
                self.made = scene.make(server.found, simulator, issuer)
            finally:
                server.stop()
            for role in self.roles:
                result = run_role(self, role, self.arguments)
                self.results.append(result)
                say(result.line())
        finally:
            provider.stop()
            simulator.stop()


def actions_of_applications():
    """What applications may do with keys and KMS keys of their group."""
    uses = ["encrypt", "decrypt", "mac", "sign", "verify", "wrap", "unwrap", "read"]
    return [f"key.{use}" for use in uses] + [f"kms-key.{use}" for use in ("encrypt", "decrypt", "read")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("keyferry")
    parser.add_argument("--role", action="append", choices=[role for lane in LANES for role in lane])
    parser.add_argument("--only", action="append", metavar="OPERATION")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--examples", type=int)
    parser.add_argument("--no-shrink", action="store_true")
    parser.add_argument("--logs", default=os.path.join(ROOT, ".cache/schemathesis"))
    arguments = parser.parse_args()
    os.makedirs(arguments.logs, exist_ok=True)
    say(f"schemathesis by seed {arguments.seed}, checks: {', '.join(CHECKS)}")
    for operation, why in EXCLUDED.items():
        say(f"  not asked: {operation}: {why}")
    lanes = [[role for role in lane if not arguments.role or role in arguments.role] for lane in LANES]
    with tempfile.TemporaryDirectory(prefix="keyferry-schemathesis-") as home:
        running = [Lane(number, roles, home, arguments.logs, arguments) for number, roles in enumerate(lanes) if roles]
        for lane in running:
            lane.start()
        for lane in running:
            lane.join()
    trouble = [lane.trouble for lane in running if lane.trouble]
    results = [result for lane in running for result in lane.results]
    for result in results:
        if result.status != 0:
            say(f"--- {result.role} ---", result.said)
    failed = judge(results, arguments) + [f"{one!r}" for one in trouble]
    for line in failed:
        say(f"error: {line}")
    sys.exit(1 if failed else 0)


def judge(results, arguments):
    """What is wrong with the whole."""
    failed = [f"{result.role}: schemathesis ended with status {result.status}" for result in results if result.status]
    total = sum(result.requests for result in results)
    say(f"  {total} requests in all")
    if arguments.role or arguments.only:
        return failed
    if total < REQUESTS_MIN:
        failed.append(f"only {total} requests; {REQUESTS_MIN} are wanted")
    for result in results:
        if result.role == STRONGEST and result.share() < SUCCESS_SHARE_MIN:
            failed.append(f"only {result.share():.0%} of the well-formed requests of {STRONGEST} were done; {SUCCESS_SHARE_MIN:.0%} is wanted")
    return failed


if __name__ == "__main__":
    main()
