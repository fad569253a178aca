//! Has a release build embed the files anew when the console was built anew. Other builds read them when they are asked for.

#[expect(
    clippy::disallowed_methods,
    reason = "how it is built is told by the environment alone"
)]
fn main() {
    let embeds = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let looked_at = if embeds {
        "../../console/dist"
    } else {
        "build.rs"
    };
    println!("cargo::rerun-if-changed={looked_at}");
}
