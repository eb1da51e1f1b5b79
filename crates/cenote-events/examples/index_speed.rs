//! How fast a log directory is indexed, and how much memory the index takes.
//!
//! usage: index_speed make DIR     writes DIR/images, one file of 1 GB with 6000 images, and DIR/scalars, a million scalars
//!                                 in a thousand runs
//!        index_speed read LOGDIR  indexes LOGDIR nine times
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use std::path::Path;
use std::time::Instant;

use cenote_events::{LogDir, SummaryWriter};
use ndarray::Array4;

/// Noise that compresses badly, so that an image takes about what it takes in memory.
fn noise(seed: u64) -> Array4<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    Array4::from_shape_simple_fn((64, 3, 30, 30), || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    })
}

fn make(dir: &Path) -> cenote_events::Result<()> {
    let writer = SummaryWriter::new(dir.join("images/run"))?;
    for step in 0..6000 {
        writer.add_images("input", &noise(step), step.cast_signed())?;
    }
    writer.close()?;
    for run in 0..1000 {
        let writer = SummaryWriter::new(dir.join(format!("scalars/run{run:03}")))?;
        for step in 0..1000 {
            writer.add_scalar("loss", 1.0 / (step + 1 + run) as f64, step)?;
        }
        writer.close()?;
    }
    Ok(())
}

/// Memory of this process that is in use, where the system tells.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap_or("0 kB");
    line.trim()
        .trim_end_matches(" kB")
        .parse::<u64>()
        .unwrap_or(0)
        * 1024
}

fn read(logdir: &Path) -> cenote_events::Result<()> {
    let before = memory();
    let mut times = Vec::new();
    let mut indexes = Vec::new();
    for _ in 0..9 {
        let start = Instant::now();
        indexes.push(LogDir::open(logdir)?);
        times.push(start.elapsed().as_secs_f64());
    }
    let held = memory().saturating_sub(before) / 9;
    times.sort_by(f64::total_cmp);
    let index = &indexes[0];
    let values: usize = index
        .runs()
        .flat_map(|run| run.tags())
        .map(|tag| tag.len())
        .sum();
    let gigabytes = index.progress().total as f64 / 1e9;
    println!(
        "{gigabytes:.2} GB, {values} values in {} runs: {:.1} ms, {:.1} GB/s, {} bytes of memory a value",
        index.runs().count(),
        times[4] * 1e3,
        gigabytes / times[4],
        held / values.max(1) as u64,
    );
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["make", dir] => Ok(make(Path::new(dir))?),
        ["read", dir] => Ok(read(Path::new(dir))?),
        _ => Err("usage: index_speed make DIR | read LOGDIR".into()),
    }
}
