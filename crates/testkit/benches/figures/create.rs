//! Create and import, with an alias: Keyferry against a script that does it with six bare calls.

use std::time::Duration;

use crate::cloud::Cloud;
use crate::product::Product;
use crate::script::Script;
use crate::{Figure, median};

const WARM_UP: usize = 3;
const MEASURED: usize = 20;

/// Between two creations, so that the import parameters' quota (one a second) is not what is measured.
const PAUSE: Duration = Duration::from_millis(1_100);

/// Both in turn, so that both meet the same machine.
pub(crate) async fn figures(cloud: &Cloud, product: &Product) -> [Figure; 2] {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ca_file = folder.path().join("ca.pem");
    std::fs::write(&ca_file, &cloud.ca).expect("a writable folder");
    let mut script = Script::start(cloud, &ca_file);
    let (mut ours, mut theirs, mut commits) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..WARM_UP + MEASURED {
        tokio::time::sleep(PAUSE).await;
        let created = product.create(&format!("ours-{round}")).await;
        let by_script = script.create(&format!("theirs-{round}")).await;
        if round >= WARM_UP {
            ours.push(created.time.as_secs_f64());
            theirs.push(by_script.as_secs_f64());
            commits.push(created.commits);
        }
    }
    let (ours, theirs) = (median(ours), median(theirs));
    let most = commits.into_iter().max().unwrap_or_default();
    let (ours_ms, theirs_ms) = (ours * 1000.0, theirs * 1000.0);
    [
        Figure {
            name: "create_import_vs_boto3",
            value: ours / theirs,
            unit: "ratio",
            better: "less",
            goal: 1.15,
            against: format!(
                "boto3, warm, the six bare calls of 30 ms each: p50 {theirs_ms:.0} ms, ours {ours_ms:.0} ms"
            ),
        },
        Figure {
            name: "create_import_commits",
            value: f64::from(u32::try_from(most).unwrap_or(u32::MAX)),
            unit: "commits",
            better: "less",
            goal: 6.0,
            against: "the most that one job may take".to_owned(),
        },
    ]
}
