//! Shares the tasks of a pass among threads.

use std::ops::Range;
#[cfg(feature = "threads")]
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::sink::Target;

/// Bytes read and written that are worth a thread: waking one costs more than it brings for less.
const THREAD_BYTES: usize = 128 << 10;
/// Pieces for each thread, so that one that comes late, or is slow, leaves more to the others. The last ones are half as large.
const PIECES_EACH: usize = 4;

/// Looks at whether others are done before a thread sleeps: as many as take some tens of microseconds.
#[cfg(feature = "threads")]
const SPINS: usize = 1000;

/// How a call is shared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    threads: usize,
}

/// Tasks in a row, each of which owns a piece of the target.
pub(crate) trait Tasks<T>: Sync {
    /// Where the piece of task `task` begins in the target.
    fn offset(&self, task: usize) -> usize;
    /// Does the tasks of `range`, whose pieces are `target`.
    fn run(&self, range: Range<usize>, target: Target<'_, T>);
}

impl Share {
    /// For a call that reads and writes so many bytes. One that is not worth sharing does not start rayon's threads.
    pub(crate) fn of(bytes: usize) -> Self {
        let worth = bytes / THREAD_BYTES;
        #[cfg(feature = "threads")]
        let available = if worth > 1 {
            rayon::current_num_threads()
        } else {
            1
        };
        #[cfg(not(feature = "threads"))]
        let available = 1;
        Self {
            threads: worth.clamp(1, available),
        }
    }

    /// How many pieces there should be.
    pub(crate) fn pieces(self) -> usize {
        if self.threads == 1 {
            1
        } else {
            PIECES_EACH * self.threads
        }
    }

    /// Does `count` tasks. This thread begins at once, and others join it.
    ///
    /// Tasks of whatever kind: so rayon is compiled once for each type of element.
    pub(crate) fn run<T: Send>(self, tasks: &dyn Tasks<T>, count: usize, target: Target<'_, T>) {
        if self.threads == 1 {
            return tasks.run(0..count, target);
        }
        let queue = Queue {
            tasks,
            threads: self.threads,
            least: count.div_ceil(2 * self.pieces()),
            left: Mutex::new((0..count, target)),
        };
        #[cfg(feature = "threads")]
        if rayon::current_thread_index().is_some() {
            queue.run_with(0..self.threads);
        } else {
            let done = AtomicBool::new(false);
            rayon::in_place_scope(|scope| {
                scope.spawn(|_| {
                    queue.run_with(1..self.threads);
                    done.store(true, Ordering::Release);
                });
                queue.run(0);
                wait_briefly(&done);
            });
        }
        #[cfg(not(feature = "threads"))]
        queue.run(0);
    }
}

/// Waits until `done` is set, but for no longer than it takes to wake a thread that sleeps: then sleeping is better.
#[cfg(feature = "threads")]
fn wait_briefly(done: &AtomicBool) {
    for _ in 0..SPINS {
        if done.load(Ordering::Acquire) {
            break;
        }
        std::hint::spin_loop();
    }
}

/// Tasks that no thread has taken yet, in a row, and their pieces of the target.
struct Queue<'a, T> {
    tasks: &'a dyn Tasks<T>,
    threads: usize,
    /// How many a thread takes at least.
    least: usize,
    left: Mutex<(Range<usize>, Target<'a, T>)>,
}

impl<'a, T: Send> Queue<'a, T> {
    /// Has some threads of this pool do what is left.
    #[cfg(feature = "threads")]
    fn run_with(&self, threads: Range<usize>) {
        if threads.len() == 1 {
            return self.run(threads.start);
        }
        let middle = threads.start + threads.len() / 2;
        rayon::join(
            || self.run_with(threads.start..middle),
            || self.run_with(middle..threads.end),
        );
    }

    /// Does what is left, until nothing is.
    fn run(&self, thread: usize) {
        while let Some((range, target)) = self.take(thread.is_multiple_of(2)) {
            self.tasks.run(range, target);
        }
    }

    /// Takes the first tasks, or the last: of two threads, each works in a half of its own, which may still be in its cache.
    fn take(&self, first: bool) -> Option<(Range<usize>, Target<'a, T>)> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let (range, target) = &mut *left;
        let share = range.len().div_ceil(self.threads + 1);
        let count = share.max(self.least).min(range.len());
        if count == 0 {
            return None;
        }
        let middle = if first {
            range.start + count
        } else {
            range.end - count
        };
        let at = self.tasks.offset(middle) - self.tasks.offset(range.start);
        let (front, back) = std::mem::replace(target, Target::values(&mut [])).split_at(at);
        let (front, back) = ((range.start..middle, front), (middle..range.end, back));
        let (taken, rest) = if first { (front, back) } else { (back, front) };
        *left = rest;
        Some(taken)
    }
}
