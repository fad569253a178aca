//! What rules want of a request, and what people said to it.

use keyferry_domain::approval::{ApprovalClass, Decision, Need, Verdict};
use keyferry_domain::id::{GroupId, UserId};
use keyferry_domain::name::Name;
use keyferry_ports::records::{Records, RecordsError};
use serde::{Deserialize, Serialize};

use super::text::Text;

const NEEDS: &str = "needs of an approval";
const DECISIONS: &str = "decisions on an approval";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NeedV1 {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    group: Option<Text<GroupId>>,
    class: String,
    approvers: u32,
    hours: u32,
    revision: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DecisionV1 {
    user: Text<UserId>,
    name: Text<Name>,
    verdict: String,
    comment: String,
    at_micros: i64,
}

fn unknown_word(what: &'static str) -> RecordsError {
    RecordsError::Corrupt {
        what,
        why: "a word is not known".to_owned(),
    }
}

pub(crate) fn encode_needs<'a>(needs: impl IntoIterator<Item = &'a Need>) -> Records<String> {
    let rows: Vec<NeedV1> = needs
        .into_iter()
        .map(|need| NeedV1 {
            group: need.group.map(Text),
            class: need.class.as_str().to_owned(),
            approvers: need.approvers,
            hours: need.hours,
            revision: need.revision,
        })
        .collect();
    super::encode(NEEDS, 1, rows)
}

pub(crate) fn decode_needs<T: FromIterator<Need>>(json: &str) -> Records<T> {
    match super::format_of(NEEDS, json)? {
        1 => super::decode::<Vec<NeedV1>>(NEEDS, json)?
            .into_iter()
            .map(need)
            .collect(),
        other => super::unknown_format(NEEDS, other),
    }
}

fn need(row: NeedV1) -> Records<Need> {
    Ok(Need {
        group: row.group.map(|group| group.0),
        class: ApprovalClass::for_rules(&row.class).ok_or_else(|| unknown_word(NEEDS))?,
        approvers: row.approvers,
        hours: row.hours,
        revision: row.revision,
    })
}

pub(crate) fn encode_decisions(decisions: &[Decision]) -> Records<String> {
    let rows: Vec<DecisionV1> = decisions
        .iter()
        .map(|one| DecisionV1 {
            user: Text(one.user),
            name: Text(one.name.clone()),
            verdict: one.verdict.as_str().to_owned(),
            comment: one.comment.clone(),
            at_micros: one.at.as_microsecond(),
        })
        .collect();
    super::encode(DECISIONS, 1, rows)
}

pub(crate) fn decode_decisions(json: &str) -> Records<Vec<Decision>> {
    match super::format_of(DECISIONS, json)? {
        1 => super::decode::<Vec<DecisionV1>>(DECISIONS, json)?
            .into_iter()
            .map(decision)
            .collect(),
        other => super::unknown_format(DECISIONS, other),
    }
}

fn decision(row: DecisionV1) -> Records<Decision> {
    let at = jiff::Timestamp::from_microsecond(row.at_micros);
    Ok(Decision {
        user: row.user.0,
        name: row.name.0,
        verdict: Verdict::named(&row.verdict).ok_or_else(|| unknown_word(DECISIONS))?,
        comment: row.comment,
        at: at.map_err(|_| unknown_word(DECISIONS))?,
    })
}
