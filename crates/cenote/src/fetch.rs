//! Reading ahead: memory is asked for elements before they are needed, so that work goes on while they come.
//!
//! Processors do so by themselves, but not beyond a page, and each row of a window begins a stream of its own.

/// How much is asked for in one go. A core waits for few lines at a time: of more than that, the rest is waited for.
const STEP_BYTES: usize = 2 << 10;
/// From this size on a tensor is far: smaller ones often lie in a cache already.
const FAR_BYTES: usize = 16 << 20;
/// Below this size a tensor is near: it lies in the second cache, if it is not new.
const NEAR_BYTES: usize = 1 << 20;

/// How many elements of a tensor of `len` are asked for in one go, 0 if none are.
pub(crate) fn step<T>(len: usize) -> usize {
    if len * size_of::<T>() >= FAR_BYTES {
        STEP_BYTES / size_of::<T>()
    } else {
        0
    }
}

/// How far memory has been asked for the elements of a plane, and of those that follow it.
///
/// A few output rows are made at a time. Memory is asked for a half of what the next ones bring along before rows are folded, and
/// for the other before they are contracted, so that it is at work during both. Where that is one step, it is asked row by row, for what
/// comes a little later.
pub(crate) struct Ahead {
    step: usize,
    fetched: usize,
}

impl Ahead {
    pub(crate) fn new(step: usize) -> Self {
        Self { step, fetched: 0 }
    }

    /// Whether memory is asked at all.
    pub(crate) fn is_asked(&self) -> bool {
        self.step > 0
    }

    /// How many output rows are made at a time, each of which brings along `hop` elements.
    pub(crate) fn rows(&self, hop: usize) -> usize {
        match self.step {
            0 => usize::MAX,
            step => (2 * step / hop.max(1)).max(1),
        }
    }

    /// How many elements are asked for before they are needed.
    pub(crate) fn lead(&self) -> usize {
        2 * self.step
    }

    /// Asks for the elements from `start` to `end`, but those for which it has been asked.
    pub(crate) fn reach<T>(&mut self, source: &[T], start: usize, end: usize) {
        let from = self.fetched.max(start);
        let to = end.min(source.len());
        if from < to {
            fetch(&source[from..to]);
            self.fetched = to;
        }
    }

    /// Asks for the next `count` elements.
    pub(crate) fn go_on<T>(&mut self, source: &[T], count: usize) {
        self.reach(source, self.fetched, self.fetched + count);
    }

    /// Counts from the next plane on.
    pub(crate) fn pass(&mut self, plane: usize) {
        self.fetched = self.fetched.saturating_sub(plane);
    }
}

/// The first `len` elements, or as many as there are, if a call that reads and writes `bytes` had better ask for them; else none.
pub(crate) fn ahead<T>(elements: &[T], len: usize, bytes: usize) -> &[T] {
    first(elements, if bytes < FAR_BYTES { 0 } else { len })
}

/// As [`ahead`], of elements that are not read in a row: processors do not foresee those, so that they are asked for from a third cache
/// as well.
pub(crate) fn ahead_of_cache<T>(elements: &[T], len: usize, bytes: usize) -> &[T] {
    first(elements, if bytes < NEAR_BYTES { 0 } else { len })
}

/// The first `len` elements, or as many as there are.
fn first<T>(elements: &[T], len: usize) -> &[T] {
    &elements[..len.min(elements.len())]
}

/// Elements that are asked for part by part.
pub(crate) struct Parts<'a, T> {
    left: &'a [T],
    each: usize,
}

impl<'a, T> Parts<'a, T> {
    /// At most as many parts.
    pub(crate) fn new(elements: &'a [T], parts: usize) -> Self {
        Self {
            left: elements,
            each: elements.len().div_ceil(parts.max(1)),
        }
    }

    /// Asks for the next part, if there is one.
    #[inline(always)]
    pub(crate) fn fetch(&mut self) {
        if !self.left.is_empty() {
            self.fetch_next();
        }
    }

    // What most calls never do stays out of their loops.
    #[inline(never)]
    fn fetch_next(&mut self) {
        let (part, left) = self.left.split_at(self.each.min(self.left.len()));
        self.left = left;
        fetch(part);
    }
}

/// How far ahead of where results are written memory is asked for what lies there.
const WRITE_LEAD_BYTES: usize = 1 << 10;

/// Asks for `len` of the elements that will be written to, a little after the first, and does not wait for them.
#[inline(always)]
pub(crate) fn fetch_to_write<T>(elements: &[T], len: usize) {
    let lead = WRITE_LEAD_BYTES / size_of::<T>();
    let after = elements.get(lead..).unwrap_or_default();
    let after = &after[..len.min(after.len())];
    #[cfg(target_arch = "x86_64")]
    for line in after.chunks(64 / size_of::<T>()) {
        safe_arch::prefetch_et0(&line[0]);
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = after;
}

/// Asks for elements, and does not wait for them.
#[inline(always)]
pub(crate) fn fetch<T>(elements: &[T]) {
    #[cfg(target_arch = "x86_64")]
    for line in elements.chunks(64 / size_of::<T>()) {
        safe_arch::prefetch_t0(&line[0]);
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = elements;
}
