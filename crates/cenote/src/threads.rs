//! Shares the tasks of a pass among threads.

use std::ops::Range;

use crate::sink::Target;

/// Bytes read and written below which one thread works alone: waking another costs more.
const PARALLEL_BYTES: usize = 256 << 10;

/// How many pieces a call that reads and writes `bytes` is cut into.
pub(crate) fn pieces(bytes: usize) -> usize {
    let threads = if bytes < PARALLEL_BYTES {
        1
    } else {
        available()
    };
    if threads == 1 { 1 } else { 4 * threads }
}

/// Number of threads that a call may use.
fn available() -> usize {
    #[cfg(feature = "threads")]
    {
        rayon::current_num_threads()
    }
    #[cfg(not(feature = "threads"))]
    {
        1
    }
}

/// Tasks in a row, each of which owns a piece of the target.
pub(crate) trait Tasks<T>: Sync {
    /// Where the piece of task `task` begins in the target.
    fn offset(&self, task: usize) -> usize;
    /// Does the tasks of `range`, whose pieces are `target`.
    fn run(&self, range: Range<usize>, target: Target<'_, T>);
}

/// Runs all tasks, at most `grain` of them by one thread at a time.
///
/// Of whatever kind they are: so rayon is compiled once for each type of element.
pub(crate) fn share<T: Send>(
    tasks: &dyn Tasks<T>,
    range: Range<usize>,
    grain: usize,
    target: Target<'_, T>,
) {
    if range.len() <= grain {
        tasks.run(range, target);
        return;
    }
    let middle = range.start + range.len() / 2;
    let at = tasks.offset(middle) - tasks.offset(range.start);
    let (left, right) = target.split_at(at);
    #[cfg(feature = "threads")]
    rayon::join(
        || share(tasks, range.start..middle, grain, left),
        || share(tasks, middle..range.end, grain, right),
    );
    #[cfg(not(feature = "threads"))]
    {
        share(tasks, range.start..middle, grain, left);
        share(tasks, middle..range.end, grain, right);
    }
}
