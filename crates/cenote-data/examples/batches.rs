//! Loads a dataset in batches and prints their shapes and mean brightness.
//!
//! usage: cargo run -p cenote-data --example batches [FOLDER]
//! FOLDER holds CIFAR-10 in any published layout; without it, the embedded sample is loaded.

use cenote_data::{Cifar10, DataLoader, Dataset, Result, Sample, Split};

#[expect(clippy::print_stdout, reason = "printing is what this example is for")]
fn main() -> Result<()> {
    let dataset: Box<dyn Dataset> = match std::env::args_os().nth(1) {
        Some(folder) => Box::new(Cifar10::new(folder, Split::Test)?),
        None => Box::new(Sample::new()),
    };
    let loader = DataLoader::builder(dataset)
        .batch_size(64)
        .num_workers(2)
        .build()?;
    for batch in &loader {
        let batch = batch?;
        let mean = batch.images.mean().unwrap_or_default();
        println!(
            "batch {:3}: {:?}, mean {mean:.4}",
            batch.step,
            batch.images.shape()
        );
    }
    Ok(())
}
