//! Reading ahead: memory is asked for elements before they are needed, so that work goes on while they come.
//!
//! Processors do so by themselves, but not beyond a page, and each row of a window begins a stream of its own.

/// How far ahead elements are fetched: beyond that they would push out of the first cache what is in use.
const AHEAD_BYTES: usize = 8 << 10;
/// From this size on a tensor is far: smaller ones often lie in a cache already.
const FAR_BYTES: usize = 8 << 20;
/// Rows of at least as many bytes are streams that processors follow.
const LONG_ROW_BYTES: usize = 4 << 10;

/// How many elements ahead rows of `row` elements are fetched, of a tensor of `len`.
pub(crate) fn distance<T>(len: usize, row: usize) -> usize {
    let is_far = len * size_of::<T>() >= FAR_BYTES;
    if is_far && row * size_of::<T>() < LONG_ROW_BYTES {
        AHEAD_BYTES / size_of::<T>()
    } else {
        0
    }
}

/// How far memory has been asked for the elements of a plane, and of those that follow it.
pub(crate) struct Ahead {
    /// How many elements ahead it is asked, 0 if it is not.
    pub(crate) distance: usize,
    fetched: usize,
}

impl Ahead {
    pub(crate) fn new(distance: usize) -> Self {
        Self {
            distance,
            fetched: 0,
        }
    }

    /// Asks for the elements from `start` to the distance beyond `end`, but those for which it has been asked.
    pub(crate) fn reach<T>(&mut self, source: &[T], start: usize, end: usize) {
        let from = self.fetched.max(start);
        let to = (end + self.distance).min(source.len());
        if from < to {
            fetch(&source[from..to]);
            self.fetched = to;
        }
    }

    /// Counts from the next plane on.
    pub(crate) fn pass(&mut self, plane: usize) {
        self.fetched = self.fetched.saturating_sub(plane);
    }
}

/// Asks for elements, and does not wait for them.
#[inline(always)]
fn fetch<T>(elements: &[T]) {
    #[cfg(target_arch = "x86_64")]
    for line in elements.chunks(64 / size_of::<T>()) {
        safe_arch::prefetch_t0(&line[0]);
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = elements;
}
