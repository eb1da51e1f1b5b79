//! Makes the pages that are put into the program.
//!
//! A published crate carries them in `pages/`. In a checkout they are made of `web/` with npm. Where that is not possible the
//! crate builds all the same, and the board says how to get them.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use flate2::Compression;
use flate2::write::GzEncoder;

fn main() -> io::Result<()> {
    let crate_dir = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("pages");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    fs::create_dir_all(&out)?;
    let (carried, web) = (crate_dir.join("pages"), crate_dir.join("../../web"));
    if carried.is_dir() {
        println!("cargo::rerun-if-changed={}", carried.display());
        copy(&carried, &out)?;
        return compress(&out.join("assets"));
    }
    println!("cargo::rerun-if-changed=build.rs");
    for part in [
        "src",
        "public",
        "index.html",
        "package.json",
        "package-lock.json",
        "vite.config.ts",
        "tsconfig.json",
    ] {
        println!("cargo::rerun-if-changed={}", web.join(part).display());
    }
    if let Err(reason) = make(&web, &out) {
        println!("cargo::warning=the board is built without its pages: {reason}");
        fs::remove_dir_all(&out)?;
        fs::create_dir_all(&out)?;
        return Ok(());
    }
    compress(&out.join("assets"))
}

/// Puts a `.gz` in the place of each file that becomes smaller by it: that is how nearly every browser asks for it.
fn compress(assets: &Path) -> io::Result<()> {
    for entry in fs::read_dir(assets)? {
        let path = entry?.path();
        let compressed = PathBuf::from(format!("{}.gz", path.display()));
        let mut encoder = GzEncoder::new(File::create(&compressed)?, Compression::best());
        io::copy(&mut File::open(&path)?, &mut encoder)?;
        let smaller = encoder.finish()?.metadata()?.len() < fs::metadata(&path)?.len();
        fs::remove_file(if smaller { path } else { compressed })?;
    }
    Ok(())
}

/// Makes the pages of `web` in `out`.
fn make(web: &Path, out: &Path) -> Result<(), String> {
    if !web.join("package.json").is_file() {
        return Err(format!(
            "there is no {}",
            web.join("package.json").display()
        ));
    }
    if !is_installed(web) {
        npm(web, &["ci", "--no-audit", "--no-fund"])?;
    }
    let out = out.to_str().ok_or("the path of the build is not UTF-8")?;
    npm(
        web,
        &["run", "build", "--", "--outDir", out, "--emptyOutDir"],
    )
}

/// Whether what the lock file says has been installed since it was written.
fn is_installed(web: &Path) -> bool {
    let time = |path: &str| fs::metadata(web.join(path)).and_then(|metadata| metadata.modified());
    match (
        time("package-lock.json"),
        time("node_modules/.package-lock.json"),
    ) {
        (Ok(wanted), Ok(installed)) => installed >= wanted,
        _ => false,
    }
}

fn npm(web: &Path, arguments: &[&str]) -> Result<(), String> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output = Command::new(program)
        .args(arguments)
        .current_dir(web)
        .output()
        .map_err(|error| {
            format!("{program} cannot be run ({error}): install Node 20.19, or 22.12 or later")
        })?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let last: Vec<&str> = said.lines().rev().take(12).collect();
    let last: Vec<&str> = last.into_iter().rev().collect();
    Err(format!(
        "npm {} failed: {}",
        arguments.join(" "),
        last.join(" / ")
    ))
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
