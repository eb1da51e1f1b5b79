//! Runs a pass over whole tensors: cuts planes into bands that stay in cache, and shares them among threads.

use std::ops::Range;

use fearless_simd::Level;

use crate::element::Element;
use crate::fetch;
use crate::level::at_level;
use crate::pass::{Band, Pass};
use crate::reduce::{Reducer, Value};
use crate::scratch::with_arena;
use crate::sink::Target;
use crate::threads::{Share, Tasks};
use crate::turn::{self, Turned};
use crate::ways::{self, Pieces};
use crate::window::Axis;

/// Bytes of contracted rows that a band may hold: they are written and read again, so they should stay in
/// the second cache.
const BAND_BYTES: usize = 192 << 10;

/// How a plane's outputs are cut into bands: along the depth where there is one, else along the height.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bands {
    along_depth: bool,
    /// Outputs along that axis, of the plane and of one band.
    extent: usize,
    chunk: usize,
    /// Elements of the output that one of them owns.
    unit: usize,
}

impl Bands {
    /// Cuts so that a band's lanes stay in cache and, when `pieces` asks for it, so that there are enough
    /// bands for all threads.
    pub(crate) fn new(
        axes: [&Axis; 3],
        pitch_bytes: usize,
        unit_row: usize,
        pieces: usize,
    ) -> Self {
        let along_depth = axes[0].output_len() > 1 || !axes[0].is_identity();
        let (axis, bytes, unit) = if along_depth {
            (
                axes[0],
                pitch_bytes * axes[1].output_len(),
                unit_row * axes[1].output_len(),
            )
        } else {
            (axes[1], pitch_bytes, unit_row)
        };
        let extent = axis.output_len();
        let reach = axis.reach();
        // Inputs that one more output brings along.
        let hop = axis.input_len().div_ceil(extent.max(1)).max(1);
        let fitting = (BAND_BYTES / bytes.max(1)).saturating_sub(reach) / hop + 1;
        // Bands contract the rows that they share twice: not below three times as many new ones.
        let worthwhile = (3 * reach.saturating_sub(hop)).div_ceil(hop).max(1);
        let chunk = fitting
            .max(worthwhile)
            .min(extent.div_ceil(pieces).max(worthwhile));
        Self {
            along_depth,
            extent,
            chunk: chunk.clamp(1, extent.max(1)),
            unit,
        }
    }

    /// One band for the whole plane.
    pub(crate) fn whole(axes: [&Axis; 3], unit_row: usize) -> Self {
        let extent = axes[0].output_len() * axes[1].output_len();
        Self {
            along_depth: false,
            extent,
            chunk: extent,
            unit: unit_row,
        }
    }

    pub(crate) fn per_plane(&self) -> usize {
        self.extent.div_ceil(self.chunk)
    }

    /// Where a band's piece of the plane begins, in elements.
    pub(crate) fn offset(&self, band: usize) -> usize {
        band * self.chunk * self.unit
    }

    /// Elements of a band's piece.
    pub(crate) fn piece(&self, band: usize) -> usize {
        self.outputs(band).len() * self.unit
    }

    fn outputs(&self, band: usize) -> Range<usize> {
        let start = band * self.chunk;
        start..(start + self.chunk).min(self.extent)
    }

    pub(crate) fn band(&self, axes: [&Axis; 3], band: usize) -> Band {
        let outputs = self.outputs(band);
        if self.along_depth {
            Band {
                depth: outputs,
                height: 0..axes[1].output_len(),
            }
        } else {
            Band {
                depth: 0..axes[0].output_len(),
                height: outputs,
            }
        }
    }
}

/// A tensor's planes, and how many elements each has before and after.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Planes {
    pub(crate) count: usize,
    pub(crate) source: usize,
    pub(crate) target: usize,
}

struct Run<'a, T, R> {
    pass: &'a Pass<'a>,
    reducer: &'a R,
    planes: Planes,
    bands: Bands,
    source: &'a [T],
    level: Level,
}

impl<T: Element, R: Reducer<T>> Tasks<T> for Run<'_, T, R> {
    fn offset(&self, task: usize) -> usize {
        let (plane, band) = (task / self.bands.per_plane(), task % self.bands.per_plane());
        plane * self.planes.target + self.bands.offset(band)
    }

    fn run(&self, range: Range<usize>, mut target: Target<'_, T>) {
        let per_plane = self.bands.per_plane();
        let ahead = fetch::step::<T>(self.source.len());
        let mut task = range.start;
        while task < range.end {
            let (plane, number) = (task / per_plane, task % per_plane);
            // Where planes are not cut, buffers are made once for all of them.
            let count = if per_plane == 1 { range.len() } else { 1 };
            let piece = self.bands.piece(number);
            let (pieces, rest) = target.split_at(count * piece);
            target = rest;
            task += count;
            let pieces = Pieces {
                source: &self.source[plane * self.planes.source..][..count * self.planes.source],
                each: (self.planes.source, piece),
                target: pieces,
                ahead,
            };
            let band = self.bands.band(self.pass.axes, number);
            with_arena(ways::scratch_words::<T, R>(self.pass, &band), |arena| {
                at_level!(self.level, R::EVERY_LEVEL, simd, SHORT => ways::run::<_, T, R, SHORT>(simd, (self.pass, self.reducer), (&band, arena), pieces));
            });
        }
    }
}

/// Pools `source` into `target`.
pub(crate) fn run<T: Element, R: Reducer<T>>(
    pass: &Pass<'_>,
    reducer: &R,
    planes: Planes,
    level: Level,
    (source, target): (&[T], Target<'_, T>),
) {
    if planes.count == 0 || planes.target == 0 {
        return;
    }
    let bytes = (planes.source + planes.target) * planes.count * size_of::<T>();
    let share = Share::of(bytes);
    if turn::fits::<T, R>(pass, planes) {
        let turned = Turned {
            pass,
            reducer,
            planes,
            source,
            level,
        };
        return share.run(&turned, turn::tasks(planes), target);
    }
    let pitch_bytes = pass.row_len()
        * (size_of::<Value<T, R>>() + size_of::<<R::Fold as crate::fold::Fold>::Index>());
    let bands = Bands::new(
        pass.axes,
        pitch_bytes,
        pass.row_len(),
        share.pieces().div_ceil(planes.count),
    );
    let run = Run {
        pass,
        reducer,
        planes,
        bands,
        source,
        level,
    };
    share.run(&run, planes.count * bands.per_plane(), target);
}

/// Pools one plane on this thread.
pub(crate) fn run_alone<T: Element, R: Reducer<T>>(
    pass: &Pass<'_>,
    reducer: &R,
    level: Level,
    (source, target): (&[T], Target<'_, T>),
) {
    let band = Band::whole(pass.axes);
    let pieces = Pieces {
        source,
        each: (source.len(), target.values.len()),
        target,
        ahead: 0,
    };
    with_arena(ways::scratch_words::<T, R>(pass, &band), |arena| {
        at_level!(level, R::EVERY_LEVEL, simd, SHORT => ways::run::<_, T, R, SHORT>(simd, (pass, reducer), (&band, arena), pieces));
    });
}
