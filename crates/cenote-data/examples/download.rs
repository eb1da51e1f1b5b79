//! Fetches CIFAR-10 and counts its test images by class.
//!
//! usage: cargo run --release -p cenote-data --example download -- FOLDER
//! The environment variable CENOTE_DATA_URL names another server than the home page.

use std::error::Error;
use std::ops::ControlFlow;

use cenote_data::download::{Archive, Download, Progress};
use cenote_data::{Cifar10, Dataset, Split};

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what this example is for"
)]
fn main() -> Result<(), Box<dyn Error>> {
    let root = std::env::args_os()
        .nth(1)
        .ok_or("name the folder to download to")?;
    let mut shown = 0;
    let folder = Download::new(Archive::CIFAR10_BINARY).run(root, |progress| {
        if let Progress::Downloading { received, total } = progress
            && received / 1_000_000 != shown
        {
            shown = received / 1_000_000;
            eprint!("\r{shown} of {} MB", total.unwrap_or_default() / 1_000_000);
        }
        ControlFlow::Continue(())
    })?;
    let test = Cifar10::new(&folder, Split::Test)?;
    let mut counts = vec![0; test.classes().len()];
    for index in 0..test.len() {
        counts[usize::try_from(test.get(index)?.label).unwrap_or_default()] += 1;
    }
    println!("\n{}", folder.display());
    for (class, count) in test.classes().iter().zip(counts) {
        println!("{class:12} {count}");
    }
    Ok(())
}
