//! An older database under several servers: each finds it by what it saw itself, and none goes on with it.

use super::installation::{Installation, insist, run};
use super::postgres::{copy, sql};
use crate::host::Host;

/// What a server would write that goes on with its work.
const WORK: &str = "SELECT (SELECT count(*) FROM keys) || '/' || (SELECT count(*) FROM jobs)";

/// Every server sees the newest checkpoint of the log, which is its mark.
fn seen_by_all(hosts: &[&Host]) {
    for host in hosts {
        insist(host, "audit checkpoint");
    }
}

#[track_caller]
fn refuses(host: &Host) {
    let refused = host.keyferry("key create more");
    assert_eq!(refused.code, 6, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("[audit.quarantined]"),
        "{}",
        refused.stderr
    );
}

#[test]
fn f21_each_of_several_servers_finds_a_restored_database_and_none_of_them_writes() {
    let installation = Installation::new("restored");
    let other = installation.host("second");
    let hosts = [installation.first(), &other];
    let serve = || hosts.map(|host| installation.serve(host));
    let stop = |servers: [crate::host::Server; 2]| {
        for server in servers {
            assert_eq!(server.stop(), 0);
        }
    };
    let servers = serve();
    insist(hosts[0], "key create before");
    seen_by_all(&hosts);
    stop(servers);
    let backup = format!("{}_backup", installation.database());
    copy(installation.database(), &backup);
    let servers = serve();
    insist(hosts[1], "key create after");
    seen_by_all(&hosts);
    stop(servers);

    copy(&backup, installation.database());
    let found = sql(installation.database(), WORK);
    let servers = serve();
    for host in hosts {
        refuses(host);
    }
    assert_eq!(sql(installation.database(), WORK), found);
    let alerts = run(hosts[0], "alert list").to_string();
    assert!(alerts.contains("audit.rolled-back"), "{alerts}");

    // Each has a mark of its own, and a person accepts for each.
    run(hosts[0], "audit accept-rollback --reason drill --yes");
    refuses(hosts[1]);
    insist(hosts[0], "key create more");
    stop(servers);
    let servers = serve();
    refuses(hosts[1]);
    run(hosts[1], "audit accept-rollback --reason drill --yes");
    insist(hosts[1], "key create again");
    stop(servers);
}
