//! The forms that the index of a maximum can have.

use std::fmt::Debug;

use crate::columns::{chunk, next_chunk};
use crate::fetch::fetch_to_write;
use crate::scratch::{Arena, Slot, arena_words};

/// A form of index: `i64` is torch's flat index into the plane, `u8`, `u16` and `u32` number the taps of the
/// window.
pub trait Index: Copy + Debug + Default + Send + Sync + 'static + Form {}

pub(crate) mod private {
    /// How an index is written and read.
    pub trait Form: Sized {
        /// The largest tap number that fits; `None` for a flat index.
        const COMPACT_LIMIT: Option<u32>;
        fn from_number(number: i64) -> Self;
        fn number(self) -> i64;
        fn indices(indices: &[Self]) -> super::Indices<'_>;
        fn slots(slots: &mut [Self]) -> super::IndicesMut<'_>;
    }
}

pub(crate) use private::Form;

macro_rules! impl_index {
    ($($index:ident $form:ident $limit:expr),*) => {$(
        impl Index for $index {}
        impl private::Form for $index {
            const COMPACT_LIMIT: Option<u32> = $limit;
            #[inline(always)]
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a plan is asked whether its tap numbers fit before any is made"
            )]
            fn from_number(number: i64) -> Self {
                number as $index
            }
            #[inline(always)]
            fn number(self) -> i64 {
                self.into()
            }
            fn indices(indices: &[Self]) -> Indices<'_> {
                Indices::$form(indices)
            }
            fn slots(slots: &mut [Self]) -> IndicesMut<'_> {
                IndicesMut::$form(slots)
            }
        }
    )*};
}

impl_index!(
    i64 I64 None,
    u8 U8 Some(u8::MAX as u32),
    u16 U16 Some(u16::MAX as u32),
    u32 U32 Some(u32::MAX)
);

/// What is carried beside the values of lanes: where they came from, or nothing.
pub(crate) trait IndexLane: Slot {
    fn of(flat: usize) -> Self;
    /// The flat index, −1 for no element.
    fn flat(self) -> i64;
}

impl IndexLane for () {
    #[inline(always)]
    fn of(_flat: usize) {}
    #[inline(always)]
    fn flat(self) -> i64 {
        -1
    }
}

macro_rules! impl_index_lane {
    ($($index:ident)*) => {$(
        impl IndexLane for $index {
            #[inline(always)]
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_possible_wrap,
                reason = "plans with indices refuse planes of 2^31 elements or more"
            )]
            fn of(flat: usize) -> Self {
                flat as Self
            }
            #[inline(always)]
            fn flat(self) -> i64 {
                self.into()
            }
        }
    )*};
}

impl_index_lane!(i32 i64);

/// Indices to read, in any of their forms.
pub enum Indices<'a> {
    /// Flat indices.
    I64(&'a [i64]),
    /// Numbers of taps.
    U8(&'a [u8]),
    /// Numbers of taps.
    U16(&'a [u16]),
    /// Numbers of taps.
    U32(&'a [u32]),
}

/// Where indices are written: nowhere, or in any of their forms.
#[derive(Default)]
pub enum IndicesMut<'a> {
    /// Nowhere.
    #[default]
    Nowhere,
    /// Flat indices.
    I64(&'a mut [i64]),
    /// Numbers of taps.
    U8(&'a mut [u8]),
    /// Numbers of taps.
    U16(&'a mut [u16]),
    /// Numbers of taps.
    U32(&'a mut [u32]),
}

/// Does the same with slots of any form, given how those of this form are wrapped.
macro_rules! of_any_form {
    ($indices:expr, |$form:ident, $slots:ident| $work:expr, $nowhere:expr) => {{
        macro_rules! of {
            ($one:ident $these:ident) => {{
                let ($form, $slots) = (IndicesMut::$one, $these);
                $work
            }};
        }
        match $indices {
            IndicesMut::Nowhere => $nowhere,
            IndicesMut::I64(slots) => of!(I64 slots),
            IndicesMut::U8(slots) => of!(U8 slots),
            IndicesMut::U16(slots) => of!(U16 slots),
            IndicesMut::U32(slots) => of!(U32 slots),
        }
    }};
}

impl IndicesMut<'_> {
    pub(crate) fn is_compact(&self) -> bool {
        !matches!(self, Self::Nowhere | Self::I64(_))
    }

    /// The same slots, for a while.
    pub(crate) fn reborrow(&mut self) -> IndicesMut<'_> {
        of_any_form!(self, |form, slots| form(slots), IndicesMut::Nowhere)
    }

    /// Words of scratch memory that [`Self::scratch`] takes.
    pub(crate) fn scratch_words(&self, len: usize) -> usize {
        match self {
            Self::Nowhere => 0,
            Self::I64(_) => arena_words::<i64>(len),
            Self::U8(_) => arena_words::<u8>(len),
            Self::U16(_) => arena_words::<i16>(len),
            Self::U32(_) => arena_words::<i32>(len),
        }
    }

    /// Scratch memory for `len` indices of this form.
    pub(crate) fn scratch<'b>(&self, arena: &mut Arena<'b>, len: usize) -> IndicesMut<'b> {
        use bytemuck::cast_slice_mut;
        match self {
            Self::Nowhere => IndicesMut::Nowhere,
            Self::I64(_) => IndicesMut::I64(i64::take_exactly(arena, len)),
            Self::U8(_) => IndicesMut::U8(u8::take_exactly(arena, len)),
            Self::U16(_) => IndicesMut::U16(cast_slice_mut(i16::take_exactly(arena, len))),
            Self::U32(_) => IndicesMut::U32(cast_slice_mut(i32::take_exactly(arena, len))),
        }
    }

    /// The first `at` slots, and the rest.
    #[inline(always)]
    pub(crate) fn split_at(self, at: usize) -> (Self, Self) {
        let nowhere = (Self::Nowhere, Self::Nowhere);
        of_any_form!(
            self,
            |form, slots| {
                let (first, rest) = slots.split_at_mut(at);
                (form(first), form(rest))
            },
            nowhere
        )
    }

    /// Writes the index that `index` gives for each lane, and where its window starts, to its slot.
    #[inline(always)]
    pub(crate) fn fill_from<L: Copy>(self, lanes: (&[L], &[i32]), index: impl Fn(L, i32) -> i32) {
        of_any_form!(self, |_form, slots| fill_each(slots, lanes, index), ());
    }

    /// Asks memory for `len` slots, some time after the next ones.
    pub(crate) fn ask(&self, len: usize) {
        of_any_form!(self, |_form, slots| fetch_to_write(slots, len), ());
    }

    /// Writes the index that `index` gives for each slot.
    #[inline(always)]
    pub(crate) fn fill(self, index: impl Fn(usize) -> i64) {
        #[inline(always)]
        fn each<I: Form>(slots: &mut [I], index: impl Fn(usize) -> i64) {
            for (at, slot) in slots.iter_mut().enumerate() {
                *slot = I::from_number(index(at));
            }
        }
        of_any_form!(self, |_form, slots| each(slots, index), ());
    }
}

/// Slots that are filled together.
const CHUNK: usize = 16;

/// Writes the index that `index` gives for each lane, and where its window starts, to its slot.
#[inline(always)]
fn fill_each<I: Form, L: Copy>(
    slots: &mut [I],
    (lanes, starts): (&[L], &[i32]),
    index: impl Fn(L, i32) -> i32,
) {
    if slots.len() < CHUNK {
        for (slot, (&lane, &start)) in slots.iter_mut().zip(lanes.iter().zip(starts)) {
            *slot = I::from_number(index(lane, start).into());
        }
        return;
    }
    let mut next = Some(0);
    while let Some(at) = next {
        let (lanes, starts) = (
            chunk::<L, CHUNK>(lanes, at),
            chunk::<i32, CHUNK>(starts, at),
        );
        next = next_chunk(CHUNK, at, slots.len());
        let slots = &mut slots[at..at + CHUNK];
        for x in 0..CHUNK {
            slots[x] = I::from_number(index(lanes[x], starts[x]).into());
        }
    }
}
