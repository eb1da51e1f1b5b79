//! What a thread needs for one band: scratch memory, and what is known of the windows along the width.

use crate::element::Element;
use crate::fetch::Ahead;
use crate::fold::{Fold, LanesMut};
use crate::long::LONG;
use crate::pass::{Band, Pass, Sizes, Width};
use crate::reduce::{Counting, Finish, Value};
use crate::scratch::{Arena, Slot};
use crate::table::{Table, count};

/// Scratch memory of a band.
pub(crate) struct Buffers<'a, F: Fold> {
    /// Rows as they are lifted.
    pub(crate) staged: LanesMut<'a, F>,
    /// Result of a long fold.
    pub(crate) spare: LanesMut<'a, F>,
    /// Contracted rows of one depth.
    pub(crate) contracted: LanesMut<'a, F>,
    /// Rows folded along the height, of all depths.
    pub(crate) folded: LanesMut<'a, F>,
    /// One row.
    pub(crate) row: LanesMut<'a, F>,
    /// The windows along the width, where they are not alike.
    pub(crate) windows: Table<'a>,
    /// Windows along the height from each row on, where those along the width lie anywhere and have as many taps, but few.
    pub(crate) dense: Table<'a>,
    /// Where the window of each lane of a row begins along the width, where lanes have indices.
    pub(crate) starts: &'a [i32],
    /// Counts along the width.
    pub(crate) counts: &'a [F::Value],
    /// Whether they are all the same.
    pub(crate) alike: bool,
    pub(crate) ahead: Ahead,
    /// Whether rows are folded from one that windows share.
    pub(crate) sweeps: bool,
    /// Whether windows are contracted as their rows are folded.
    pub(crate) fuses: bool,
    /// Staged rows whose padding is in place.
    pub(crate) padded: usize,
}

impl<'a, F: Fold<Value: Slot>> Buffers<'a, F> {
    /// Takes memory for a band whose windows along the height are known, and lists what is known of those along the width. By itself:
    /// it is the same at every level.
    #[inline(never)]
    pub(crate) fn new<T: Element, R: Finish<T, Fold = F>>(
        (pass, reducer): (&Pass<'_>, &R),
        (band, heights): (&Band, &Table<'_>),
        sizes: &Sizes,
        arena: &mut Arena<'a>,
    ) -> Self {
        let (windows, starts) = windows_of(pass, F::HAS_INDICES, arena);
        let dense = dense_of(pass, &windows, (band, heights), arena);
        let (counts, alike) = counts_of(pass, reducer, arena);
        Self {
            staged: arena.lanes(sizes.staged),
            spare: arena.lanes(sizes.spare),
            contracted: arena.lanes(sizes.contracted),
            folded: arena.lanes(sizes.folded),
            row: arena.lanes(sizes.row),
            windows,
            starts,
            dense,
            alike,
            counts,
            ahead: Ahead::new(0),
            sweeps: false,
            fuses: false,
            padded: 0,
        }
    }
}

/// The windows along the width, and where that of each lane of a row begins, as far as anyone asks.
fn windows_of<'a>(
    pass: &Pass<'_>,
    has_indices: bool,
    arena: &mut Arena<'a>,
) -> (Table<'a>, &'a [i32]) {
    let axis = pass.axes[2];
    // Where windows along the width are alike, only indices ask where one begins.
    if !has_indices && matches!(pass.width, Width::Flat(_) | Width::Keep) {
        return (Table::default(), &[]);
    }
    let mut windows = Table::new(axis, 0..axis.output_len(), arena);
    if matches!(pass.width, Width::Groups) {
        windows = windows.with_runs(arena);
    }
    if !has_indices {
        return (windows, &[]);
    }
    let starts = i32::take(arena, pass.row_len());
    let all = windows.windows(0..axis.output_len());
    for (group, (start, _)) in starts.chunks_exact_mut(pass.inner).zip(all) {
        group.fill(start as i32);
    }
    (windows, starts)
}

/// Windows along the height from each row on, of as many taps as those of a band, where those along the width lie anywhere and
/// have as many taps, but few.
fn dense_of<'a>(
    pass: &Pass<'_>,
    windows: &Table<'_>,
    (band, heights): (&Band, &Table<'_>),
    arena: &mut Arena<'a>,
) -> Table<'a> {
    let few = || {
        windows
            .taps(0..pass.axes[2].output_len())
            .is_some_and(|taps| taps < LONG)
    };
    match pass.dense_windows() {
        rows if rows > 0 && few() => {
            let taps = heights.window(band.height.start).1;
            Table::dense((rows + 1).saturating_sub(taps), taps, arena)
        }
        _ => Table::default(),
    }
}

/// What is counted of each window along the width, and whether that is the same for all of them.
fn counts_of<'a, T: Element, R: Finish<T>>(
    pass: &Pass<'_>,
    reducer: &R,
    arena: &mut Arena<'a>,
) -> (&'a [Value<T, R>], bool) {
    let counted = pass.counted.0[2];
    let counts: &mut [Value<T, R>] = Slot::take(arena, counted.output_len());
    if reducer.counting() == Counting::None {
        return (counts, true);
    }
    // Whole vectors are divided, and more than lanes that are kept.
    counts.fill(reducer.width(1));
    for (slot, window) in counts.iter_mut().zip(counted.windows()) {
        *slot = reducer.width(count(reducer.counting(), window));
    }
    let counts = &*counts;
    let alike = counts[..counted.output_len()]
        .windows(2)
        .all(|pair| pair[0] == pair[1]);
    (counts, alike)
}
