//! KMS keys in AWS that nobody manages here: found, told apart from ours, and kept for lists and adoption.

use std::collections::BTreeMap;

use jiff::Timestamp;
use keyferry_domain::arn::KmsKeyArn;
use keyferry_domain::life::Life;
use keyferry_domain::view::{AliasTarget, Field, Place};
use keyferry_engine::DriverError;
use keyferry_ports::records::{Change, FoundKey, FoundKeyFilter, Page, SweepCounts};

use super::examine::Examined;
use super::pass::Pass;
use crate::driver::Reader;

impl Pass {
    /// Looks at one key that AWS lists. One that is managed here was looked at as such.
    pub(super) async fn find(
        &self,
        arn: &KmsKeyArn,
        now: Timestamp,
    ) -> Result<Examined, DriverError> {
        let records = &self.driver.records;
        let managed = records.find_kms_key_by_arn(arn).await?;
        if managed.is_some_and(|key| !matches!(key.intent.life, Life::Deleted | Life::Released)) {
            // One that was adopted while a pass was under way may have been put back by it.
            let stale = records.find_found_key(arn).await?.is_some();
            return Ok(Examined {
                changes: Vec::from_iter(stale.then(|| Change::DeleteFoundKey(arn.clone()))),
                ..Examined::default()
            });
        }
        let known = records.find_found_key(arn).await?;
        let place = match self.glance(arn, now).await {
            Err(error @ DriverError::Records(_)) => return Err(error),
            Err(error) => {
                tracing::warn!(%arn, %error, "a KMS key could not be looked at");
                unread(arn, known.as_ref())
            }
            Ok(place) => place,
        };
        let found = FoundKey {
            arn: arn.clone(),
            connection: self.connection,
            name: name_of(arn, &place),
            place,
            first_seen_at: known.as_ref().map_or(now, |known| known.first_seen_at),
            last_seen_at: now,
            is_gone: false,
        };
        let counts = SweepCounts {
            seen: 1,
            added: u64::from(known.is_none()),
            changed: u64::from(known.is_some_and(|known| !known.place.shows_same_as(&found.place))),
            ..SweepCounts::default()
        };
        Ok(Examined {
            changes: vec![Change::PutFoundKey(found)],
            counts,
        })
    }

    /// What lists show: state, aliases, tags. What we may not read stays unread.
    async fn glance(&self, arn: &KmsKeyArn, now: Timestamp) -> Result<Place, DriverError> {
        let kms = self.link.kms(&self.region);
        let reader = Reader {
            kms: &*kms,
            pacer: &self.pacer,
            lane: &self.lane,
        };
        let (described, aliases, tags) = futures::join!(
            reader.described(arn),
            reader.own_aliases(arn),
            reader.tags(arn),
        );
        let aliases = match aliases? {
            Field::Value(names) => Field::Value(
                names
                    .into_iter()
                    .map(|alias| (alias, AliasTarget::This))
                    .collect::<BTreeMap<_, _>>(),
            ),
            Field::Absent => Field::Absent,
            Field::Unreadable => Field::Unreadable,
        };
        Ok(Place {
            arn: Some(arn.clone()),
            described: described?,
            aliases,
            tags: tags?,
            read_at: Some(now),
            ..Place::default()
        })
    }

    /// What was known before and is no longer listed.
    pub(super) async fn gone_since(&self, began: Timestamp) -> Result<Examined, DriverError> {
        let filter = FoundKeyFilter {
            connection: Some(self.connection),
            region: Some(self.region.clone()),
            unseen_since: Some(began),
            ..FoundKeyFilter::default()
        };
        let page = Page {
            limit: 1000,
            cursor: None,
        };
        let unseen = self.driver.records.list_found_keys(&filter, &page).await?;
        let mut gone = Examined::default();
        gone.counts.gone = unseen.rows.len() as u64;
        gone.changes = unseen
            .rows
            .into_iter()
            .map(|row| {
                Change::PutFoundKey(FoundKey {
                    is_gone: true,
                    ..row
                })
            })
            .collect();
        Ok(gone)
    }
}

/// AWS lists the key, but does not show it now: what was known stays.
fn unread(arn: &KmsKeyArn, known: Option<&FoundKey>) -> Place {
    known.map_or_else(
        || Place {
            arn: Some(arn.clone()),
            ..Place::default()
        },
        |known| known.place.clone(),
    )
}

fn name_of(arn: &KmsKeyArn, place: &Place) -> String {
    let first = place.aliases.value().and_then(|all| all.keys().next());
    match first {
        Some(alias) => {
            let text = alias.to_string();
            text.strip_prefix("alias/").unwrap_or(&text).to_owned()
        }
        None => arn.key_id().to_owned(),
    }
}
