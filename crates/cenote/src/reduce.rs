//! What a layer makes of its windows: how an element becomes a lane, and what a folded lane becomes.

use crate::columns::{Columns, chunk, next_chunk};
use crate::element::{Convert, Element, Lift};
use crate::fold::{self, Fold, LanesMut};
use crate::lane::{Lane, RealLane, SumLane};
use crate::plain::{PlainArgMax, PlainMax};
use crate::scratch::Slot;

/// How lanes are folded, and what elements are made of them.
pub(crate) trait Finish<T: Element>: Sync {
    type Fold: Fold<Value: Slot>;
    /// Whether it pools over adjoint axes, whose elements may lie apart: code for those is compiled for nothing else.
    const SPREADS: bool = false;
    /// Whether it is compiled for every level of vector instructions, see [`at_level`](crate::level::at_level).
    const EVERY_LEVEL: bool = T::IS_FLOAT || size_of::<T>() == 1;

    /// Makes elements of a row of folded lanes, which it may use as scratch.
    fn finish(
        &self,
        lanes: &mut [Value<T, Self>],
        counts: Option<&Counts<'_, Value<T, Self>>>,
        elements: &mut [T],
    );
    /// Elements as the lanes that they are made of where they lie, if [`Finish::settle`] makes them there.
    fn place(_elements: &mut [T]) -> Option<LanesMut<'_, Self::Fold>> {
        None
    }
    /// Makes elements of lanes that lie in their place.
    fn settle(_elements: &mut [T]) {}
    /// What the divisor of a window is.
    fn counting(&self) -> Counting {
        Counting::None
    }
    /// How [`Counts::width`] holds a count.
    fn width(&self, _count: i64) -> Value<T, Self> {
        Self::Fold::IDENTITY
    }
}

/// The lane values of a reducer.
pub(crate) type Value<T, R> = <<R as Finish<T>>::Fold as Fold>::Value;

/// A reduction whose taps are merged in torch's order.
pub(crate) trait InOrder<T: Element>: Finish<T> {
    /// Makes lanes of a row of elements.
    fn lift(
        &self,
        elements: &[T],
        counts: Option<&Counts<'_, Value<T, Self>>>,
        lanes: &mut [Value<T, Self>],
    );
}

/// What a layer makes of its windows, and the quicker ways to it that some elements allow.
pub(crate) trait Reducer<T: Element>: InOrder<T> {
    /// The same reduction where taps may be taken in any order.
    type AnyOrder: Columns<T>;
    /// The same reduction in order, but cheaper, of elements that may be taken in any.
    type Plain: InOrder<T>;

    /// The reduction in any order, if there is one that gives the same for some elements.
    fn any_order(&self) -> Option<Self::AnyOrder>;
    /// The cheaper reduction in order, if there is one.
    fn plain(&self) -> Option<Self::Plain> {
        None
    }
}

/// What a mean divides a window's sum by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// Nothing.
    None,
    /// The taps inside the input.
    Taps,
    /// The taps inside the input and its padding.
    Span,
    /// The same number for every window.
    Fixed(i64),
}

/// Means that are made together.
const CHUNK: usize = 16;

/// The divisors of one row: that of position `i` is the count of `i / inner` along the width, times `rest`.
pub(crate) struct Counts<'a, L> {
    /// The counts along the width, or their reciprocals where the element has [`WIDE_SUM`].
    ///
    /// [`WIDE_SUM`]: crate::element::private::Lanes::WIDE_SUM
    pub(crate) width: &'a [L],
    pub(crate) rest: i64,
    pub(crate) inner: usize,
}

/// What the sums of a row are multiplied by.
#[derive(Clone, Copy)]
pub(crate) struct Factor<'a, L> {
    pub(crate) row: L,
    /// Counts along the width of the windows of a row, if they differ, and the first of those to be multiplied.
    pub(crate) counts: Option<&'a [L]>,
    pub(crate) at: usize,
}

impl<L: SumLane> Counts<'_, L> {
    /// Divides a row by its divisors.
    #[inline(always)]
    fn divide<T: Element>(&self, lanes: &mut [L]) {
        let rest = L::count(self.rest);
        if T::WIDE_SUM {
            let rest = L::count(1).divide(rest);
            self.map(lanes, |lane, width| lane.times(width.times(rest)));
        } else {
            self.map(lanes, |lane, width| lane.divide(width.times(rest)));
        }
    }

    /// Divides a row, whose divisors are reciprocals of single lanes or one for all, and makes elements of it in the same step.
    #[inline(always)]
    fn means<T: Element + Convert<L>>(&self, lanes: &[L], elements: &mut [T]) {
        let rest = L::count(1).divide(L::count(self.rest));
        let mut next = Some(0);
        while let Some(at) = next {
            let sums = chunk::<L, CHUNK>(lanes, at);
            let width = if self.inner == 1 {
                *chunk::<L, CHUNK>(self.width, at)
            } else {
                [self.width[0]; CHUNK]
            };
            let mut means = [L::ZERO; CHUNK];
            for x in 0..CHUNK {
                means[x] = sums[x].plus(L::ZERO).times(width[x].times(rest));
            }
            T::narrow(&means, &mut elements[at..at + CHUNK]);
            next = next_chunk(CHUNK, at, lanes.len());
        }
    }

    /// What sums are multiplied by, whose counts are reciprocals: the counts along the width too, if they are `alike`.
    #[inline(always)]
    pub(crate) fn factor(&self, alike: bool) -> L {
        let rest = L::count(1).divide(L::count(self.rest));
        if alike {
            self.width[0].times(rest)
        } else {
            rest
        }
    }

    /// Lifts a row and divides it by its divisors, which are reciprocals of single lanes, in the same step. Sums begin at zero: see
    /// [`begin_at_zero`].
    #[inline(always)]
    fn shares<T: Element + Lift<L>>(&self, elements: &[T], lanes: &mut [L]) {
        let rest = L::count(1).divide(L::count(self.rest));
        for ((lane, &element), &width) in lanes.iter_mut().zip(elements).zip(self.width) {
            *lane = Lift::<L>::lift(element)
                .times(width.times(rest))
                .plus(L::ZERO);
        }
    }

    /// How `width` holds a count.
    fn width<T: Element>(count: i64) -> L {
        if T::WIDE_SUM {
            L::count(1).divide(L::count(count))
        } else {
            L::count(count)
        }
    }

    /// Makes something of sums and their counts along the width. Sums begin at zero: see [`begin_at_zero`].
    #[inline(always)]
    fn map(&self, lanes: &mut [L], f: impl Fn(L, L) -> L) {
        if self.inner == 1 {
            for (lane, &width) in lanes.iter_mut().zip(self.width) {
                *lane = f(lane.plus(L::ZERO), width);
            }
        } else {
            for (lanes, &width) in lanes.chunks_exact_mut(self.inner).zip(self.width) {
                for lane in lanes {
                    *lane = f(lane.plus(L::ZERO), width);
                }
            }
        }
    }
}

/// Adds what sums begin with in torch: however taps are merged, negative zeros then sum to a positive one.
#[inline(always)]
fn begin_at_zero<L: Lane>(sums: &mut [L]) {
    for sum in sums {
        *sum = sum.plus(L::ZERO);
    }
}

/// The largest element.
pub(crate) struct Max;

impl<T: Element> Finish<T> for Max {
    type Fold = fold::Max<T::Max>;

    #[inline(always)]
    fn finish(&self, lanes: &mut [T::Max], _: Option<&Counts<'_, T::Max>>, elements: &mut [T]) {
        <T as Convert<T::Max>>::narrow(lanes, elements);
    }
}

impl<T: Element> InOrder<T> for Max {
    #[inline(always)]
    fn lift(&self, elements: &[T], _: Option<&Counts<'_, T::Max>>, lanes: &mut [T::Max]) {
        <T as Convert<T::Max>>::widen(elements, lanes);
    }
}

impl<T: Element> Reducer<T> for Max {
    type AnyOrder = PlainMax;
    type Plain = PlainMax;

    fn any_order(&self) -> Option<PlainMax> {
        Some(PlainMax)
    }
    fn plain(&self) -> Option<PlainMax> {
        Some(PlainMax)
    }
}

/// The largest element and where it is.
pub(crate) struct ArgMax;

impl<T: Element> Finish<T> for ArgMax {
    type Fold = fold::ArgMax<T::Arg>;

    #[inline(always)]
    fn finish(&self, lanes: &mut [T::Arg], _: Option<&Counts<'_, T::Arg>>, elements: &mut [T]) {
        <T as Convert<T::Arg>>::narrow(lanes, elements);
    }
}

impl<T: Element> InOrder<T> for ArgMax {
    #[inline(always)]
    fn lift(&self, elements: &[T], _: Option<&Counts<'_, T::Arg>>, lanes: &mut [T::Arg]) {
        <T as Convert<T::Arg>>::widen(elements, lanes);
    }
}

impl<T: Element> Reducer<T> for ArgMax {
    type AnyOrder = PlainArgMax;
    type Plain = Self;

    fn any_order(&self) -> Option<PlainArgMax> {
        Some(PlainArgMax)
    }
}

/// The mean of a window, by one of three divisors.
#[derive(Clone, Copy)]
pub(crate) struct Mean(pub(crate) Counting);

impl<T: Element> Finish<T> for Mean {
    type Fold = fold::Sum<T::Sum>;

    #[inline(always)]
    fn finish(
        &self,
        lanes: &mut [T::Sum],
        counts: Option<&Counts<'_, T::Sum>>,
        elements: &mut [T],
    ) {
        match counts {
            Some(counts)
                if T::WIDE_SUM
                    && (counts.inner == 1 || counts.inner == lanes.len())
                    && lanes.len() >= CHUNK =>
            {
                counts.means::<T>(lanes, elements)
            }
            counts => {
                if let Some(counts) = counts {
                    counts.divide::<T>(lanes);
                }
                <T as Convert<T::Sum>>::narrow(lanes, elements);
            }
        }
    }
    fn counting(&self) -> Counting {
        self.0
    }
    fn width(&self, count: i64) -> T::Sum {
        Counts::width::<T>(count)
    }
}

impl<T: Element> InOrder<T> for Mean {
    #[inline(always)]
    fn lift(&self, elements: &[T], _: Option<&Counts<'_, T::Sum>>, lanes: &mut [T::Sum]) {
        <T as Convert<T::Sum>>::widen(elements, lanes);
    }
}

impl<T: Element> Reducer<T> for Mean {
    type AnyOrder = Self;
    type Plain = Self;

    fn any_order(&self) -> Option<Self> {
        Some(*self)
    }
}

/// The gradient of a mean: each output's gradient, divided by its window's divisor, summed over the windows
/// that hold an input.
pub(crate) struct Spread(pub(crate) Counting);

impl<T: Element> Finish<T> for Spread {
    type Fold = fold::Sum<T::Sum>;
    const SPREADS: bool = true;
    const EVERY_LEVEL: bool = T::IS_FLOAT;

    #[inline(always)]
    fn finish(&self, lanes: &mut [T::Sum], _: Option<&Counts<'_, T::Sum>>, elements: &mut [T]) {
        <T as Convert<T::Sum>>::narrow(lanes, elements);
    }
    fn counting(&self) -> Counting {
        self.0
    }
    fn width(&self, count: i64) -> T::Sum {
        Counts::width::<T>(count)
    }
}

impl<T: Element> InOrder<T> for Spread {
    #[inline(always)]
    fn lift(&self, elements: &[T], counts: Option<&Counts<'_, T::Sum>>, lanes: &mut [T::Sum]) {
        if let Some(counts) = counts
            && T::WIDE_SUM
            && counts.inner == 1
        {
            return counts.shares(elements, lanes);
        }
        <T as Convert<T::Sum>>::widen(elements, lanes);
        if let Some(counts) = counts {
            counts.divide::<T>(lanes);
        }
        begin_at_zero(lanes);
    }
}

impl<T: Element> Reducer<T> for Spread {
    type AnyOrder = Mean;
    type Plain = Self;

    fn any_order(&self) -> Option<Mean> {
        None
    }
}

/// The p-norm of each window, as torch's `lp_pool` defines it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Power {
    /// p: any number but 0 and the infinities.
    pub(crate) norm_type: f64,
    /// Whether powers are taken of magnitudes, as ONNX does, or of the elements themselves, as torch does.
    pub(crate) absolute: bool,
    /// Taps of a whole window, when the sum over a clipped window is scaled up to it, as torch does.
    pub(crate) scale_to: Option<i64>,
}

impl Power {
    /// What the sum over a window, and its gradient, is divided by.
    pub(crate) fn divisor(&self) -> Counting {
        if self.scale_to.is_some() {
            Counting::Taps
        } else {
            Counting::None
        }
    }

    /// Whether the sums of clipped windows are scaled up.
    pub(crate) fn is_scaled(&self) -> bool {
        self.scale_to.is_some()
    }

    /// What a row of elements adds to the sums.
    #[inline(always)]
    fn raise<L: RealLane>(&self, lanes: &mut [L]) {
        if self.absolute {
            lanes.iter_mut().for_each(|lane| *lane = lane.magnitude());
        }
        self.raise_to(self.norm_type, lanes);
    }

    /// `lanes[i] = lanes[i]^power`, by products for the small powers that layers use.
    #[inline(always)]
    pub(crate) fn raise_to<L: RealLane>(&self, power: f64, lanes: &mut [L]) {
        if power == 2.0 {
            lanes.iter_mut().for_each(|lane| *lane = lane.times(*lane));
        } else if power == 3.0 {
            lanes
                .iter_mut()
                .for_each(|lane| *lane = lane.times(*lane).times(*lane));
        } else if power == 0.5 {
            lanes.iter_mut().for_each(|lane| *lane = lane.square_root());
        } else if power != 1.0 {
            lanes.iter_mut().for_each(|lane| *lane = lane.power(power));
        }
    }

    /// Roots of what will be cut off to integers: one that is whole must not fall short of that by a rounding.
    #[inline(always)]
    fn take_roots_of_integers<L: RealLane>(&self, lanes: &mut [L]) {
        for lane in lanes {
            let mut root = [*lane];
            self.raise_to(1.0 / self.norm_type, &mut root);
            let whole = root[0].nearest();
            let mut sum = [whole];
            self.raise_to(self.norm_type, &mut sum);
            *lane = if sum[0] == *lane { whole } else { root[0] };
        }
    }
}

impl<T: Element> Finish<T> for Power {
    type Fold = fold::Sum<T::Real>;
    const EVERY_LEVEL: bool = T::IS_FLOAT;

    #[inline(always)]
    fn finish(
        &self,
        lanes: &mut [T::Real],
        counts: Option<&Counts<'_, T::Real>>,
        elements: &mut [T],
    ) {
        // Squares are positive.
        if self.norm_type != 2.0 {
            begin_at_zero(lanes);
        }
        if let (Some(counts), Some(whole)) = (counts, self.scale_to) {
            let whole = <T::Real as SumLane>::count(whole);
            let taps = |width: T::Real| width.times(SumLane::count(counts.rest));
            // The full window is by far the commonest, and its factor is exactly 1.
            let widths = &counts.width[..lanes.len().div_ceil(counts.inner)];
            if widths.iter().any(|&width| taps(width) != whole) {
                counts.map(lanes, |sum, width| {
                    if taps(width) == whole {
                        sum
                    } else {
                        sum.divide(taps(width)).times(whole)
                    }
                });
            }
        }
        if T::IS_FLOAT {
            self.raise_to(1.0 / self.norm_type, lanes);
        } else {
            self.take_roots_of_integers(lanes);
        }
        <T as Convert<T::Real>>::narrow(lanes, elements);
    }
    fn counting(&self) -> Counting {
        self.divisor()
    }
    fn width(&self, count: i64) -> T::Real {
        SumLane::count(count)
    }
}

impl<T: Element> InOrder<T> for Power {
    #[inline(always)]
    fn lift(&self, elements: &[T], _: Option<&Counts<'_, T::Real>>, lanes: &mut [T::Real]) {
        <T as Convert<T::Real>>::widen(elements, lanes);
        self.raise(lanes);
    }
}

impl<T: Element> Reducer<T> for Power {
    type AnyOrder = Self;
    type Plain = Self;

    /// Squares only: other powers are taken of whole rows.
    fn any_order(&self) -> Option<Self> {
        (self.norm_type == 2.0).then_some(*self)
    }
}
