//! Looks for cliffs: `cargo bench -p cenote --bench survey -- [WORD…]` times many layers on small tensors, with one thread, and lists
//! those that take longest for each element read and written. WORDS are parts of names that all have to be there.
//!
//! The table of `cenote bench` has cases that people meet most; a case beside those that takes ten times as long shows here.

#![expect(clippy::print_stdout, reason = "the list is what it is run for")]

use std::hint::black_box;
use std::time::Instant;

use cenote::{
    AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool2d, AvgPool3d, Element, FractionalMaxPool2d,
    Index, LPPool2d, Layer, MaxPool1d, MaxPool2d, MaxPool3d, MemoryFormat, Plan,
};
use half::bf16;

/// Tensors that stay in the second cache.
const SHAPES: [[usize; 4]; 3] = [[1, 8, 56, 56], [1, 64, 14, 14], [1, 1, 7, 4096]];
/// How many of the slowest are listed.
const LISTED: usize = 40;

/// Makes an element of a pseudo-random number.
type Make<T> = fn(u32) -> T;

struct Survey {
    words: Vec<String>,
    /// Times for each element in ns, and names.
    found: Vec<(f64, String)>,
}

/// The least of some times, in ns.
fn time(mut work: impl FnMut()) -> f64 {
    let mut once = || {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64() * 1e9
    };
    let runs = (2e6 / once()).clamp(5.0, 1000.0) as usize;
    (0..runs).map(|_| once()).fold(f64::MAX, f64::min)
}

fn elements<T>(len: usize, make: Make<T>) -> Vec<T> {
    let number = |at: usize| (at as u32).wrapping_mul(2_654_435_761) >> 7;
    (0..len).map(number).map(make).collect()
}

impl Survey {
    fn add(&mut self, name: String, elements: usize, work: impl FnMut()) {
        if self.words.iter().all(|word| name.contains(word.as_str())) {
            self.found.push((time(work) / elements as f64, name));
        }
    }

    fn forward<T: Element>(&mut self, name: &str, plan: cenote::Result<Plan>, make: Make<T>) {
        let Ok(plan) = plan else { return };
        let input = elements(plan.input_len(), make);
        let mut output = vec![T::default(); plan.output_len()];
        self.add(name.into(), input.len() + output.len(), || {
            plan.forward_into(black_box(&input), &mut output).unwrap();
        });
    }

    fn indices<T: Element, I: Index + Default>(
        &mut self,
        name: &str,
        plan: cenote::Result<Plan>,
        make: Make<T>,
    ) {
        let Ok(plan) = plan else { return };
        let input = elements(plan.input_len(), make);
        let mut output = vec![T::default(); plan.output_len()];
        let mut indices = vec![I::default(); plan.output_len()];
        if plan
            .forward_with_indices_into(&input, &mut output, &mut indices)
            .is_err()
        {
            return;
        }
        let elements = input.len() + output.len();
        self.add(format!("{name} with indices"), elements, || {
            plan.forward_with_indices_into(black_box(&input), &mut output, &mut indices)
                .unwrap();
        });
        let mut gradient = vec![T::default(); plan.input_len()];
        self.add(format!("{name} backward"), elements, || {
            plan.backward_from_indices_into(black_box(&output), &indices, &mut gradient)
                .unwrap();
        });
    }

    fn maxima<T: Element>(
        &mut self,
        name: &str,
        layer: impl Fn() -> cenote::Result<Plan>,
        make: Make<T>,
    ) {
        self.forward(name, layer(), make);
        self.indices::<T, i64>(&format!("{name} i64"), layer(), make);
        self.indices::<T, u16>(&format!("{name} u16"), layer(), make);
    }

    fn layers<T: Element>(&mut self, kind: &str, make: Make<T>) {
        for shape in SHAPES {
            for format in [MemoryFormat::Contiguous, MemoryFormat::ChannelsLast] {
                for (k, s, d) in windows() {
                    let name = format!("{kind} {shape:?} {format:?} k{k} s{s} d{d}");
                    let max = MaxPool2d::new(k).stride(s).padding(k / 2).dilation(d);
                    self.maxima(&format!("max {name}"), || max.plan_in(&shape, format), make);
                    if d == 1 {
                        let avg = AvgPool2d::new(k).stride(s).padding(k / 2);
                        self.forward(&format!("avg {name}"), avg.plan_in(&shape, format), make);
                        let lp = LPPool2d::new(2.0, k).stride(s);
                        self.forward(&format!("lp {name}"), lp.plan_in(&shape, format), make);
                    }
                }
            }
            for size in 1..8 {
                let name = format!("{kind} {shape:?} to {size}");
                let max = || AdaptiveMaxPool2d::new(size).plan(&shape);
                self.maxima(&format!("adaptive max {name}"), max, make);
                let avg = AdaptiveAvgPool2d::new(size).plan(&shape);
                self.forward(&format!("adaptive avg {name}"), avg, make);
            }
            let outputs = [shape[2] * 7 / 10, shape[3] * 7 / 10];
            let fractional = FractionalMaxPool2d::with_output_size(2, outputs).seed(1);
            self.forward(
                &format!("fractional {kind} {shape:?}"),
                fractional.plan(&shape),
                make,
            );
        }
        for (k, s) in [2, 3, 5].into_iter().flat_map(|k| [(k, 1), (k, 2)]) {
            let name = format!("{kind} k{k} s{s}");
            let max = || MaxPool3d::new(k).stride(s).plan(&[4, 12, 20, 20]);
            self.maxima(&format!("max3d {name}"), max, make);
            let avg = AvgPool3d::new(k).stride(s).plan(&[4, 12, 20, 20]);
            self.forward(&format!("avg3d {name}"), avg, make);
            let max = || MaxPool1d::new(k).stride(s).plan(&[8, 2048]);
            self.maxima(&format!("max1d {name}"), max, make);
        }
    }
}

/// Kernel, stride and dilation.
fn windows() -> impl Iterator<Item = (usize, usize, usize)> {
    let strided = |k: usize| (1..=4).filter(move |&s| s <= k).map(move |s| (k, s, 1));
    [2, 3, 4, 5, 6, 7, 8, 9, 13, 21]
        .into_iter()
        .flat_map(strided)
        .chain([(2, 1, 2), (3, 1, 2), (3, 2, 2), (5, 1, 2)])
}

fn main() {
    let words = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"));
    let mut survey = Survey {
        words: words.collect(),
        found: Vec::new(),
    };
    let number = |number: u32| (number & 0xffff) as f32 - 32768.0;
    let threads = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    threads.expect("a thread can be started").install(|| {
        survey.layers::<f32>("f32", number);
        survey.layers::<f64>("f64", |bits| f64::from(bits & 0xffff) - 32768.0);
        survey.layers::<bf16>("bf16", |bits| {
            bf16::from_f32((bits & 0xffff) as f32 - 32768.0)
        });
        survey.layers::<u8>("u8", |bits| bits as u8);
        // Elements whose order shows: one in five hundred.
        survey.layers::<f32>("f32 with −0", |bits| match bits % 509 {
            0 => -0.0,
            _ => (bits & 0xffff) as f32 - 32768.0,
        });
    });
    survey.found.sort_by(|a, b| b.0.total_cmp(&a.0));
    println!(
        "{} cases. The slowest, ns an element read or written:",
        survey.found.len()
    );
    for (ratio, name) in survey.found.iter().take(LISTED) {
        println!("{ratio:7.1}  {name}");
    }
}
