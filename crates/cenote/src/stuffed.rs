//! Rows whose lanes lie apart, with zeros between them: what the gradient of a mean is a sliding sum of.

use fearless_simd::{Simd, SimdBase};
use fearless_simd_macros::simd;

use crate::columns::next_chunk;
use crate::kernel::{Lines, Taps};
use crate::lane::Lane;
use crate::long::LONG;
use crate::window::Sliding;

/// The windows of a row whose lanes lie two places apart: those that begin at even places, and those that begin at odd ones.
/// The taps of each, but for zeros, are neighbours where zeros are left out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Halves {
    /// Zeros before the lanes.
    pub(crate) before: usize,
    /// The taps of the first window at an even and at an odd place.
    taps: [Taps; 2],
}

impl Halves {
    /// The halves of a row of `inner` neighbouring channels, `hop` places apart, if it is to be summed so.
    pub(crate) fn new(sliding: &Sliding, hop: usize, inner: usize) -> Option<Self> {
        let fits = (2..2 * LONG).contains(&sliding.kernel_size);
        if !fits || (hop, sliding.stride, sliding.dilation, inner) != (2, 1, 1, 1) {
            return None;
        }
        // Tap t of the window at place x is lane (x + t − lead) / 2, if that is whole.
        let lead = sliding.padding[0];
        let first = |place: usize| (lead + place) % 2;
        let before = lead / 2;
        let taps = |place: usize| Taps {
            start: (place + first(place) + 2 * before - lead) / 2,
            count: (sliding.kernel_size - first(place)).div_ceil(2),
            step: 1,
        };
        Some(Self {
            before,
            taps: [taps(0), taps(1)],
        })
    }
}

/// Sums the windows of rows, each to a row of `out`.
#[simd]
pub(crate) fn add_halves<S: Simd, L: Lane>(
    simd: S,
    source: &[L],
    Halves { taps, .. }: Halves,
    lines: Lines,
    out: &mut [L],
) {
    let [even, odd] = taps;
    let few = |taps: Taps, count: usize| Taps { count, ..taps };
    for row in 0..lines.rows {
        let source = &source[row * lines.from..];
        let out = &mut out[row * lines.to..][..lines.len];
        match [even.count, odd.count] {
            [1, 1] => add_row(simd, source, [few(even, 1), few(odd, 1)], out),
            [1, 2] => add_row(simd, source, [few(even, 1), few(odd, 2)], out),
            [2, 1] => add_row(simd, source, [few(even, 2), few(odd, 1)], out),
            _ => add_row(simd, source, taps, out),
        }
    }
}

#[inline(always)]
fn add_row<S: Simd, L: Lane>(simd: S, source: &[L], [even, odd]: [Taps; 2], out: &mut [L]) {
    let width = L::Vector::<S>::LEN;
    let (pairs, last) = out.as_chunks_mut::<2>();
    if let [last] = last {
        *last = add_one(source, even, pairs.len());
    }
    let count = pairs.len();
    if count < width {
        for (at, pair) in pairs.iter_mut().enumerate() {
            *pair = [even, odd].map(|taps| add_one(source, taps, at));
        }
        return;
    }
    let mut next = Some(0);
    while let Some(at) = next {
        let even = add(simd, source, even, at);
        let odd = add(simd, source, odd, at);
        let pairs = pairs[at..at + width].as_flattened_mut();
        even.zip_low(odd).store_slice(&mut pairs[..width]);
        even.zip_high(odd).store_slice(&mut pairs[width..]);
        next = next_chunk(width, at, count);
    }
}

/// The sums of taps from each of a vector of lanes on.
#[inline(always)]
fn add<S: Simd, L: Lane>(simd: S, source: &[L], taps: Taps, at: usize) -> L::Vector<S> {
    let width = L::Vector::<S>::LEN;
    let source = &source[taps.start + at..][..width + taps.count - 1];
    let mut sums = L::Vector::<S>::from_slice(simd, &source[..width]);
    for tap in 1..taps.count {
        sums += L::Vector::<S>::from_slice(simd, &source[tap..tap + width]);
    }
    sums
}

/// The sum of taps from a lane on.
fn add_one<L: Lane>(source: &[L], taps: Taps, at: usize) -> L {
    let taps = &source[taps.start + at..][..taps.count];
    taps[1..].iter().fold(taps[0], |sum, &lane| sum.plus(lane))
}

/// Puts groups of `inner` sums `hop` groups apart, with zeros between them and after them.
#[simd]
pub(crate) fn stuff<S: Simd, L: Lane>(
    simd: S,
    sums: &[L],
    (hop, inner): (usize, usize),
    places: &mut [L],
) {
    places.fill(L::ZERO);
    for (group, place) in sums.chunks_exact(inner).zip(places.chunks_mut(hop * inner)) {
        place[..inner].copy_from_slice(group);
    }
}
