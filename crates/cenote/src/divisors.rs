//! What the sums of output rows are multiplied by to be means.

use fearless_simd::Simd;

use crate::columns::Columns;
use crate::element::Element;
use crate::fold::Fold;
use crate::pass::Divide;
use crate::plane::Worker;
use crate::reduce::{Counting, Factor, Finish, Value};

/// The factors of rows. Rows that follow one another mostly have the same, which is kept: a division takes longer than a vector.
pub(crate) struct Divisors<'a, T: Element, R: Finish<T>> {
    /// Counts along the width, and whether they are all the same.
    counts: (&'a [Value<T, R>], bool),
    /// What the last row's windows count along depth and height, and its factor.
    last: Option<(i64, Factor<'a, Value<T, R>>)>,
}

impl<'a, T: Element, R: Columns<T>> Divisors<'a, T, R> {
    #[inline(always)]
    pub(crate) fn new(counts: (&'a [Value<T, R>], bool)) -> Self {
        Self { counts, last: None }
    }

    /// The factor of the row at `place`.
    #[inline(always)]
    pub(crate) fn factor<S: Simd>(
        &mut self,
        worker: &Worker<'_, S, T, R>,
        place: (usize, usize),
    ) -> Factor<'a, Value<T, R>> {
        let divides = worker.pass.counted.1 == Divide::Folded;
        let counted = match worker.reducer.counting() {
            Counting::None => None,
            _ => divides.then(|| worker.counted(place)),
        };
        match (counted, self.last) {
            (Some(counted), Some((last, factor))) if counted == last => return factor,
            _ => {}
        }
        let (width, alike) = self.counts;
        let counts = counted.and_then(|rest| worker.counts_of(rest, width));
        let factor = Factor {
            row: counts.map_or(R::Fold::IDENTITY, |counts| R::factor(&counts, alike)),
            counts: if alike { None } else { Some(width) },
            at: 0,
        };
        self.last = counted.map(|counted| (counted, factor));
        factor
    }
}
