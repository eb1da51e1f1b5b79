//! What is done with the rows of one plane.

use fearless_simd::Simd;

use crate::columns::Columns;
use crate::element::Element;
use crate::fold::{Fold, LanesMut};
use crate::kernel::{Lines, Taps, fold_chunks, fold_one, fold_taps, thin};
use crate::long::{MOST_PIECES, double, is_doubled, slide_windows, slides};
use crate::look::are_plain;
use crate::pass::{Band, Divide, Flat, Pass};
use crate::reduce::{Counting, Counts, Finish, Value};
use crate::table::Table;

/// A thread at work on one band of the planes of a pass.
pub(crate) struct Worker<'a, S, T, R> {
    pub(crate) simd: S,
    pub(crate) pass: &'a Pass<'a>,
    pub(crate) band: &'a Band,
    /// The windows along depth and height.
    pub(crate) tables: [Table<'a>; 2],
    pub(crate) reducer: &'a R,
    /// The elements of one plane, and of those that follow it.
    pub(crate) source: &'a [T],
}

/// Whether the elements of a plane may be taken in any order.
pub(crate) fn admits<S: Simd, T: Element, C: Columns<T>>(simd: S, source: &[T]) -> bool {
    !C::REFUSES_NAN || are_plain(simd, source, C::REFUSES_NEGATIVE_ZERO)
}

impl<'a, S: Simd, T: Element, R: Finish<T>> Worker<'a, S, T, R> {
    /// Folds a row.
    pub(crate) fn fold(
        &self,
        source: &LanesMut<'_, R::Fold>,
        taps: Taps,
        len: usize,
        out: &mut LanesMut<'_, R::Fold>,
    ) {
        fold_taps::<S, R::Fold, 1>(self.simd, source.as_ref(), taps, Lines::row(len), out);
    }

    /// Contracts `rows` staged rows whose windows are alike, each to a row of `out`. Returns whether they are still staged.
    pub(crate) fn contract_flat(
        &self,
        flat: Flat,
        rows: usize,
        (staged, spare): (&mut LanesMut<'_, R::Fold>, &mut LanesMut<'_, R::Fold>),
        out: &mut LanesMut<'_, R::Fold>,
    ) -> bool {
        let (sliding, inner) = (flat.sliding, self.pass.inner);
        let outputs = self.pass.axes[2].output_len();
        let positions = (outputs - 1) * sliding.stride + 1;
        let (pitch, len) = (flat.pitch * inner, positions * inner);
        let whole = (rows - 1) * pitch + len;
        let step = sliding.dilation * inner;
        let lines = Lines {
            rows,
            len,
            from: pitch,
            to: outputs * inner,
        };
        if (sliding.stride, step) == (1, 1)
            && slide_windows::<S, R::Fold>(
                self.simd,
                staged.as_ref(),
                sliding.kernel_size,
                lines,
                out,
            )
        {
            return true;
        }
        let (mut lanes, mut spare) = (staged.from(0), spare.from(0));
        let is_long = is_doubled::<R::Fold>(sliding.kernel_size, step);
        let taps = if is_long {
            let doubled = (sliding.kernel_size, step);
            // Where every position is kept, a few pieces are merged there.
            let pieces = if sliding.stride == 1 { MOST_PIECES } else { 2 };
            double(self.simd, &mut lanes, doubled, (whole, pieces), &mut spare)
        } else {
            Taps::new(0, sliding.kernel_size, step)
        };
        let stays = !is_long || slides::<R::Fold>(step);
        let kept = Lines {
            len: lines.to,
            ..lines
        };
        let source = lanes.as_ref();
        let is_chunks = sliding.kernel_size == sliding.stride && step == 1;
        match (sliding.stride, inner) {
            (3, 1) if const { !R::Fold::HAS_INDICES } && is_chunks => {
                fold_chunks::<S, R::Fold, 3>(self.simd, source, kept, out);
            }
            (4, 1) if const { !R::Fold::HAS_INDICES } && is_chunks => {
                fold_chunks::<S, R::Fold, 4>(self.simd, source, kept, out);
            }
            (1, _) => fold_taps::<S, R::Fold, 1>(self.simd, source, taps, lines, out),
            (2, 1) => fold_taps::<S, R::Fold, 2>(self.simd, source, taps, lines, out),
            (stride, _) => {
                fold_taps::<S, R::Fold, 1>(self.simd, source, taps, Lines::row(whole), &mut spare);
                thin(self.simd, &spare.as_ref(), (stride, inner), kept, out);
                return !is_long;
            }
        }
        stays
    }

    /// Contracts the staged row at lane `from` window by window, to lane `at` of `out` on.
    pub(crate) fn contract_row(
        &self,
        (staged, from): (&LanesMut<'_, R::Fold>, usize),
        windows: &Table<'_>,
        (out, at): (&mut LanesMut<'_, R::Fold>, usize),
    ) {
        let (axis, inner) = (self.pass.axes[2], self.pass.inner);
        let mut out = out.from(at);
        let mut output = 0;
        while output < axis.output_len() {
            let (start, count) = windows.window(output);
            let taps = Taps::new(from + start * inner, count, axis.step() * inner);
            if inner == 1 {
                out.set(output, fold_one(&staged.as_ref(), taps));
                output += 1;
                continue;
            }
            let (alike, hop) = windows.run(output..axis.output_len());
            let lines = Lines {
                rows: alike,
                len: inner,
                from: hop * inner,
                to: inner,
            };
            let out = &mut out.from(output * inner);
            fold_taps::<S, R::Fold, 1>(self.simd, staged.as_ref(), taps, lines, out);
            output += alike;
        }
    }

    /// The divisors of the row at `(z, y)`, if that is when this pass divides.
    pub(crate) fn counts<'b>(
        &self,
        when: Divide,
        (z, y): (usize, usize),
        width: &'b [Value<T, R>],
    ) -> Option<Counts<'b, Value<T, R>>> {
        if self.pass.counted.1 != when {
            return None;
        }
        self.counts_of(self.counted((z, y)), width)
    }

    /// What is counted of the windows of the row at `(z, y)` along depth and height.
    pub(crate) fn counted(&self, (z, y): (usize, usize)) -> i64 {
        self.tables[0].count(z) * self.tables[1].count(y)
    }

    /// The divisors of a row, of whose windows `rest` is counted along depth and height.
    pub(crate) fn counts_of<'b>(
        &self,
        rest: i64,
        width: &'b [Value<T, R>],
    ) -> Option<Counts<'b, Value<T, R>>> {
        let rest = match self.reducer.counting() {
            Counting::None => return None,
            Counting::Fixed(divisor) => divisor,
            Counting::Taps | Counting::Span => rest,
        };
        let width = &width[..self.pass.counted.0[2].output_len()];
        Some(Counts {
            width,
            rest,
            inner: self.pass.inner,
        })
    }
}
