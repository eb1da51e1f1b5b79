//! How fast `add_images` and `add_scalar` are.
//!
//! usage: image_rate [CIFAR_BATCH.bin]
//! Logs every batch of 64 images as f32 NCHW, as a training loop would; without a file, the same made-up batch again and
//! again. Prints the time that the calls took, the time until the file was whole, and the size of the file.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use std::time::{Duration, Instant};

use cenote_events::SummaryWriter;
use ndarray::Array4;

fn batches(path: Option<String>) -> std::io::Result<Vec<Array4<f32>>> {
    let Some(path) = path else {
        let pixel = |(n, c, y, x): (usize, usize, usize, usize)| {
            ((n * 31 + c * 57 + y * y + x * 3) % 256) as f32 / 255.0
        };
        return Ok(vec![Array4::from_shape_fn((64, 3, 32, 32), pixel); 157]);
    };
    let file = std::fs::read(path)?;
    let pixels: Vec<f32> = file
        .chunks_exact(3073)
        .flat_map(|record| &record[1..])
        .map(|&byte| f32::from(byte) / 255.0)
        .collect();
    let batch = |pixels: &[f32]| {
        let count = pixels.len() / 3072;
        Array4::from_shape_vec((count, 3, 32, 32), pixels.to_vec()).expect("whole images")
    };
    Ok(pixels.chunks(64 * 3072).map(batch).collect())
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e3
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let batches = batches(std::env::args().nth(1))?;
    let (mut calls, mut totals, mut bytes) = (Vec::new(), Vec::new(), 0);
    for _ in 0..9 {
        let dir = tempfile::tempdir()?;
        let writer = SummaryWriter::new(dir.path())?;
        let start = Instant::now();
        for (batch, step) in batches.iter().zip(0..) {
            writer.add_images("input", batch, step)?;
        }
        calls.push(start.elapsed());
        writer.close()?;
        totals.push(start.elapsed());
        bytes = std::fs::read_dir(dir.path())?
            .next()
            .ok_or("no file")??
            .metadata()?
            .len();
    }
    let count = batches.len() as f64;
    println!(
        "add_images: {:.3} ms a call, {:.3} ms each until written, {bytes} bytes",
        median(calls) / count,
        median(totals) / count
    );

    let mut totals = Vec::new();
    for _ in 0..9 {
        let dir = tempfile::tempdir()?;
        let writer = SummaryWriter::new(dir.path())?;
        let start = Instant::now();
        for step in 0..1_000_000 {
            writer.add_scalar("loss", 0.5, step)?;
        }
        writer.close()?;
        totals.push(start.elapsed());
    }
    println!("add_scalar: {:.3} us each", median(totals) / 1e3);
    Ok(())
}
