//! Serves an empty simulator with its control API: `cargo run -p kms-sim --example serve -- 127.0.0.1:4599`.

use kms_sim::http::{Front, serve};
use kms_sim::{SimClock, SimConfig, Simulator};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1);
    let address = address.as_deref().unwrap_or("127.0.0.1:4599");
    let clock = SimClock::system();
    let simulator = Simulator::new(SimConfig {
        start: clock.now(),
        ..SimConfig::default()
    });
    let front = Front {
        control: true,
        ..Front::new(simulator, clock)
    };
    serve(front, tokio::net::TcpListener::bind(address).await?, None).await
}
