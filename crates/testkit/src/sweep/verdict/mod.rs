//! What must be true after every run, whatever happened in between: of our records, of AWS, and of the audit log.

mod access_key;
mod audit;
mod aws;
mod material;

use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_ports::records::{AllRecords, JobFilter, JobState, KmsKeyFilter, Page};

use super::{Scenario, Site};
use crate::world::World;

/// What was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// AWS holds material that the vault has not got, or what was encrypted does not decrypt any more.
    MaterialLost(String),
    /// AWS has a KMS key too many.
    SecondKey(String),
    /// Something happened in AWS that the audit log does not tell, or tells otherwise.
    EffectWithoutAudit(String),
    /// A job did not come to its end.
    JobDidNotEnd(String),
    /// AWS, or the vault, is not as wanted.
    NotReached(String),
    /// Something was done twice.
    TwoEffects(String),
    /// Something was disabled, emptied or scheduled for deletion although nobody asked for it.
    Unasked(String),
    /// Plaintext of a key stands where it must not.
    SecretSeen(String),
    /// An answer says that the mistake is ours.
    OurMistake(String),
}

/// How long AWS may take until it shows everything that was written.
const SETTLES_MINUTES: i64 = 10;

/// Encrypts something under the one KMS key, where there is one that can. Answers the ciphertext.
pub(super) async fn encrypt_something(world: &World) -> Option<String> {
    aws::Account::of(&world.outside).encrypt().ok()
}

/// Holds a site against what must be true. Empty: all of it is. What this does to prove it ends the site.
pub(super) async fn check(
    site: &dyn Site,
    scenario: &Scenario,
    ciphertext: Option<&str>,
) -> Vec<Broken> {
    let outside = site.outside();
    outside.advance_minutes(SETTLES_MINUTES);
    let records = site.records().await;
    let all = keys(&*records).await;
    let is_managed = |key: &&KmsKey| key.intent.life != Life::Released;
    let keys: Vec<KmsKey> = all.iter().filter(is_managed).cloned().collect();
    let account = aws::Account::of(outside);
    let shown = account.shown();

    let mut broken = unfinished_jobs(&*records).await;
    broken.extend(aws::differences(scenario, &keys, &shown));
    broken.extend(aws::difference_elsewhere(outside, scenario));
    broken.extend(access_key::differences(outside, scenario, &*records).await);
    broken.extend(audit::untold(&*records, &all, &outside.sim.journal()).await);
    broken.extend(material::kept(&*records, &keys).await);
    broken.extend(material::lost(&account, &*records, &keys, &shown, ciphertext).await);
    broken
}

/// All KMS keys of the records, oldest first.
async fn keys(records: &dyn AllRecords) -> Vec<KmsKey> {
    let listed = records
        .list_kms_keys(&KmsKeyFilter::default(), &everything())
        .await;
    let mut keys = listed.expect("the records answer").rows;
    keys.sort_by_key(|key| (key.created_at, key.id));
    keys
}

async fn unfinished_jobs(records: &dyn AllRecords) -> Vec<Broken> {
    let mut broken = Vec::new();
    let jobs = records
        .list_jobs(&JobFilter::default(), &everything())
        .await;
    for job in jobs.expect("the records answer").rows {
        if job.state == JobState::Succeeded {
            continue;
        }
        let targets = records.list_targets(job.id).await;
        let notes: Vec<_> = targets
            .expect("the records answer")
            .into_iter()
            .map(|target| (target.state, target.note))
            .collect();
        let what = format!("{} {:?} {notes:?}", job.title, job.state);
        broken.push(Broken::JobDidNotEnd(what));
    }
    broken
}

fn everything() -> Page {
    Page {
        limit: 1_000,
        cursor: None,
    }
}
