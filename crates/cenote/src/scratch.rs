//! Scratch memory that a thread keeps, so that a call allocates nothing.

use std::cell::RefCell;

use crate::fold::{Fold, LanesMut};

/// Lanes beyond the end of every buffer, so that a kernel may always read and write whole vectors: nine of the widest, 64 lanes of u8
/// each, since one that doubles long windows reads up to seven further on, and the row that it begins with may end within another.
pub(crate) const SLACK: usize = 576;

thread_local! {
    static ARENA: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// Hands out pieces of one thread's scratch memory. Their contents are arbitrary.
pub(crate) struct Arena<'a>(&'a mut [u64]);

/// A type that an [`Arena`] can hold.
pub(crate) trait Slot: Copy + Send + Sync + 'static {
    /// Takes `len` of them, and [`SLACK`] more.
    fn take<'a>(arena: &mut Arena<'a>, len: usize) -> &'a mut [Self];
    /// As [`Slot::take`], and leaves the slack unseen.
    fn take_exactly<'a>(arena: &mut Arena<'a>, len: usize) -> &'a mut [Self] {
        &mut Self::take(arena, len)[..len]
    }
}

impl Slot for () {
    fn take<'a>(_arena: &mut Arena<'a>, len: usize) -> &'a mut [()] {
        // A slice of units takes no memory, so nothing leaks.
        Vec::leak(vec![(); len + SLACK])
    }
}

macro_rules! impl_slot {
    ($($lane:ident)*) => {$(
        impl Slot for $lane {
            fn take<'a>(arena: &mut Arena<'a>, len: usize) -> &'a mut [$lane] {
                arena.words(words::<$lane>(len), bytemuck::cast_slice_mut)
            }
        }
    )*};
}

impl_slot!(u8 i8 i16 i32 i64 f32 f64);

/// Words of a line of the caches, at which every buffer begins: then no vector lies across two.
const LINE: usize = 8;

/// Words that `len` values and the slack take.
const fn words<T>(len: usize) -> usize {
    ((len + SLACK) * size_of::<T>()).div_ceil(8 * LINE) * LINE
}

/// Words that taking `len` values takes.
pub(crate) const fn arena_words<T>(len: usize) -> usize {
    words::<T>(len)
}

/// Words that [`Arena::lanes`] of `len` takes.
pub(crate) const fn lane_words<F: Fold>(len: usize) -> usize {
    words::<F::Value>(len) + words::<F::Index>(len)
}

impl<'a> Arena<'a> {
    fn words<T>(
        &mut self,
        count: usize,
        cast: impl FnOnce(&'a mut [u64]) -> &'a mut [T],
    ) -> &'a mut [T] {
        let (taken, rest) = std::mem::take(&mut self.0).split_at_mut(count);
        self.0 = rest;
        cast(taken)
    }

    /// Takes `len` lanes of a fold, and [`SLACK`] more.
    pub(crate) fn lanes<F: Fold>(&mut self, len: usize) -> LanesMut<'a, F>
    where
        F::Value: Slot,
    {
        LanesMut {
            values: F::Value::take(self, len),
            indices: F::Index::take(self, len),
        }
    }
}

/// Runs `work` with at least `words` of this thread's scratch memory.
pub(crate) fn with_arena<R>(words: usize, work: impl FnOnce(Arena<'_>) -> R) -> R {
    ARENA.with_borrow_mut(|memory| {
        if memory.len() < words + LINE {
            memory.resize(words + LINE, 0);
        }
        let first = memory.as_ptr().align_offset(8 * LINE).min(LINE);
        work(Arena(&mut memory[first..]))
    })
}
