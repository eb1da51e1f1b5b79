//! Sizes and speeds of PNG settings on grids of real images: the evidence behind the levels of `PngLevel`.
//!
//! usage: png_settings CIFAR_BATCH.bin
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use std::time::Instant;

use png::{ColorType, DeflateCompression, Encoder, Filter};

/// 8 × 8 images of a batch of the binary CIFAR-10 layout, interleaved.
fn grids(file: &[u8], side: usize) -> Vec<Vec<u8>> {
    let images: Vec<&[u8]> = file.chunks_exact(3073).map(|record| &record[1..]).collect();
    let grid = |batch: &[&[u8]]| {
        let mut grid = vec![0; 64 * side * side * 3];
        for (n, image) in batch.iter().enumerate() {
            for (c, y, x) in
                (0..3 * side * side).map(|i| (i / side / side, i / side % side, i % side))
            {
                let step = 32 / side;
                let at = ((n / 8 * side + y) * 8 * side + n % 8 * side + x) * 3 + c;
                // Keep the largest value of each window, as the pooled grids of the pipeline do.
                let window = (0..step * step)
                    .map(|i| image[(c * 32 + y * step + i / step) * 32 + x * step + i % step]);
                grid[at] = window.max().unwrap_or(0);
            }
        }
        grid
    };
    images.chunks_exact(64).take(40).map(grid).collect()
}

fn encode(grid: &[u8], side: u32, compression: DeflateCompression, filter: Filter) -> Vec<u8> {
    let mut file = Vec::with_capacity(grid.len());
    let mut encoder = Encoder::new(&mut file, side, side);
    encoder.set_color(ColorType::Rgb);
    encoder.set_deflate_compression(compression);
    encoder.set_filter(filter);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(grid).expect("pixels");
    writer.finish().expect("an end");
    file
}

/// The red channel in all three, as one-channel images are logged.
fn grey(grid: &[u8]) -> Vec<u8> {
    grid.chunks_exact(3)
        .flat_map(|pixel| [pixel[0]; 3])
        .collect()
}

/// A smooth ramp with a few flat bars, as plots and drawings have.
fn drawing(phase: usize) -> Vec<u8> {
    let pixel = |i: usize| match (i % 256, i / 256) {
        (x, y) if (x + phase) % 64 < 8 || y % 64 < 4 => [255; 3],
        (x, y) => [x, y, (x + y + phase) / 2].map(|value| (value % 256) as u8),
    };
    (0..256 * 256).flat_map(pixel).collect()
}

fn measure(name: &str, grids: &[Vec<u8>], width: u32) {
    println!("{name}, {width} x {width}\nsetting                      bytes   ms each");
    for level in [None, Some(1), Some(2), Some(4), Some(6), Some(9)] {
        for filter in [
            Filter::NoFilter,
            Filter::Sub,
            Filter::Up,
            Filter::Avg,
            Filter::Paeth,
            Filter::Adaptive,
            Filter::MinEntropy,
        ] {
            let compression = level.map_or(
                DeflateCompression::FdeflateUltraFast,
                DeflateCompression::Level,
            );
            let mut times = Vec::new();
            let mut bytes = 0;
            for grid in grids {
                let start = Instant::now();
                bytes += encode(grid, width, compression, filter).len();
                times.push(start.elapsed());
            }
            times.sort();
            let name = level.map_or("fdeflate".to_owned(), |level| format!("level {level}"));
            let milliseconds = times[times.len() / 2].as_secs_f64() * 1e3;
            println!(
                "{name:<9} {:<12} {:>10} {milliseconds:>9.3}",
                format!("{filter:?}"),
                bytes / grids.len()
            );
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::fs::read(
        std::env::args()
            .nth(1)
            .ok_or("usage: png_settings CIFAR_BATCH.bin")?,
    )?;
    let input = grids(&file, 32);
    measure("input", &input, 256);
    measure("pooled", &grids(&file, 8), 64);
    measure(
        "grey",
        &input.iter().map(|grid| grey(grid)).collect::<Vec<_>>(),
        256,
    );
    measure("drawing", &(0..40).map(drawing).collect::<Vec<_>>(), 256);
    Ok(())
}
