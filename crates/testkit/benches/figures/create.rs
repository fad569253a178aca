//! Create and import, with an alias: Keyferry against a script that does it with six bare calls.

use std::time::Duration;

use crate::cloud::Cloud;
use crate::product::{Created, Product};
use crate::script::Script;
use crate::{Figure, median};

const WARM_UP: usize = 4;
const MEASURED: usize = 40;

/// Between two creations of ours, so that the import parameters' quota (one a second) is not what is measured.
const PAUSE: Duration = Duration::from_millis(1_100);

/// The script's calls, one after the other. The first asks whether the alias is free.
const SIX: [&str; 6] = [
    "DescribeKey",
    "CreateKey",
    "GetParametersForImport",
    "ImportKeyMaterial",
    "CreateAlias",
    "DescribeKey",
];

/// Both in turn, so that both meet the same machine; each is first in every other round.
pub(crate) async fn figures(cloud: &Cloud, product: &Product) -> [Figure; 2] {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ca_file = folder.path().join("ca.pem");
    std::fs::write(&ca_file, &cloud.ca).expect("a writable folder");
    let mut script = Script::start(cloud, &ca_file);
    let call_count = hold_calls(cloud, product, &mut script).await;
    let (mut ours, mut theirs, mut commits) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..WARM_UP + MEASURED {
        tokio::time::sleep(PAUSE).await;
        let (created, by_script) = both(product, &mut script, round).await;
        if round >= WARM_UP {
            ours.push(created.time.as_secs_f64());
            theirs.push(by_script.as_secs_f64());
            commits.push(created.commits);
        }
    }
    let (ours, theirs) = (median(ours), median(theirs));
    let most = commits.into_iter().max().unwrap_or_default();
    let (ours_ms, theirs_ms) = (ours * 1000.0, theirs * 1000.0);
    let six = SIX.join(", ");
    [
        Figure {
            name: "create_import_vs_boto3",
            value: ours / theirs,
            unit: "ratio",
            better: "less",
            goal: 1.15,
            against: format!(
                "boto3, warm: p50 {theirs_ms:.1} ms for {six}; ours {ours_ms:.1} ms for these among {call_count} calls; \
                 {MEASURED} rounds in turn, each answer after 30 ms"
            ),
        },
        Figure {
            name: "create_import_commits",
            value: f64::from(u32::try_from(most).unwrap_or(u32::MAX)),
            unit: "commits",
            better: "less",
            goal: 6.0,
            against: format!("the most of {MEASURED} jobs, the request's own commit included"),
        },
    ]
}

async fn both(product: &Product, script: &mut Script, round: usize) -> (Created, Duration) {
    let (ours, theirs) = (format!("ours-{round}"), format!("theirs-{round}"));
    if round.is_multiple_of(2) {
        let created = product.create(&ours).await;
        (created, script.create(&theirs).await)
    } else {
        let by_script = script.create(&theirs).await;
        (product.create(&ours).await, by_script)
    }
}

/// Sees to it that both do the same: the script exactly the six calls, ours at least these. Answers how many ours are.
async fn hold_calls(cloud: &Cloud, product: &Product, script: &mut Script) -> usize {
    // The first DescribeKey of each finds no such alias, and what is refused is not in the journal.
    let [_, answered @ ..] = SIX;
    let theirs = cloud.calls_of(script.create("counted-theirs")).await;
    assert_eq!(theirs, answered, "the script's calls");
    let mut ours = cloud.calls_of(product.create("counted-ours")).await;
    let call_count = ours.len() + 1;
    for call in answered {
        let place = ours.iter().position(|one| one == call);
        ours.remove(place.unwrap_or_else(|| panic!("ours lacks {call}")));
    }
    call_count
}
