//! Leases in PostgreSQL run by the database's time, which is the same for all servers.

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::arn::{Account, Lane, Partition};
use keyferry_ports::records::Commits as _;

use crate::support::PostgresSchema;

const TTL: SignedDuration = SignedDuration::from_mins(30);

fn lane() -> Lane {
    let account = Account {
        partition: Partition::Aws,
        id: "111122223333".parse().unwrap(),
    };
    Lane {
        account,
        region: "eu-central-1".parse().unwrap(),
    }
}

#[tokio::test]
async fn no_server_s_clock_ends_a_lease_or_makes_it_longer() {
    let schema = PostgresSchema::create().await;
    let database = schema.open_by_its_own_time().await;
    let year: Timestamp = "2126-01-01T00:00:00Z".parse().unwrap();
    let past: Timestamp = "1990-01-01T00:00:00Z".parse().unwrap();
    let lease = async |owner: &str, now: Timestamp, ttl: SignedDuration| {
        let lease = database.lease_lane(&lane(), owner, now, now + ttl).await;
        lease.unwrap().map(|lease| lease.epoch)
    };

    // Whoever is ahead takes nothing from him who is behind, and the other way round.
    for (holder, other) in [(past, year), (year, past)] {
        let epoch = lease("holder", holder, TTL).await;
        assert!(epoch.is_some());
        assert_eq!(lease("other", other, TTL).await, None);
        assert_eq!(lease("holder", holder, TTL).await, epoch);

        // Given back, it is free at once.
        assert_eq!(lease("holder", holder, SignedDuration::ZERO).await, epoch);
        let next = lease("other", other, TTL).await;
        assert_eq!(next, epoch.map(|epoch| epoch + 1));
        assert_eq!(lease("holder", holder, TTL).await, None);
        lease("other", other, SignedDuration::ZERO).await;
    }
    database.close().await;
    schema.drop().await;
}
