//! The direction of dependence: the command knows everyone, the libraries know nobody.

use std::process::Command;

#[test]
fn libraries_know_nobody() {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo is running this test");
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("metadata is JSON");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    assert!(packages.len() >= 5, "{} packages", packages.len());
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let ours: Vec<&str> = package["dependencies"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|dependency| dependency["kind"].is_null())
            .filter_map(|dependency| dependency["name"].as_str())
            .filter(|name| name.starts_with("cenote"))
            .collect();
        let allowed: &[&str] = match name {
            "cenote-cli" => &["cenote", "cenote-board", "cenote-data", "cenote-events"],
            "cenote-board" => &["cenote-events"],
            _ => &[],
        };
        assert!(
            ours.iter().all(|name| allowed.contains(name)),
            "{name} depends on {ours:?}, and may on {allowed:?}"
        );
    }
}
