//! What was seen of the end of a KMS key, by Region.

use std::collections::BTreeMap;

use jiff::Timestamp;
use keyferry_domain::arn::Region;
use keyferry_domain::deletion_proof::Trace;
use keyferry_ports::records::Records;
use serde::{Deserialize, Serialize};

use super::text::Text;
use super::{decode, encode, format_of, unknown_format};

const WHAT: &str = "trace of a deletion";

type TracesV1 = BTreeMap<Text<Region>, TraceV1>;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TraceV1 {
    deletion_date: Option<Text<Timestamp>>,
    missing_since: Option<Text<Timestamp>>,
    missing_at: Option<Text<Timestamp>>,
}

/// Writes traces in the newest format.
pub(crate) fn to_json(traces: &BTreeMap<Region, Trace>) -> Records<String> {
    let write = |trace: &Trace| TraceV1 {
        deletion_date: trace.deletion_date.map(Text),
        missing_since: trace.missing_since.map(Text),
        missing_at: trace.missing_at.map(Text),
    };
    let traces: TracesV1 = traces
        .iter()
        .map(|(region, trace)| (Text(region.clone()), write(trace)))
        .collect();
    encode(WHAT, 1, traces)
}

/// Reads traces of any format.
pub(crate) fn from_json(json: &str) -> Records<BTreeMap<Region, Trace>> {
    let read = |trace: TraceV1| Trace {
        deletion_date: trace.deletion_date.map(|at| at.0),
        missing_since: trace.missing_since.map(|at| at.0),
        missing_at: trace.missing_at.map(|at| at.0),
    };
    match format_of(WHAT, json)? {
        1 => Ok(decode::<TracesV1>(WHAT, json)?
            .into_iter()
            .map(|(region, trace)| (region.0, read(trace)))
            .collect()),
        other => unknown_format(WHAT, other),
    }
}
