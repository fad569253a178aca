//! Figures, each against what one would do without Keyferry; one JSON line per figure, read by `cargo xtask bench`.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program that measures real time, prints, and has nobody to hand an error to"
)]

mod audited;
mod cloud;
mod create;
mod product;
mod script;
mod wrap;

use std::time::Duration;

use serde_json::json;

/// What every answer of AWS takes, as between a server and a Region nearby.
const LATENCY: Duration = Duration::from_millis(30);

fn main() {
    // `cargo bench` names the kind of run; `-- audited` asks for those figures alone.
    let is_audited_alone = std::env::args().any(|argument| argument == "audited");
    let runtime = tokio::runtime::Runtime::new().expect("threads can be had");
    runtime.block_on(async {
        if !is_audited_alone {
            let cloud = cloud::Cloud::start(LATENCY).await;
            let product = product::Product::start(&cloud).await;
            for figure in create::figures(&cloud, &product).await {
                figure.print();
            }
            wrap::figure(&product).await.print();
        }
        for figure in audited::figures().await {
            figure.print();
        }
    });
}

/// One figure with its goal.
struct Figure {
    name: &'static str,
    value: f64,
    unit: &'static str,
    /// `less` or `more`.
    better: &'static str,
    goal: f64,
    against: String,
}

impl Figure {
    fn print(&self) {
        let value = (self.value * 1000.0).round() / 1000.0;
        println!(
            r#"{{"figure":{},"value":{},"unit":{},"better":{},"goal":{},"against":{}}}"#,
            json!(self.name),
            json!(value),
            json!(self.unit),
            json!(self.better),
            json!(self.goal),
            json!(self.against),
        );
    }
}

/// The middle of what was measured.
fn median(mut measured: Vec<f64>) -> f64 {
    measured.sort_by(f64::total_cmp);
    let middle = measured.len() / 2;
    *measured.get(middle).expect("something was measured")
}
