//! The iterator over an epoch's batches, and the workers behind it.

use std::fmt;
use std::iter::FusedIterator;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;

use super::epoch::Epoch;
use super::{Batch, Plan};
use crate::{Error, Result};

/// The batches of one epoch, in order.
///
/// Worker `w` of `n` makes the batches w, w + n, w + 2n and so on into a channel of its own that holds as many as
/// `prefetch_factor` allows; taking from the channels in turn keeps the order. Dropping the iterator early stops the
/// workers after the image each has in hand. A panic in the dataset or a transform, in whichever thread, is an error in the
/// place of its batch.
pub struct Batches {
    epoch: Arc<Epoch>,
    workers: Vec<Worker>,
    stop: Arc<AtomicBool>,
    next: usize,
    len: usize,
}

struct Worker {
    batches: Receiver<Result<Batch>>,
    thread: JoinHandle<()>,
}

impl Batches {
    pub(super) fn start(
        plan: &Arc<Plan>,
        number: u64,
        (num_workers, prefetch_factor): (usize, usize),
    ) -> Self {
        let epoch = Arc::new(Epoch::new(plan, number));
        let stop = Arc::new(AtomicBool::new(false));
        let len = epoch.batches();
        Self {
            workers: Vec::new(),
            epoch,
            stop,
            next: 0,
            len,
        }
        .with_workers(num_workers.min(len), prefetch_factor)
    }

    fn with_workers(mut self, wanted: usize, prefetch_factor: usize) -> Self {
        // Which batches a worker makes depends on how many there are, so all threads exist before any begins.
        let mut shares = Vec::new();
        for _ in 0..wanted {
            let (share_out, share_in) = sync_channel::<(usize, usize)>(1);
            let (sender, batches) = sync_channel(prefetch_factor - 1);
            let (epoch, stop, len) = (Arc::clone(&self.epoch), Arc::clone(&self.stop), self.len);
            let work = move || {
                let Ok((first, every)) = share_in.recv() else {
                    return;
                };
                for step in (first..len).step_by(every) {
                    let Some(batch) = epoch.load(step, || stop.load(Ordering::Relaxed)) else {
                        return;
                    };
                    if sender.send(batch).is_err() {
                        return;
                    }
                }
            };
            let Ok(thread) = std::thread::Builder::new()
                .name("cenote-data".into())
                .spawn(work)
            else {
                break;
            };
            self.workers.push(Worker { batches, thread });
            shares.push(share_out);
        }
        let every = shares.len();
        for (first, share) in shares.into_iter().enumerate() {
            // A worker waits for its share and nothing else, so it is there to take it.
            let _ = share.send((first, every));
        }
        self
    }

    #[cfg(test)]
    pub(super) fn stop_flag(&self) -> &Arc<AtomicBool> {
        &self.stop
    }

    /// The batch that a worker owes.
    fn receive(&mut self, step: usize) -> Result<Batch> {
        let worker = &self.workers[step % self.workers.len()];
        worker.batches.recv().unwrap_or_else(|_| {
            let message = "its thread ended early".to_owned();
            Err(Error::WorkerPanicked { step, message })
        })
    }
}

impl Iterator for Batches {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Result<Batch>> {
        let step = self.next;
        if step >= self.len {
            return None;
        }
        self.next += 1;
        if self.workers.is_empty() {
            self.epoch.load(step, || false)
        } else {
            Some(self.receive(step))
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.len - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Batches {}

impl FusedIterator for Batches {}

impl fmt::Debug for Batches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batches")
            .field("next", &self.next)
            .field("len", &self.len)
            .field("workers", &self.workers.len())
            .finish_non_exhaustive()
    }
}

impl Drop for Batches {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Without the receivers no worker waits to send.
        let threads: Vec<_> = self.workers.drain(..).map(|worker| worker.thread).collect();
        for thread in threads {
            let _ = thread.join();
        }
    }
}
