//! What can only be known at build time: the commit this library was built
//! from, for `phpinfo()` and bug reports. Everything else about the build is
//! in `Cargo.toml`.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=.git/HEAD");
    println!("cargo::rerun-if-env-changed=PINRELAY_COMMIT");
    let commit = std::env::var("PINRELAY_COMMIT")
        .ok()
        .or_else(head)
        .unwrap_or_else(|| "unknown".to_owned());
    println!("cargo::rustc-env=PINRELAY_COMMIT={commit}");
}

/// The checkout's commit, or nothing when built from an archive.
fn head() -> Option<String> {
    let out = Command::new("git")
        .args(["rev-parse", "--short=12", "HEAD"])
        .output()
        .ok()?;
    let text = String::from_utf8(out.stdout).ok()?;
    let commit = text.trim();
    (out.status.success() && !commit.is_empty()).then(|| commit.to_owned())
}
