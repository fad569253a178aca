//! What was wanted of a KMS key before the jobs that may still be cancelled.

use keyferry_domain::former::{Former, Wish};
use keyferry_domain::id::JobId;
use keyferry_ports::records::Records;
use serde::{Deserialize, Serialize};

use super::intent::{IntentV1, WantedVersionV1};
use super::text::Text;
use super::{decode, encode, format_of, unknown_format};

const WHAT: &str = "list of former wishes";

/// Writes former wishes in the newest format.
pub(crate) fn to_json(former: &[Former]) -> Records<String> {
    let former: Vec<FormerV1> = former.iter().map(Into::into).collect();
    encode(WHAT, 1, former)
}

/// Reads former wishes of any format.
pub(crate) fn from_json(json: &str) -> Records<Vec<Former>> {
    match format_of(WHAT, json)? {
        1 => {
            let former = decode::<Vec<FormerV1>>(WHAT, json)?;
            Ok(former.into_iter().map(Into::into).collect())
        }
        other => unknown_format(WHAT, other),
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FormerV1 {
    job: Text<JobId>,
    /// Missing where the job asked for the KMS key itself.
    wish: Option<WishV1>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WishV1 {
    intent: IntentV1,
    held: Vec<WantedVersionV1>,
}

impl From<&Former> for FormerV1 {
    fn from(former: &Former) -> Self {
        let Former { job, wish } = former;
        let wish = wish.as_ref().map(|Wish { intent, held }| WishV1 {
            intent: intent.into(),
            held: held.iter().map(Into::into).collect(),
        });
        Self {
            job: Text(*job),
            wish,
        }
    }
}

impl From<FormerV1> for Former {
    fn from(former: FormerV1) -> Self {
        let wish = former.wish.map(|WishV1 { intent, held }| Wish {
            intent: intent.into(),
            held: held.into_iter().map(Into::into).collect(),
        });
        Self {
            job: former.job.0,
            wish,
        }
    }
}
