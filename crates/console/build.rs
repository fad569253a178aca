//! Has the files embedded anew when the console was built anew.

fn main() {
    println!("cargo::rerun-if-changed=../../console/dist");
}
