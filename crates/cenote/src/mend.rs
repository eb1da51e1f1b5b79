//! Maxima whose order shows, put right: a plane is pooled as if its elements could be taken in any order, and what they cannot is
//! found again.
//!
//! Only the windows that hold a NaN, or whose largest element is a zero, give something else in torch's order: the last NaN, or the
//! first of the zeros with its sign. All others are right whatever their neighbours hold.

use std::ops::Range;

use fearless_simd::Simd;
use fearless_simd_macros::simd;

use crate::element::Element;
use crate::look::are_plain;
use crate::pass::{Band, Pass};
use crate::window::Window;

/// Work for each output from which on pooling in torch's order costs less. One is an element that is looked at or written.
const MOST_WORK: usize = 1;
/// What finding the window of an output, the outputs whose windows hold an element, or one of their rows counts as.
const FIND_WORK: usize = 8;
/// Elements that are looked at together.
const CHUNK: usize = 64;

/// A band of a plane, and the work that was done to mend it.
struct Mend<'a, T> {
    pass: &'a Pass<'a>,
    band: &'a Band,
    source: &'a [T],
    work: usize,
}

/// Mends the `elements` that a band of a plane was pooled to. False if that is too much work: then they are not what they ought to be.
pub(crate) fn mend<S: Simd, T: Element>(
    simd: S,
    (pass, band): (&Pass<'_>, &Band),
    source: &[T],
    elements: &mut [T],
) -> bool {
    let mut mend = Mend {
        pass,
        band,
        source,
        work: 0,
    };
    mend.zeros(simd, elements) && mend.nans(simd, elements)
}

impl<'a, T: Element> Mend<'a, T> {
    /// Whether what was done for `done` of all outputs was worth it, or may have been where an eighth of them takes all of it.
    fn is_worth(&self, done: usize, all: usize) -> bool {
        self.work <= MOST_WORK * (done + all / 8)
    }

    /// Gives each zero its sign. False if there are too many.
    fn zeros<S: Simd>(&mut self, simd: S, elements: &mut [T]) -> bool {
        if !has_zero(simd, elements) {
            return true;
        }
        let [depth, height, width] = self.pass.axes;
        let (inner, rows) = (self.pass.inner, self.band.height.len());
        let (len, all) = (self.pass.row_len(), elements.len());
        for first in (0..all).step_by(len) {
            let (z, y) = (first / len / rows, first / len % rows);
            let windows = [
                depth.window(self.band.depth.start + z),
                height.window(self.band.height.start + y),
            ];
            for start in (0..len).step_by(CHUNK) {
                let lanes = start..len.min(start + CHUNK);
                let chunk = &mut elements[first + lanes.start..first + lanes.end];
                if !has_zero(simd, chunk) {
                    continue;
                }
                for (at, element) in lanes.zip(chunk).filter(|(_, element)| is_zero(**element)) {
                    if !self.is_worth(first + at, all) {
                        return false;
                    }
                    let window = (windows, width.window(at / inner));
                    *element = self.first_zero(window, at % inner).unwrap_or(*element);
                }
            }
        }
        true
    }

    /// The first zero of a window, if it has any.
    fn first_zero(&mut self, window: ([Window; 2], Window), lane: usize) -> Option<T> {
        let [depth_step, height_step, width_step] = self.pass.axes.map(|axis| axis.step());
        let inner = self.pass.inner;
        let ([depth, height], width) = window;
        self.work += FIND_WORK;
        for z in (0..depth.taps).map(|tap| depth.start + tap * depth_step) {
            for y in (0..height.taps).map(|tap| height.start + tap * height_step) {
                let taps = self.rows(z, y..y + 1)[width.start * inner + lane..].iter();
                let mut taps = taps.step_by(width_step * inner).take(width.taps);
                self.work += width.taps;
                if let Some(zero) = taps.find(|element| is_zero(**element)) {
                    return Some(*zero);
                }
            }
        }
        None
    }

    /// Gives each NaN to all windows that hold it, the last one last. False if there are too many.
    fn nans<S: Simd>(&mut self, simd: S, elements: &mut [T]) -> bool {
        let [depths, heights] = self.pass.stages(self.band).map(|stage| stage.inputs());
        let all = depths.len() * heights.len() * self.pass.source_row_len();
        let mut done = 0;
        for z in depths {
            let slab = self.rows(z, heights.clone());
            if are_plain(simd, slab, false) {
                done += slab.len();
                continue;
            }
            for y in heights.clone() {
                for (number, chunk) in self.rows(z, y..y + 1).chunks(CHUNK).enumerate() {
                    done += chunk.len();
                    if are_plain(simd, chunk, false) {
                        continue;
                    }
                    let done = (done as f64 / all as f64 * elements.len() as f64) as usize;
                    let nans = chunk.iter().enumerate();
                    for (at, nan) in nans.filter(|(_, element)| is_nan(**element)) {
                        if !self.is_worth(done, elements.len()) {
                            return false;
                        }
                        self.spread(*nan, (z, y, number * CHUNK + at), elements);
                    }
                }
            }
        }
        true
    }

    /// Gives the element at a place, of which the last is a lane of a row, to all windows that hold it.
    fn spread(&mut self, element: T, (z, y, at): (usize, usize, usize), elements: &mut [T]) {
        let [depth, height, width] = self.pass.axes;
        let (inner, len) = (self.pass.inner, self.pass.row_len());
        let (depths, heights) = (&self.band.depth, &self.band.height);
        let rows = height.holding(heights.clone(), y);
        let columns = width.holding(0..width.output_len(), at / inner);
        self.work += FIND_WORK;
        for z in depth.holding(depths.clone(), z).outputs() {
            self.work += rows.tried();
            for y in rows.outputs() {
                self.work += FIND_WORK;
                let row = (z - depths.start) * heights.len() + (y - heights.start);
                let row = &mut elements[row * len..][..len];
                if inner == 1
                    && let Some(columns) = columns.range()
                {
                    row[columns].fill(element);
                    continue;
                }
                self.work += columns.tried();
                for x in columns.outputs() {
                    row[x * inner + at % inner] = element;
                }
            }
        }
    }

    /// Neighbouring rows of the source.
    fn rows(&self, z: usize, rows: Range<usize>) -> &'a [T] {
        let len = self.pass.source_row_len();
        let first = z * self.pass.axes[1].input_len() + rows.start;
        &self.source[first * len..][..rows.len() * len]
    }
}

fn is_zero<T: Element>(element: T) -> bool {
    element == T::default()
}

fn is_nan<T: Element>(element: T) -> bool {
    element.partial_cmp(&element).is_none()
}

/// Whether any element is a zero.
#[simd]
fn has_zero<S: Simd, T: Element>(_simd: S, elements: &[T]) -> bool {
    let mut found = false;
    for element in elements {
        found |= is_zero(*element);
    }
    found
}
