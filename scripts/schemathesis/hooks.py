"""What schemathesis is told besides the OpenAPI document: what is there to be named, what it must leave alone, and who may
do what. Everything that is chosen here follows from the seed and the request, so that a run can be repeated."""

import atexit
import collections
import hashlib
import json
import os
import random

import schemathesis

from requests_of_scene import bodies, grid, queries

with open(os.environ["KEYFERRY_TRIAL"], encoding="utf-8") as trial_file:
    TRIAL = json.load(trial_file)
ROLE, TOKEN, POOLS = TRIAL["role"], TRIAL["token"], TRIAL["pools"]
GRID = grid()
# Names in paths that mean different things on different routes.
DESTINATIONS = {"alert-destinations": "alert_destination", "audit-destinations": "audit_destination"}
# Fields of bodies that name something, by what they name.
FIELDS = {
    "group": "group", "connection": "connection", "keystore": "keystore", "key": "key", "kms_key": "kms_key",
    "source": "key", "user": "user", "role": "role", "new_version_of": "key", "wrapped_by": "key", "provider": "provider",
    "application": "application", "kms_keys": "kms_key", "keystores": "keystore", "as": "user", "keys": "key",
}
# What other requests live on is only tried, never lost: these run dry unless they are about what is spare.
KEPT = {"group": 1, "connection": 1, "keystore": 1, "key": 1, "kms_key": 2, "application": 1, "user": 2}
# A rule of consent or of cryptography would stand before all that follows; who makes a group gets a role in it, which routes.txt
# does not know of; accounts that are one person's may not consent for each other.
ONLY_TRIED = ("set_approval_rule", "set_crypto_policy", "create_group", "same_person", "other_person")
LOSING = ("delete_", "release_", "forget_", "offboard_", "remove_kms_key_from_cloud", "schedule_kms_key_deletion",
          "lock_application", "compromise_", "destroy_", *ONLY_TRIED)

# Which keys can do what is asked of a key.
FITTING = {"sign_with_key": "-sign", "verify_with_key": "-sign", "make_mac_with_key": "-mac", "encrypt_with_key": "-spare",
           "decrypt_with_key": "-spare", "wrap_with_key": "-spare", "unwrap_with_key": "-spare"}

counts = collections.Counter()


def operation_id(case):
    return case.operation.definition.raw["operationId"]


def dice(case):
    """Random choices that follow from the seed and the request."""
    shown = [operation_id(case), case.method, case.path_parameters, case.query, case.headers, case.body]
    text = json.dumps([TRIAL["seed"], [repr(part) for part in shown]], sort_keys=True)
    return random.Random(hashlib.sha256(text.encode("utf-8", "replace")).digest())


def is_negative(case, *places):
    components = case.meta.components if case.meta else {}
    wanted = [component for place, component in components.items() if place.name in places]
    return any(component.mode.is_negative for component in wanted)


def pool_of(case, name):
    if name == "destination":
        name = DESTINATIONS[case.operation.path.split("/")[3]]
    return POOLS.get(name, [])


def of_group(values, group):
    """What belongs to a group, or to none."""
    other = "own-" if group == "far" else "far-"
    return [value for value in values if other not in value] or values


def name_things(case, chance, group):
    for name in case.path_parameters or {}:
        known = of_group(pool_of(case, name), group)
        known = [one for one in known if one.endswith(FITTING.get(operation_id(case), ""))]
        if known and chance.random() < 0.65:
            case.path_parameters[name] = chance.choice(known)


def name_in_body(value, chance, group):
    if isinstance(value, list):
        return [name_in_body(item, chance, group) for item in value]
    if not isinstance(value, dict):
        return value
    named = {}
    for name, inner in value.items():
        known = of_group(POOLS.get(FIELDS.get(name), []), group)
        if known and isinstance(inner, str) and chance.random() < 0.7:
            inner = chance.choice(known)
        elif known and isinstance(inner, list) and all(isinstance(item, str) for item in inner):
            inner = [chance.choice(known) for _ in inner]
        named[name] = name_in_body(inner, chance, group)
    return named


def give_sense(case, chance, group):
    """Turns half of the well-formed requests into ones that can be carried out."""
    id_ = operation_id(case)
    if not is_negative(case, "BODY") and isinstance(case.body, (dict, list)):
        known = bodies(group, TRIAL["link"], f"new-{chance.randrange(10**9)}")
        if id_ in known and chance.random() < 0.6:
            case.body = known[id_]
        else:
            case.body = name_in_body(case.body, chance, group)
    if not is_negative(case, "QUERY"):
        asked = queries(group).get(id_)
        if asked and chance.random() < 0.7:
            case.query = dict(asked)
        declared = {one["name"] for one in case.operation.definition.raw.get("parameters", []) if one["in"] == "query"}
        named = next(iter((case.path_parameters or {}).values()), None)
        if "confirm_name" in declared and named and chance.random() < 0.7:
            case.query = dict(case.query or {}, confirm_name=named)
    # The hash of a plan is never guessed: with one, hardly a request would be carried out.
    if "Keyferry-Plan" in (case.headers or {}) and chance.random() < 0.95:
        del case.headers["Keyferry-Plan"]
    if not is_negative(case, "HEADER") and "If-Match" in (case.headers or {}) and chance.random() < 0.8:
        case.headers["If-Match"] = "*"


def keep_the_scene(case):
    """What is lost is lost for every later request: only the last of each kind is spare."""
    id_ = operation_id(case)
    if case.method not in ("POST", "DELETE") or not id_.startswith(LOSING) or is_negative(case, "QUERY"):
        return
    spare = all(
        value not in pool_of(case, name) or name not in KEPT or pool_of(case, name).index(value) % 5 >= KEPT[name]
        for name, value in (case.path_parameters or {}).items()
    )
    if id_ in ONLY_TRIED or not spare:
        case.query = dict(case.query or {}, dry_run="true")


@schemathesis.hook
def before_call(context, case, kwargs):
    chance = dice(case)
    group = "far" if chance.random() < 0.2 else "own"
    if not is_negative(case, "PATH"):
        name_things(case, chance, group)
    give_sense(case, chance, group)
    keep_the_scene(case)


@schemathesis.hook
def after_call(context, case, response):
    kind = "malformed" if case.meta and case.meta.generation.mode.is_negative else "well-formed"
    counts[f"{kind} {response.status_code}"] += 1


def row_of(case):
    return GRID.get((case.method.upper(), case.operation.path))


def groups_named(case):
    """The groups whose things a request names in its path."""
    named = " ".join(str(value) for value in (case.path_parameters or {}).values())
    return [group for group in ("own", "far") if f"{group}-" in named]


def sent_with_token(response):
    sent = response.request.headers.get("Authorization", "")
    return bool(TOKEN) and sent == f"Bearer {TOKEN}"


@schemathesis.check
def only_with_the_right(ctx, response, case):
    """Nobody is answered 2xx without the right to it, as routes.txt has it; nobody at all without sign-in."""
    row = row_of(case)
    if row is None or row["action"] == "(open)":
        return
    if ROLE == "nobody":
        # schemathesis makes session cookies up; a change that comes with one and not from Keyferry's own pages ends there.
        is_cross_site = response.status_code == 403 and b"request.cross-site" in response.content
        assert response.status_code == 401 or is_cross_site, f"{response.status_code} to somebody who is not signed in"
    if not 200 <= response.status_code < 300:
        return
    action = row["action"]
    if ROLE == "application":
        assert action in TRIAL["actions_of_applications"], f"an application may not {action}"
        assert "far" not in groups_named(case), f"an application did {action} in another group"
        return
    rights = row["rights"].get(ROLE, {})
    assert any(rights.values()), f"{ROLE} has no right to {action}, says routes.txt"
    if groups_named(case) == ["far"]:
        assert rights["far"], f"{ROLE} has no right to {action} in another group, says routes.txt"


@schemathesis.check
def still_signed_in(ctx, response, case):
    """The sign-in of the run has not ended: else everything after would only seem to be refused."""
    row = row_of(case)
    if row and row["action"] != "(open)" and sent_with_token(response):
        assert response.status_code != 401, "the token of this run is no longer good"


@atexit.register
def tell():
    with open(TRIAL["counts"], "w", encoding="utf-8") as file:
        json.dump(dict(counts), file)
