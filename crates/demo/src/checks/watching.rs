//! What others do in AWS: told, and mended where that is allowed.

use jiff::SignedDuration;
use keyferry_app::keystores::UpdateKeystore;
use keyferry_app::kms_keys::Mode;
use keyferry_domain::keystore::HealPolicy;
use keyferry_domain::spec::KeySpec;
use keyferry_ports::records::{Alert, AlertFilter, JobFilter, Page};
use serde_json::json;

use super::{Found, encrypt, expect_decrypts, expect_state};
use crate::error::{Why, ensure};
use crate::landscape::PRODUCTION;
use crate::rig::{NAME as KEYSTORE, Rig, arn_of};

/// Our own writes count as seen only after a while.
const A_WHILE: SignedDuration = SignedDuration::from_mins(20);

/// Somebody empties a KMS key: one look finds it, and healing imports the same bytes.
pub(super) async fn drift_healed(rig: &Rig) -> Found {
    const NAME: &str = "check-healed";
    let arn = arn_of(&rig.created(NAME, KeySpec::Aes256).await?)?.to_string();
    let ciphertext = encrypt(rig, &arn)?;
    rig.pass(A_WHILE);
    rig.look("DeleteImportedKeyMaterial", json!({ "KeyId": arn }))?;
    expect_state(rig, &arn, "PendingImport")?;
    rig.pass(A_WHILE);

    set_healing(rig, HealPolicy::Auto).await?;
    look_through(rig).await?;
    heal(rig).await?;
    let told = alerts(rig, NAME, None).await?;
    expect_code(NAME, &codes(told), "drift.material-missing")?;
    let open = codes(alerts(rig, NAME, Some(true)).await?);
    ensure(open.is_empty(), || {
        format!("{open:?} did not end with the healing")
    })?;

    set_healing(rig, HealPolicy::Alert).await?;
    expect_state(rig, &arn, "Enabled")?;
    expect_decrypts(rig, &ciphertext)?;
    Ok(format!(
        "{arn}: emptied by somebody else, told, filled again; the old ciphertext decrypts"
    ))
}

/// Somebody schedules the deletion of a KMS key: it is told, and one command brings the key back.
pub(super) async fn foreign_deletion_restored(rig: &Rig) -> Found {
    const NAME: &str = "check-restored";
    let arn = arn_of(&rig.created(NAME, KeySpec::Aes256).await?)?.to_string();
    let ciphertext = encrypt(rig, &arn)?;
    rig.pass(A_WHILE);
    let days = json!({ "KeyId": arn, "PendingWindowInDays": 7 });
    rig.look("ScheduleKeyDeletion", days)?;
    expect_state(rig, &arn, "PendingDeletion")?;
    rig.pass(A_WHILE);

    look_through(rig).await?;
    let open = alerts(rig, NAME, Some(true)).await?;
    expect_code(NAME, &codes(open), "drift.deletion-scheduled")?;
    expect_name(rig, NAME, "ScheduleKeyDeletion").await?;
    let keys = &rig.app().kms_keys;
    let restored = keys.restore(rig.actor(), NAME, &Mode::default()).await;
    rig.succeed(restored).await?;

    expect_state(rig, &arn, "Enabled")?;
    expect_decrypts(rig, &ciphertext)?;
    rig.pass(A_WHILE);
    look_through(rig).await?;
    ensure(alerts(rig, NAME, Some(true)).await?.is_empty(), || {
        "the alert did not end with the restore".to_owned()
    })?;
    Ok(format!(
        "{arn}: a foreign deletion was told with who did it, cancelled, and the key enabled"
    ))
}

async fn set_healing(rig: &Rig, heal: HealPolicy) -> Result<(), Why> {
    let change = UpdateKeystore {
        heal: Some(heal),
        ..UpdateKeystore::default()
    };
    let keystores = &rig.app().keystores;
    keystores.update(rig.actor(), KEYSTORE, change).await?;
    Ok(())
}

async fn look_through(rig: &Rig) -> Result<(), Why> {
    let job = rig.app().watch.sync(rig.actor(), KEYSTORE).await?;
    let ended = rig.finish_job(&job).await?;
    rig.expect_success(ended).await?;
    Ok(())
}

/// Works off the jobs that healing began.
async fn heal(rig: &Rig) -> Result<(), Why> {
    let page = Page {
        limit: 100,
        cursor: None,
    };
    let filter = JobFilter::default();
    let jobs = rig.app().jobs.list(rig.actor(), &filter, &page).await?;
    for job in jobs.rows.iter().filter(|job| job.kind == "kms-key.heal") {
        let ended = rig.finish_job(job).await?;
        rig.expect_success(ended).await?;
    }
    Ok(())
}

fn codes(alerts: Vec<Alert>) -> Vec<String> {
    alerts.into_iter().map(|alert| alert.code).collect()
}

/// CloudTrail tells who did it: whoever looks at AWS as the account's root user.
async fn expect_name(rig: &Rig, name: &str, event: &str) -> Result<(), Why> {
    let open = alerts(rig, name, Some(true)).await?;
    let named = open.iter().any(|alert| {
        alert.details.contains(event) && alert.details.contains(&format!("{PRODUCTION}:root"))
    });
    ensure(named, || {
        let details: Vec<&str> = open.iter().map(|alert| alert.details.as_str()).collect();
        format!("nobody is named: {details:?}")
    })
}

/// Those about a KMS key; open ones, those that are over, or all.
async fn alerts(rig: &Rig, name: &str, is_open: Option<bool>) -> Result<Vec<Alert>, Why> {
    let filter = AlertFilter {
        is_open,
        ..AlertFilter::default()
    };
    let all = &rig.app().alerts;
    let found = all.list(rig.actor(), &filter, &Page::default()).await?;
    let about = found.rows.into_iter().filter(|alert| alert.name == name);
    Ok(about.collect())
}

fn expect_code(name: &str, told: &[String], code: &str) -> Result<(), Why> {
    ensure(told.iter().any(|one| one == code), || {
        format!("of {name} is told {told:?}, not {code}")
    })
}
