"""Two groups with one of everything over a simulated AWS, and somebody with each role: like the scene of the grid of
routes (crates/cli/tests/it/grid), but made through the API of a running server."""

import json
import os
import re
import subprocess
import threading
import time

import requests
import urllib3

from requests_of_scene import PUBLIC_KEY

urllib3.disable_warnings()

PASSPHRASE = "correct horse battery staple"
PASSWORD = "a good long password"
FIRST_PASSWORD = "another good long password"
GROUPS = ("own", "far")
# Role, person; the first three have it in `own-group`.
PEOPLE = [
    ("administrator", "abe"),
    ("operator", "ope"),
    ("auditor", "aud"),
    ("system-administrator", "sys"),
    ("security-officer", "sec"),
    ("none", "nob"),
]
BYSTANDERS = ["bob", "carol", "dora", "eve", "fay", "gus"]
WAIT_SECONDS_MAX = 90


def secret_file(path, text):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    return path


class Process:
    """A child that says where it listens, and whose further words go to a log."""

    def __init__(self, words, home, pattern, stream):
        environment = {"HOME": home, "PATH": os.environ.get("PATH", "")}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
        self.child = subprocess.Popen(words, env=environment, text=True, **pipes)
        self.said = []
        self.found = None
        seen = threading.Event()
        for name in ("stdout", "stderr"):
            reader = threading.Thread(target=self._read, args=(name, pattern, name == stream, seen), daemon=True)
            reader.start()
        if not seen.wait(WAIT_SECONDS_MAX) or self.found is None:
            self.stop()
            raise SystemExit(f"{words[1]} did not start:\n" + "".join(self.said[-30:]))

    def _read(self, name, pattern, decides, seen):
        for line in getattr(self.child, name):
            self.said.append(line)
            found = re.search(pattern, line) if decides and self.found is None else None
            if found:
                self.found = found.group(1)
                seen.set()
        if decides:
            seen.set()

    def stop(self):
        self.child.terminate()
        try:
            self.child.wait(20)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


class Aws(Process):
    """Keyferry's simulator of AWS."""

    def __init__(self, keyferry, folder):
        words = [keyferry, "simulator", "--output", "json", "--data", folder]
        super().__init__(words, os.path.dirname(folder), r'"url":\s*"([^"]+)"', "stdout")
        self.url = self.found
        with open(os.path.join(folder, "access-keys.json"), encoding="utf-8") as file:
            self.keys = json.load(file)
        with open(os.path.join(folder, "ca.pem"), encoding="utf-8") as file:
            self.ca = file.read()


def start_provider(folder):
    """The OpenID provider that `scripts/bootstrap test` installs."""
    os.makedirs(folder)
    with open(os.path.join(folder, "openssl.cnf"), "w", encoding="utf-8") as file:
        file.write("[req]\nprompt=no\ndistinguished_name=name\nx509_extensions=server\n[name]\nCN=localhost\n")
        file.write("[server]\nsubjectAltName=DNS:localhost\nbasicConstraints=critical,CA:FALSE\n")
    words = ["openssl", "req", "-x509", "-config", "openssl.cnf", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    words += ["-nodes", "-days", "2", "-keyout", "private-key.pem", "-out", "certificate.pem"]
    subprocess.run(words, cwd=folder, check=True, capture_output=True)
    client = {"client_id": "keyferry", "client_secret": "secret", "redirect_uri": "https://keyferry.example/callback"}
    with open(os.path.join(folder, "settings.json"), "w", encoding="utf-8") as file:
        json.dump(client | {"people": {}}, file)
    script = os.path.join(os.path.dirname(__file__), "../../.cache/oidc-provider/provider.mjs")
    return Process(["node", os.path.abspath(script), folder], folder, r"(https://\S+)", "stdout")


def initialize(keyferry, home, data):
    words = [keyferry, "init", "--output", "json", "--data", data]
    words += ["--passphrase-file", secret_file(os.path.join(home, "passphrase"), PASSPHRASE)]
    words += ["--administrator-password-file", secret_file(os.path.join(home, "password"), PASSWORD)]
    done = subprocess.run(words, env={"HOME": home}, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"keyferry init: {done.stderr}")
    configure(os.path.join(data, "keyferry.toml"))


# The provider and the simulator of the scene are on this host. A run asks more in a minute than people do, and nearly all of it
# would be answered by 429.
SETTINGS = {
    "sign_in": {"private_hosts": "localhost"},
    "connections": {"private_hosts": "127.0.0.1"},
    "limits": {
        "address_per_minute": 0,
        "account_per_minute": 0,
        "key_use_per_minute": 0,
        "sign_in_per_minute": 0,
        "oidc_start_per_minute": 0,
        "unseal_per_minute": 0,
    },
}


def configure(path):
    """Adds what a scene needs to the configuration that `keyferry init` wrote."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for section, settings in SETTINGS.items():
        lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
        head = f"[{section}]\n"
        text = text.replace(head, head + lines) if head in text else f"{text}\n{head}{lines}"
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def start_server(keyferry, home, data):
    words = [keyferry, "server", "--listen", "127.0.0.1:0", "--data", data]
    words += ["--unseal-file", os.path.join(home, "passphrase")]
    return Process(words, home, r"listening on (\S+)", "stderr")


class Client:
    """Somebody who asks."""

    def __init__(self, url, token=None, cookie=None):
        self.url = url
        self.session = requests.Session()
        self.session.verify = False
        self.session.trust_env = False
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"
        if cookie:
            self.session.headers["Cookie"] = f"__Host-keyferry={cookie}"
            self.session.headers["Sec-Fetch-Site"] = "same-origin"

    def ask(self, method, path, body=None, **headers):
        answer = self.session.request(method, f"{self.url}/api/v1/{path}", json=body, headers=headers, timeout=60)
        if not answer.ok:
            raise SystemExit(f"the scene: {method} {path}: {answer.status_code} {answer.text}")
        return answer

    def post(self, path, body=None):
        answer = self.ask("POST", path, body)
        return answer.json() if answer.content else None

    def patch(self, path, body):
        return self.ask("PATCH", path, body, **{"If-Match": "*"}).json()

    def get(self, path):
        return self.ask("GET", path).json()


def sign_in(url, name, password):
    """The cookie of a new session, and its id."""
    answer = Client(url).ask("POST", "sessions", {"user": name, "password": password})
    cookie = answer.cookies.get("__Host-keyferry") or re.search(
        r"__Host-keyferry=([^;]+)", answer.headers.get("set-cookie", "")
    ).group(1)
    return cookie


class Maker:
    """Makes the scene by the first administrator, who is given every role that the making needs."""

    def __init__(self, url, aws, provider):
        self.url, self.simulator, self.keys, self.ca = url, aws.url, aws.keys, aws.ca
        self.issuer, self.provider_ca = provider
        token = Client(url, cookie=sign_in(url, "admin", PASSWORD)).post("me/tokens", {"name": "scene"})
        self.ann = Client(url, token=token["token"])
        self.pools = {}

    def pool(self, name, *values):
        self.pools.setdefault(name, []).extend(values)

    def person(self, name):
        """Somebody who has set the password that holds."""
        made = self.ann.post("users", {"name": name, "password": FIRST_PASSWORD})
        Client(self.url, cookie=sign_in(self.url, name, FIRST_PASSWORD)).post(
            "me/password", {"old": FIRST_PASSWORD, "new": PASSWORD}
        )
        return made["details"]["id"] if "details" in made else made["user"]["id"]

    def role(self, role, user, group):
        return self.ann.post("role-assignments", {"role": role, "user": user, "group": group})["id"]

    def until_calm(self):
        """Waits until no job about a KMS key is on its way, or all that are wait for AWS to settle."""
        for _ in range(WAIT_SECONDS_MAX * 5):
            jobs = self.ann.get("jobs?limit=1000")["items"]
            if not [job for job in jobs if job["state"] in ("queued", "running")]:
                return
            time.sleep(0.2)
        raise SystemExit("the scene: jobs do not end")

    def group(self, group, account, kind):
        own = f"{group}-group"
        self.ann.post("groups", {"name": own})
        key = next(one for one in self.keys if one["account"] == account)
        identity = {
            "kind": "access-key",
            "access_key_id": key["access_key_id"],
            "secret_access_key": key["secret_access_key"],
        }
        link = {"regions": ["eu-central-1", "us-east-1"], "identity": identity, "tier": kind}
        link |= {"endpoint": {"kind": "custom", "url": self.simulator}, "tls": {"ca_bundle": self.ca}}
        for one in ("aws", "second"):
            self.ann.post("connections", {"name": f"{group}-{one}", "group": own} | link)
        for one in ("store", "empty", "spare-store"):
            body = {"name": f"{group}-{one}", "group": own, "connection": f"{group}-aws"}
            self.ann.post("keystores", body | {"regions": ["eu-central-1", "us-east-1"]})
        self.things_of_the_vault(group, own)
        self.kms_keys(group, account)
        self.ann.post("groups", {"name": f"{group}-hollow"})
        self.application(group, own)
        self.leaving(group, own)
        self.pool("assignment", self.role("auditor", "carol", own), self.role("operator", "fay", own))
        self.pool("group", own, f"{group}-hollow")
        rule = {"claim": "groups", "value": group, "role": "auditor", "group": own}
        self.pool("rule", self.ann.post("sign-in-providers/corp/rules", rule)["id"])
        self.pool("connection", f"{group}-aws", f"{group}-second")
        self.pool("keystore", f"{group}-store", f"{group}-empty", f"{group}-spare-store")
        self.link = link
        return link

    def things_of_the_vault(self, group, own):
        specs = {"spare": "AES-256", "idle": "AES-256", "doomed": "AES-256", "mac": "HMAC-256", "sign": "ECC-P256"}
        for one, spec in specs.items():
            body = {"name": f"{group}-{one}", "spec": spec, "group": own, "exportable": True}
            self.ann.post("keys", body)
            self.pool("key", f"{group}-{one}")
        for one in ("idle", "doomed"):
            self.ann.post(f"keys/{group}-{one}/versions/1/deactivate", {})
        doomed = f"{group}-doomed"
        self.ann.post(f"keys/{doomed}/versions/1/destroy?confirm_name={doomed}", {})
        self.ann.patch(f"keys/{group}-spare/rotation-schedule", {"schedule": {"every": "30d"}})
        self.pool("schedule", f"{group}-spare")

    def kms_keys(self, group, account):
        # The policy of Keyferry's own user says nothing of use: for applications, each KMS key allows it.
        settings = {"access": {"users": [f"arn:aws:iam::{account}:user/keyferry"]}}
        for one in ("app", "off", "dying", "hurt", "lost"):
            body = {"keystore": f"{group}-store", "name": f"{group}-{one}", "settings": settings}
            self.pool("job", self.ann.post("kms-keys", body)["job"]["id"])
            self.pool("kms_key", f"{group}-{one}")
        self.until_calm()
        for one, verb in (("off", "deactivate"), ("dying", "schedule-deletion")):
            path = f"kms-keys/{group}-{one}/{verb}?confirm_name={group}-{one}"
            self.ann.post(path, {} if one == "dying" else None)
        self.ann.post(f"keystores/{group}-store/sync")

    def application(self, group, own):
        for one in ("billing", "idle-app"):
            self.ann.post("applications", {"name": f"{group}-{one}", "group": own})
            key = self.ann.post(f"applications/{group}-{one}/keys", {"name": "production"})
            if (group, one) == ("own", "billing"):
                self.application_secret = key["api_key"]
            user = {"role": "key-user", "user": f"application/{group}-{one}", "group": own}
            self.ann.post("role-assignments", user)
            certificate = {"name": f"dns:{group}-{one}.example.com"}
            self.ann.post(f"applications/{group}-{one}/certificates", certificate)
            self.pool("application", f"{group}-{one}")
            self.pool("certificate", f"dns:{group}-{one}.example.com")
        self.ann.post(f"applications/{group}-billing/keys", {"name": "old"})
        self.pool("api_key", "production", "old")
        for application in (f"{group}-billing", f"{group}-idle-app"):
            period = self.ann.post("use-periods", {"application": application, "minutes": 1440})
            self.pool("period", period["id"])

    def leaving(self, group, own):
        """What others may take out."""
        wanted = {"public_key": PUBLIC_KEY, "hours": 72, "reason": "the system moves"}
        for path in (f"groups/{group}-hollow/prepare-export", f"keys/{group}-spare/versions/1/prepare-download"):
            self.pool("preparation", self.ann.post(path, wanted)["id"])

    def installation(self):
        cedar = 'forbid(principal, action == Keyferry::Action::"key.read", resource) when { false };'
        for name in ("looker", "looker-too"):
            self.ann.post("roles", {"name": name, "actions": ["key.read"]})
            self.pool("role", name)
        for name in ("ours", "ours-too"):
            self.ann.post("policies", {"name": name, "text": cedar})
            self.pool("policy", name)
        provider = {
            "issuer": self.issuer,
            "ca_bundle": self.provider_ca,
            "client_id": "keyferry",
            "client_secret": "secret",
            "public_url": "https://keyferry.example",
        }
        self.ann.post("sign-in-providers", {"name": "corp"} | provider)
        self.pool("provider", "corp")
        siem = {"name": "siem", "address": {"kind": "syslog", "host": "logs.example"}}
        self.ann.post("audit-destinations", siem)
        self.pool("audit_destination", "siem")
        hook = {"kind": "webhook", "url": "https://hooks.example/keyferry"}
        added = self.ann.post("alert-destinations", {"name": "ops", "address": hook})
        self.pool("alert_destination", added["destination"]["id"])

    def let_in(self, name):
        cookies = [sign_in(self.url, name, PASSWORD) for _ in range(2)]
        client = Client(self.url, cookie=cookies[0])
        sessions = client.get("me/sessions")["items"]
        self.pool("session", *[one["id"] for one in sessions if not one.get("is_current")])
        secret = client.post("me/tokens", {"name": "schemathesis"})["token"]
        spare = client.post("me/tokens", {"name": "to-be-revoked"})
        self.pool("token", spare["details"]["id"])
        return secret


def make(url, aws, provider):
    """Makes the scene; answers secrets by role, and ids and names by what they name."""
    maker = Maker(url, aws, provider)
    for name in BYSTANDERS:
        maker.person(name)
        maker.pool("user", name)
    people = {name: maker.person(name) for _, name in PEOPLE}
    maker.installation()
    for group, account, kind in (("own", "111122223333", "full"), ("far", "444455556666", "full")):
        maker.group(group, account, kind)
    for role, name in PEOPLE:
        if role != "none":
            maker.role(role, name, "own-group" if role in ("administrator", "operator", "auditor") else None)
    maker.until_calm()
    maker.pool("alert", *[one["id"] for one in maker.ann.get("alerts")["items"]][:6])
    maker.pool("class", "destructive", "use-equivalent")
    maker.pool("version", "1", "2")
    secrets = {role: maker.let_in(name) for role, name in PEOPLE}
    secrets["application"] = maker.application_secret
    secrets["nobody"] = ""
    return {"secrets": secrets, "pools": maker.pools, "link": maker.link, "people": people}
