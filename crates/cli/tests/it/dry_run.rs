//! Which commands change something, and which of them can be tried first: every command is in one of these lists.

use std::collections::BTreeSet;

use clap::{Command, CommandFactory as _};
use keyferry_cli::Invocation;

/// They change nothing that is kept.
const READS: &[&str] = &[
    "application certificate list",
    "application key list",
    "application list",
    "application show",
    "approval list",
    "approval show",
    "approval-rule list",
    "crypto-policy list",
    "crypto-policy show",
    "use-period list",
    "key decrypt",
    "key preparations",
    "key encrypt",
    "key mac",
    "key sign",
    "key unwrap",
    "key verify",
    "key wrap",
    "kms-key decrypt",
    "kms-key encrypt",
    "alert list",
    "alert show",
    "audit checkpoint",
    "audit key",
    "audit list",
    "audit proof",
    "audit verify",
    "config check",
    "config show",
    "connection hosts",
    "connection list",
    "connection policy",
    "connection principals",
    "connection regions",
    "connection show",
    "connection verify",
    "group list",
    "group show",
    "role assignments",
    "role list",
    "role show",
    "policy check",
    "policy list",
    "policy show",
    "policy who-can",
    "policy why",
    "job list",
    "job show",
    "job wait",
    "key list",
    "key show",
    "key specs",
    "key-version list",
    "keystore list",
    "keystore show",
    "keystore unmanaged",
    "kms-key grants",
    "kms-key list",
    "audit verify-receipt",
    "audit verify-report",
    "report access",
    "report approvals",
    "report keys",
    "report rotation",
    "kms-key receipt",
    "kms-key show",
    "me",
    "schedule list",
    "schedule show",
    "seal status",
    "session list",
    "token list",
    "user list",
    "user show",
    "alert destination list",
    "sign-in-provider list",
    "sign-in-provider show",
    "request-log download",
    "request-log files",
    "request-log show",
    "audit destination list",
    "audit destination show",
];

/// They change AWS or Keyferry's records, and know `--dry-run`.
const TRIED_FIRST: &[&str] = &[
    "application certificate add",
    "application certificate remove",
    "application create",
    "application delete",
    "application key create",
    "application key revoke",
    "application key rotate",
    "application lock",
    "application unlock",
    "application update",
    "approval approve",
    "approval cancel",
    "approval reject",
    "approval-rule remove",
    "approval-rule set",
    "crypto-policy remove",
    "crypto-policy set",
    "use-period close",
    "use-period open",
    "alert acknowledge",
    "alert destination add",
    "alert destination delete",
    "audit accept-rollback",
    "audit destination add",
    "audit destination delete",
    "audit add-cosignature",
    "connection add",
    "connection delete",
    "connection rotate-access-key",
    "connection update",
    "group create",
    "group delete",
    "group update",
    "policy add",
    "policy delete",
    "policy update",
    "role create",
    "role delete",
    "role update",
    "request-log clear",
    "request-log rotate",
    "role give",
    "sign-in-provider add",
    "sign-in-provider add-rule",
    "sign-in-provider remove",
    "sign-in-provider remove-rule",
    "sign-in-provider update",
    "role take",
    "job cancel",
    "job pause",
    "job resume",
    "job retry",
    "key cancel-preparation",
    "key copy",
    "key create",
    "key download",
    "key export prepare",
    "key export take",
    "key prepare-download",
    "key import",
    "key new-version",
    "key rotate",
    "key set-rotation",
    "key update",
    "key-version cancel-destruction",
    "key-version compromise",
    "key-version deactivate",
    "key-version destroy",
    "keystore adopt",
    "keystore bind",
    "keystore create",
    "keystore delete",
    "keystore rotate",
    "keystore update",
    "kms-key activate",
    "kms-key adopt",
    "kms-key bind",
    "kms-key cancel-deletion",
    "kms-key change-primary",
    "kms-key create",
    "kms-key create-grant",
    "kms-key deactivate",
    "kms-key disable",
    "kms-key enable",
    "kms-key forget",
    "kms-key import",
    "kms-key release",
    "kms-key remove-from-cloud",
    "kms-key replicate",
    "kms-key restore",
    "kms-key retire-grant",
    "kms-key revoke-grants",
    "kms-key rotate",
    "kms-key schedule-deletion",
    "kms-key set-rotation",
    "kms-key synchronize",
    "kms-key update",
    "kms-key upload",
    "kms-key upload-version",
    "token create",
    "token revoke",
    "user create",
    "user end-sessions",
    "user lock",
    "user offboard",
    "user reset-password",
    "user reset-totp",
    "user unlock",
    "user update",
];

/// They change something, and cannot be tried; each with the reason.
const AT_ONCE: &[(&str, &str)] = &[
    (
        "approval run",
        "others have approved it; its plan is compared first",
    ),
    (
        "sign-in-provider test",
        "it asks the provider what it tells anybody, and changes nothing",
    ),
    (
        "alert destination test",
        "it is a trial: it sends a message",
    ),
    ("audit destination test", "it is a trial: it sends one"),
    ("audit export", "it writes to this host alone"),
    (
        "audit witness",
        "it only adds a signature; `--no-send` keeps it here",
    ),
    (
        "connection doctor",
        "it is a trial: it makes throw-away keys",
    ),
    ("demo", "everything of it is thrown away"),
    ("init", "there is no server yet that could try it"),
    ("key unwrap-export", "it writes to this host alone"),
    ("keystore sync", "it looks at AWS, and takes nothing away"),
    ("kms-key observe", "it looks at AWS, and takes nothing away"),
    ("login", "it changes this host's profile"),
    ("logout", "it changes this host's profile"),
    (
        "seal seal",
        "it has to be quick; `seal status` tells what is open",
    ),
    (
        "seal unseal",
        "whether a passphrase fits is told by using it",
    ),
    ("server", "it runs"),
    ("session end", "whoever ends it can sign in again"),
    ("simulator", "it runs"),
    (
        "user change-password",
        "what only tried a password would count no try",
    ),
    (
        "user totp confirm",
        "what only tried a code would count no try",
    ),
    (
        "user totp new-recovery-codes",
        "what only tried a code would count no try",
    ),
    (
        "user totp remove",
        "what only tried a code would count no try",
    ),
    (
        "user totp set-up",
        "what only tried a password would count no try",
    ),
];

/// Every command without subcommands, and whether it knows `--dry-run`.
fn leaves(command: &Command, path: &str, found: &mut Vec<(String, bool)>) {
    let below = command
        .get_subcommands()
        .filter(|one| one.get_name() != "help");
    let mut is_leaf = true;
    for one in below {
        is_leaf = false;
        let path = format!("{path} {}", one.get_name());
        leaves(one, path.trim(), found);
    }
    if is_leaf {
        let mut options = command.get_arguments();
        let is_tried = options.any(|option| option.get_long() == Some("dry-run"));
        found.push((path.to_owned(), is_tried));
    }
}

fn all() -> Vec<(String, bool)> {
    let mut found = Vec::new();
    leaves(&Invocation::command(), "", &mut found);
    found
}

#[test]
fn every_command_is_known_to_read_or_to_change() {
    let at_once: Vec<&str> = AT_ONCE.iter().map(|row| row.0).collect();
    let lists = [READS, TRIED_FIRST, &at_once].concat();
    let known: BTreeSet<&str> = lists.iter().copied().collect();
    let all = all();
    let found: BTreeSet<&str> = all.iter().map(|row| row.0.as_str()).collect();

    assert_eq!(known.len(), lists.len(), "a command is listed twice");
    assert_eq!(found, known);
}

#[test]
fn what_changes_something_can_be_tried_first() {
    let all = all();
    let tried = all.iter().filter(|row| row.1).map(|row| row.0.as_str());
    let tried: BTreeSet<&str> = tried.collect();

    assert_eq!(tried, TRIED_FIRST.iter().copied().collect());
}
