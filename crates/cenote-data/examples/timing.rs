//! How long the parts of a pipeline take: the numbers in NOTES.md.
//!
//! usage: cargo run --release -p cenote-data --example timing

use std::hint::black_box;
use std::time::{Duration, Instant};

use cenote_data::transforms::{
    Compose, ImageTransform, Normalize, RandomCrop, RandomHorizontalFlip, Resize, ToTensor,
};
use cenote_data::{
    ConcatDataset, DataLoader, Image, ImageLayout, ImageShape, Random, Region, Result, Sample,
};

/// The quickest of fifteen runs.
fn quickest(mut run: impl FnMut() -> Result<()>) -> Result<Duration> {
    let mut best = Duration::MAX;
    for _ in 0..15 {
        let start = Instant::now();
        run()?;
        best = best.min(start.elapsed());
    }
    Ok(best)
}

#[expect(clippy::print_stdout, reason = "printing is what this example is for")]
fn report(what: &str, run: impl FnMut() -> Result<()>) -> Result<()> {
    println!("{what:34} {:9.3} ms", quickest(run)?.as_secs_f64() * 1e3);
    Ok(())
}

fn image_of(layout: ImageLayout) -> Result<Image<'static>> {
    let shape = ImageShape::new(3, 1024, 1024);
    let pixels: Vec<u8> = (0..3 << 20)
        .map(|at: u32| (at.wrapping_mul(0x9e37_79b9) >> 24) as u8)
        .collect();
    Image::new(shape, layout, pixels)
}

fn steps(layout: ImageLayout) -> Result<()> {
    let image = image_of(layout)?;
    let other = match layout {
        ImageLayout::Hwc => ImageLayout::Chw,
        ImageLayout::Chw => ImageLayout::Hwc,
    };
    let mut random = Random::new(0, 0, 0);
    let middle = Region {
        top: 12,
        left: 12,
        height: 1000,
        width: 1000,
    };
    let name = |step: &str| format!("{step}, {layout:?}, 3x1024x1024");
    report(&name("crop"), || {
        image.crop(middle).map(|made| drop(black_box(made)))
    })?;
    report(&name("hflip"), || {
        black_box(image.hflip());
        Ok(())
    })?;
    report(&name("vflip"), || {
        black_box(image.vflip());
        Ok(())
    })?;
    report(&name("into_layout"), || {
        black_box(image.clone().into_layout(other));
        Ok(())
    })?;
    report(&name("Resize(256)"), || {
        black_box(Resize::new(256).apply(image.clone(), &mut random)?);
        Ok(())
    })?;
    report(&name("ToTensor"), || {
        black_box(ToTensor::new().apply(image.clone(), &mut random)?);
        Ok(())
    })
}

fn loader(num_workers: usize) -> Result<()> {
    let dataset = ConcatDataset::new(vec![Sample::new(); 20])?;
    let transform = Compose::new()
        .then(RandomCrop::new(32).padding(4))
        .then(RandomHorizontalFlip::new(0.5)?)
        .to_tensor()
        .then(Normalize::new(&[0.5; 3], &[0.25; 3])?);
    let loader = DataLoader::builder(dataset)
        .batch_size(128)
        .shuffle(true)
        .transform(transform)
        .num_workers(num_workers)
        .build()?;
    report(&format!("6,000 images, {num_workers} workers"), || {
        loader.epoch(0).try_for_each(|batch| {
            black_box(batch?);
            Ok(())
        })
    })
}

fn main() -> Result<()> {
    steps(ImageLayout::Hwc)?;
    steps(ImageLayout::Chw)?;
    [0, 2].into_iter().try_for_each(loader)
}
