"""A request for every route that takes more than a path, about things that are really there; and what routes.txt, the
reviewed grid of routes, says about who may call them."""

import os

GRID = os.path.join(os.path.dirname(__file__), "../../crates/cli/tests/it/grid/routes.txt")
BYTES = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
PUBLIC_KEY = """\
-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwu15EGCGJlstum3iEJh2
yD2ueQS2PRfiDf22Lu1b6RyNh0UNABp1Xz+F6OlaeR6/+rwlSewbVzEDRAPKmHXr
tk/Qqup3fU5Awcj9OSUlZBi2k8Sdhd1LQ4p0MuHT+NyVaPLthyMK1qpfMVq7G2S0
ZpY2NPkv8A3eLngMxp1hYNcjNYfuA4mget4VO2JAs2kwGjJzIjXLayPWPD2FL37D
iG09HN8E+ipP1mBq8ceeF6t6E7YsZHO0vkGCdawvgZmmY/DIAI8K0FnueOEArhOv
TWnXUC5mO8DoJUw8I1FOpGgQ0h7F4IZEyK0oKCevEuDgkA3iLStYne+IHYMmHnNw
KQIDAQAB
-----END PUBLIC KEY-----\n
"""
CEDAR = 'forbid(principal, action == Keyferry::Action::"key.read", resource) when { false };'


def grid():
    """By method and path: the action, and for each role whether it has the right in its own group and in the other."""
    rows = {}
    roles = []
    with open(GRID, encoding="utf-8") as file:
        for line in file:
            cells = [cell.strip() for cell in line.split("|")]
            if line.startswith("# route"):
                roles = cells[4:]
            if line.startswith("#"):
                continue
            method, path = cells[0].split()
            rights = {}
            for role, cell in zip(roles, cells[4:]):
                own, other = cell.split()[:2]
                # 403 with a star and this code: the right was there, and consent was not. Of another group, nothing is there.
                waits = {"403*"} if "403:approval.needed" in cells[-1] else set()
                rights[role] = {
                    "own": own[:3] not in ("401", "403") or own in waits,
                    "far": other not in ("404",) and (other[:3] not in ("401", "403") or other in waits),
                }
            rows[method, path] = {"action": cells[1], "rights": rights}
    if len(rows) < 150 or len(roles) != 6:
        raise SystemExit(f"{GRID} cannot be read: {len(rows)} routes, {roles}")
    return rows


def bodies(group, link, new):
    """By operation: a body that asks for something that can be done, in a group; `new` is a name that is not taken."""
    own, store, aws = f"{group}-group", f"{group}-store", f"{group}-aws"
    hook = {"kind": "webhook", "url": "https://hooks.example/keyferry"}
    syslog = {"kind": "syslog", "host": "logs.example"}
    all_of = {"grantee": "arn:aws:iam::111122223333:user/platform-admin", "operations": ["Decrypt"]}
    taken_out = {"public_key": PUBLIC_KEY, "hours": 72, "reason": "the system moves"}
    provider = {"issuer": "https://id.example", "client_id": "keyferry", "client_secret": "secret"}
    return {
        "create_session": {"user": "bob", "password": "a good long password"},
        "create_token": {"name": new},
        "create_user": {"name": new},
        "create_group": {"name": new},
        "update_user": {"full_name": "Robert"},
        "reset_user_password": {},
        "end_user_sessions": {},
        "same_person": {"as": "dora"},
        "update_group": {"description": "new"},
        "create_role": {"name": new, "actions": ["key.read"]},
        "update_role": {"actions": ["key.read", "job.read"]},
        "add_policy": {"name": new, "text": CEDAR},
        "update_policy": {"text": CEDAR},
        "check_policy": {"name": new, "text": CEDAR},
        "give_role": {"role": "auditor", "user": "dora", "group": own},
        "unseal": {"passphrase": "correct horse battery staple"},
        "accept_audit_rollback": {"reason": "a drill"},
        "add_alert_destination": {"name": new, "address": hook},
        "verify_connection_settings": link,
        "add_connection": link | {"name": new, "group": own},
        "update_connection": {"tier": "full"},
        "examine_connection": {},
        "create_keystore": {"name": new, "connection": aws, "group": own},
        "update_keystore": {"description": "new"},
        "rotate_keystore": {"method": "new-key"},
        "adopt_kms_keys": {"all": True},
        "create_key": {"name": new, "spec": "AES-256", "group": own},
        "import_key": {"name": new, "file": BYTES, "format": "raw", "group": own},
        "update_key": {"description": "new"},
        "copy_key": {"group": own, "name": new},
        "rotate_key": {"copies": "none"},
        "destroy_key_version": {},
        "prepare_download": taken_out,
        "prepare_export": taken_out,
        "set_key_rotation": {"schedule": {"every": "30d"}},
        "create_kms_key": {"keystore": store, "name": new},
        "upload_key": {"keystore": store, "key": f"{group}-spare"},
        "import_kms_key": {"keystore": store, "name": new, "file": BYTES, "format": "raw"},
        "change_kms_keys": {"kms_keys": [f"{group}-app"], "operation": "disable"},
        "update_kms_key": {"description": "new"},
        "synchronize_kms_key": {"update_policy": True, "import_material": True, "delete_material": False},
        "create_kms_key_grant": all_of,
        "rotate_kms_key": {"method": "new-key"},
        "schedule_kms_key_deletion": {},
        "cancel_kms_key_deletion": {},
        "set_kms_key_rotation": {"every": "30d"},
        "encrypt_with_key": {"plaintext": BYTES},
        "decrypt_with_key": {"ciphertext": BYTES},
        "make_mac_with_key": {"message": BYTES},
        "sign_with_key": {"message": BYTES},
        "verify_with_key": {"message": BYTES, "signature": BYTES},
        "wrap_with_key": {"key": BYTES},
        "unwrap_with_key": {"wrapped_key": BYTES},
        "encrypt_with_kms_key": {"plaintext": BYTES},
        "decrypt_with_kms_key": {"ciphertext": BYTES},
        "create_application": {"name": new, "group": own},
        "update_application": {"description": "new"},
        "open_use_period": {"application": f"{group}-billing", "minutes": 60},
        "create_application_key": {"name": new},
        "rotate_application_key": {},
        "add_certificate": {"name": f"dns:{new}.example.com"},
        "ask_approval": {
            "method": "POST",
            "path": f"/api/v1/kms-keys/{group}-app/deactivate?confirm_name={group}-app",
        },
        "set_approval_rule": {"group": own, "class": "destructive", "approvers": 1},
        "set_crypto_policy": {"group": own, "export": False},
        "add_sign_in_provider": provider | {"name": new, "public_url": "https://keyferry.example"},
        "update_sign_in_provider": {"provisioning": "just-in-time"},
        "add_sign_in_rule": {"claim": "groups", "value": new, "role": "auditor", "group": own},
        "add_audit_destination": {"name": new, "address": syslog},
    }


def queries(group):
    """By operation: a query that is answered."""
    own = f"{group}-group"
    return {
        "list_who_can": {"action": "key.read", "group": own},
        "read_why": {"user": "bob", "action": "key.read", "group": own},
        "read_connection_hosts": {"regions": "eu-central-1"},
        "read_audit_proof": {"entry": 0},
        "export_audit_tile": {"index": 0, "width": 1},
        "read_crypto_policy": {"group": own},
        "remove_crypto_policy": {"group": own},
        "remove_approval_rule": {"group": own},
    }
