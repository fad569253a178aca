//! What an observation makes of our record of a KMS key; the only way to the life DELETED.

use std::collections::BTreeMap;

use jiff::Timestamp;
use keyferry_audit::Outcome;
use keyferry_domain::arn::{Account, Region};
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::operation;
use keyferry_domain::view::{Field, Place};
use keyferry_ports::aws::AwsAccount;
use keyferry_ports::records::Change;

use crate::action::Action;
use crate::log::{Fact, object};

/// Whether AWS names the account now. Asked only where something is missing: elsewhere it decides nothing.
pub(crate) async fn account_answers(
    link: &dyn AwsAccount,
    account: Option<&Account>,
    places: &BTreeMap<Region, Place>,
) -> bool {
    let is_missing = |place: &Place| place.described == Field::Absent;
    if !places.values().any(is_missing) {
        return false;
    }
    let caller = link.caller().await;
    caller.is_ok_and(|caller| Some(&caller.account) == account)
}

/// The key with what AWS shows now, DELETED where that is proved; and what the log tells: only what became of the key,
/// not that it was looked at.
pub(crate) fn take_in(
    actor: &str,
    before: &KmsKey,
    places: BTreeMap<Region, Place>,
    is_account_verified: bool,
    now: Timestamp,
) -> (KmsKey, Option<Change>) {
    let mut after = before.clone();
    after.observe(places, is_account_verified);
    if after.is_proved_deleted(now)
        && let Ok(change) = operation::confirm_deleted(&after.intent)
    {
        after.intent = change.or(&after.intent);
    }
    let is_news = (before.intent.life, before.status()) != (after.intent.life, after.status());
    let fact = is_news.then(|| {
        let about = object("kms-key", after.id, &after.name);
        let word = Action::KmsKeyObserve.as_str();
        Fact::outcome(actor, word, Outcome::Ok, about, now)
            .detail("life", after.intent.life)
            .detail("status", after.status().as_str())
            .change()
    });
    (after, fact)
}
