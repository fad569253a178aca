//! Somebody in AWS who means us ill, or does not know us: whatever the account's owner may do, at random.

use keyferry_domain::kms_key::KmsKey;
use kms_sim::ForeignHand;
use serde_json::json;

use super::landscape::{ACCOUNTS, REGIONS, Site};
use super::people::Book;
use crate::entropy::SeededEntropy;

/// A policy under which its account's owner alone has rights.
fn lockout(account: &str) -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "AWS": format!("arn:aws:iam::{account}:user/keyferry") },
            "Action": ["kms:DescribeKey", "kms:ListAliases"],
            "Resource": "*",
        }],
    })
    .to_string()
}

/// A policy that lets everybody of the account in.
pub(super) fn open_policy(account: &str) -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "AWS": format!("arn:aws:iam::{account}:root") },
            "Action": "kms:*",
            "Resource": "*",
        }],
    })
    .to_string()
}

/// Does one thing to one KMS key that is managed here, or beside it.
pub(super) fn meddle(site: &Site, book: &Book, dice: &SeededEntropy) {
    let keys = site.records.kms_keys();
    let made = keys.iter().map(AsRef::as_ref);
    let made: Vec<&KmsKey> = made.filter(|key: &&KmsKey| key.arn.is_some()).collect();
    let Some(key) = made.get(dice.below(made.len() as u64) as usize) else {
        return;
    };
    let Some(arn) = &key.arn else { return };
    let places = &key.intent.places;
    let Some(region) = places.get(dice.below(places.len() as u64) as usize) else {
        return;
    };
    let text = arn.to_string();
    let id = text.rsplit('/').next().unwrap_or_default().to_owned();
    let Some(account) = ACCOUNTS.iter().find(|account| text.contains(**account)) else {
        return;
    };
    let hand = site.sim.foreign_hand(account, region.as_str());
    let now = site.now();
    // AWS refuses much of it, as the key is: then nothing happens.
    let _ = match dice.below(15) {
        0 | 1 => hand.delete_material(&id, None, now),
        2 => hand.disable(&id, now),
        3 => hand.enable(&id, now),
        4 => hand.schedule_deletion(&id, 7 + dice.below(24) as i64, now),
        5 => hand.cancel_deletion(&id, now),
        6 => move_alias(&hand, &made, key, &id, dice, now),
        7 => match key.intent.aliases.iter().next() {
            Some(alias) => hand.delete_alias(alias.as_str(), now),
            None => Ok(()),
        },
        8 => hand.edit_policy(&id, &lockout(account), now),
        9 => hand.edit_policy(&id, &open_policy(account), now),
        10 => hand.tag(&id, "keyferry:op", "forged.forged", now),
        11 => hand.untag(&id, "team", now),
        12 => plant(&hand, book, &id, dice, now),
        13 => look_alike(&hand, book, &id, now),
        _ => {
            let grantee = format!("arn:aws:iam::{account}:user/keyferry");
            hand.create_grant(&id, &grantee, &["Decrypt"], now)
                .map(drop)
        }
    };
}

type Meddled = Result<(), kms_sim::AwsError>;

/// Points an alias of ours somewhere else, or takes a name that we may want.
fn move_alias(
    hand: &ForeignHand,
    made: &[&KmsKey],
    key: &KmsKey,
    id: &str,
    dice: &SeededEntropy,
    now: i64,
) -> Meddled {
    let other = made.get(dice.below(made.len() as u64) as usize);
    let alias = other.and_then(|other| other.intent.aliases.iter().next());
    let alias = alias.or_else(|| key.intent.aliases.iter().next());
    match alias {
        Some(alias) => hand.move_alias(alias.as_str(), id, now),
        None => Ok(()),
    }
}

/// Puts material of its own into one of our KMS keys.
fn plant(hand: &ForeignHand, book: &Book, id: &str, dice: &SeededEntropy, now: i64) -> Meddled {
    let bytes: Vec<u8> = (0..4).flat_map(|_| dice.next().to_le_bytes()).collect();
    let material = hand.plant_material(id, &bytes, now)?;
    book.open().planted.insert(material);
    Ok(())
}

/// A KMS key with the tags of one of ours.
fn look_alike(hand: &ForeignHand, book: &Book, id: &str, now: i64) -> Meddled {
    let tags = hand.act("ListResourceTags", json!({ "KeyId": id }), now)?;
    let tags = tags["Tags"].as_array().cloned().unwrap_or_default();
    let tags: Vec<(&str, &str)> = tags
        .iter()
        .filter_map(|tag| Some((tag["TagKey"].as_str()?, tag["TagValue"].as_str()?)))
        .collect();
    let arn = hand.plant_look_alike(&tags, "EXTERNAL", now)?;
    book.open().foreign_keys.insert(arn);
    Ok(())
}

/// A Region of an account.
pub(super) fn some_region(dice: &SeededEntropy) -> &'static str {
    REGIONS[dice.below(REGIONS.len() as u64) as usize]
}
