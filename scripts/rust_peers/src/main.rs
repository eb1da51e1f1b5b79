//! Times candle and Burn (on flex, its CPU backend) on one case of `scripts/compare_peers.py`:
//!
//!     rust_peers '{"layer": "max2d", "shape": [8, 64, 224, 224], "kernel_size": 2}' SECONDS
//!
//! Prints milliseconds by peer as JSON; a peer without the layer, or without its padding, is left out. Inputs are f32.

use std::hint::black_box;
use std::time::{Duration, Instant};

use burn::tensor::module::{adaptive_avg_pool2d, avg_pool2d, max_pool1d, max_pool2d, max_pool2d_with_indices};
use burn::tensor::ops::{AvgPoolOptions, MaxPoolOptions};
use burn::tensor::{Device, Distribution, Tensor};
use serde_json::{Map, Value, json};

type Work = Box<dyn FnMut()>;

struct Case {
    layer: String,
    shape: Vec<usize>,
    kernel_size: usize,
    stride: usize,
    padding: usize,
    ceil_mode: bool,
    return_indices: bool,
    output_size: usize,
}

impl Case {
    fn read(text: &str) -> Result<Self, serde_json::Error> {
        let case: Value = serde_json::from_str(text)?;
        let number = |name: &str, usual: usize| case[name].as_u64().map_or(usual, |n| n as usize);
        let flag = |name: &str| case[name].as_bool().unwrap_or(false);
        let kernel_size = number("kernel_size", 1);
        Ok(Self {
            layer: case["layer"].as_str().unwrap_or_default().to_owned(),
            shape: serde_json::from_value(case["shape"].clone())?,
            kernel_size,
            stride: number("stride", kernel_size),
            padding: number("padding", 0),
            ceil_mode: flag("ceil_mode"),
            return_indices: flag("return_indices"),
            output_size: number("output_size", 1),
        })
    }

    fn max<const N: usize>(&self) -> MaxPoolOptions<N> {
        MaxPoolOptions {
            kernel_size: [self.kernel_size; N],
            stride: [self.stride; N],
            padding: [(self.padding, self.padding); N],
            dilation: [1; N],
            ceil_mode: self.ceil_mode,
        }
    }

    fn burn(&self) -> Option<Work> {
        let device = Device::flex();
        if let ("max1d", &[n, c, l]) = (self.layer.as_str(), self.shape.as_slice()) {
            let x = Tensor::<3>::random([n, c, l], Distribution::Default, &device);
            let options = self.max::<1>();
            return Some(Box::new(move || drop(black_box(max_pool1d(x.clone(), options.clone())))));
        }
        let &[n, c, h, w] = self.shape.as_slice() else { return None };
        let x = Tensor::<4>::random([n, c, h, w], Distribution::Default, &device);
        let max = self.max::<2>();
        match (self.layer.as_str(), self.return_indices) {
            ("max2d", false) => Some(Box::new(move || drop(black_box(max_pool2d(x.clone(), max.clone()))))),
            ("max2d", true) => Some(Box::new(move || drop(black_box(max_pool2d_with_indices(x.clone(), max.clone()))))),
            ("avg2d", _) => {
                let MaxPoolOptions { kernel_size, stride, padding, ceil_mode, .. } = max;
                let options = AvgPoolOptions { kernel_size, stride, padding, count_include_pad: true, ceil_mode };
                Some(Box::new(move || drop(black_box(avg_pool2d(x.clone(), options.clone())))))
            }
            ("aavg2d", _) => {
                let size = [self.output_size; 2];
                Some(Box::new(move || drop(black_box(adaptive_avg_pool2d(x.clone(), size)))))
            }
            _ => None,
        }
    }

    /// Candle knows neither padding nor the rounding mode.
    fn candle(&self) -> candle_core::Result<Option<Work>> {
        let plain = self.padding == 0 && !self.ceil_mode && !self.return_indices && self.shape.len() == 4;
        if !plain || !["max2d", "avg2d"].contains(&self.layer.as_str()) {
            return Ok(None);
        }
        let x = candle_core::Tensor::rand(0f32, 1.0, self.shape.as_slice(), &candle_core::Device::Cpu)?;
        let (kernel_size, stride, max) = (self.kernel_size, self.stride, self.layer == "max2d");
        Ok(Some(Box::new(move || {
            let y = if max { x.max_pool2d_with_stride(kernel_size, stride) } else { x.avg_pool2d_with_stride(kernel_size, stride) };
            drop(black_box(y));
        })))
    }
}

fn median_ms(mut work: Work, seconds: f64) -> f64 {
    work();
    work();
    let (begun, mut times) = (Instant::now(), Vec::new());
    while begun.elapsed() < Duration::from_secs_f64(seconds) || times.len() < 3 {
        let start = Instant::now();
        work();
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [case, seconds] = arguments.as_slice() else { return Err("usage: rust_peers CASE SECONDS".into()) };
    let (case, seconds) = (Case::read(case)?, seconds.parse()?);
    let mut found = Map::new();
    for (peer, work) in [("burn", case.burn()), ("candle", case.candle()?)] {
        if let Some(work) = work {
            found.insert(peer.to_owned(), json!(median_ms(work, seconds)));
        }
    }
    println!("{}", Value::Object(found));
    Ok(())
}
