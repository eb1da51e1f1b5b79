//! Rows whose lanes lie apart, with zeros between them: what the gradient of a mean is a sliding sum of.

use fearless_simd::{Simd, SimdBase};
use fearless_simd_macros::simd;

use crate::columns::each_chunk;
use crate::element::Element;
use crate::kernel::Taps;
use crate::lane::{Lane, MOST_LANES};
use crate::long::LONG;
use crate::reduce::{Finish, Value};
use crate::turn::is_small;
use crate::window::Sliding;

/// The windows of a row whose lanes lie two places apart: those that begin at even places, and those that begin at odd ones.
/// The taps of each, but for zeros, are neighbours where zeros are left out.
///
/// Such rows are summed along height and depth first, while they are short.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Halves {
    /// Zeros before the lanes.
    pub(crate) before: usize,
    /// Lanes of a row, with zeros before and after, in whole lines of the first cache.
    pub(crate) pitch: usize,
    /// The taps of the first window at an even and at an odd place.
    taps: [Taps; 2],
}

impl Halves {
    /// The halves of a row that is `hop` places apart, if it is to be summed so: to `outputs` windows, of one channel.
    ///
    /// Not of rows so short, in planes of so few elements, that those may be turned: a plane's sums must not depend on how many
    /// planes there are.
    pub(crate) fn new(
        sliding: &Sliding,
        hop: usize,
        (outputs, plane, inner): (usize, usize, usize),
    ) -> Option<Self> {
        let fits = (2..2 * LONG).contains(&sliding.kernel_size);
        // An element has a byte at least.
        if !fits
            || is_small(outputs, plane)
            || (hop, sliding.stride, sliding.dilation, inner) != (2, 1, 1, 1)
        {
            return None;
        }
        // Tap t of the window at place x is lane (x + t − lead) / 2, if that is whole.
        let lead = sliding.padding[0];
        let first = |place: usize| (lead + place) % 2;
        let before = lead / 2;
        let taps = |place: usize| {
            let start = (place + first(place) + 2 * before - lead) / 2;
            Taps::new(start, (sliding.kernel_size - first(place)).div_ceil(2), 1)
        };
        let taps = [taps(0), taps(1)];
        let reach = |taps: Taps| taps.start + taps.count + outputs / 2;
        Some(Self {
            before,
            pitch: reach(taps[0]).max(reach(taps[1])).next_multiple_of(8),
            taps,
        })
    }
}

/// Sums the windows of a row, and makes elements of the sums.
#[simd]
pub(crate) fn finish_halves<S: Simd, T: Element, R: Finish<T>>(
    simd: S,
    reducer: &R,
    source: &[Value<T, R>],
    Halves { taps, .. }: Halves,
    elements: &mut [T],
) {
    let [even, odd] = taps;
    let few = |taps: Taps, count: usize| Taps { count, ..taps };
    match [even.count, odd.count] {
        [1, 1] => finish_row(simd, reducer, source, [few(even, 1), few(odd, 1)], elements),
        [1, 2] => finish_row(simd, reducer, source, [few(even, 1), few(odd, 2)], elements),
        [2, 1] => finish_row(simd, reducer, source, [few(even, 2), few(odd, 1)], elements),
        _ => finish_row(simd, reducer, source, taps, elements),
    }
}

#[inline(always)]
fn finish_row<S: Simd, T: Element, R: Finish<T>>(
    simd: S,
    reducer: &R,
    source: &[Value<T, R>],
    [even, odd]: [Taps; 2],
    elements: &mut [T],
) {
    let width = <Value<T, R> as Lane>::Vector::<S>::LEN;
    let (pairs, last) = elements.as_chunks_mut::<2>();
    let count = pairs.len();
    if !last.is_empty() {
        reducer.finish(&mut [add_one(source, even, count)], None, last);
    }
    if count < width {
        for (at, pair) in pairs.iter_mut().enumerate() {
            let mut sums = [even, odd].map(|taps| add_one(source, taps, at));
            reducer.finish(&mut sums, None, pair);
        }
        return;
    }
    let even = (&source[even.start..][..count + even.count - 1], even.count);
    let odd = (&source[odd.start..][..count + odd.count - 1], odd.count);
    each_chunk!(width, count, |at| {
        let even = add(simd, even, at);
        let odd = add(simd, odd, at);
        let mut sums = [<Value<T, R> as Lane>::ZERO; 2 * MOST_LANES];
        let sums = &mut sums[..2 * width];
        even.zip_low(odd).store_slice(&mut sums[..width]);
        even.zip_high(odd).store_slice(&mut sums[width..]);
        reducer.finish(sums, None, pairs[at..at + width].as_flattened_mut());
    });
}

/// The sums of taps from each of a vector of lanes on.
#[inline(always)]
fn add<S: Simd, L: Lane>(simd: S, (source, taps): (&[L], usize), at: usize) -> L::Vector<S> {
    let width = L::Vector::<S>::LEN;
    let source = &source[at..][..width + taps - 1];
    let mut sums = L::Vector::<S>::from_slice(simd, &source[..width]);
    for tap in 1..taps {
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
