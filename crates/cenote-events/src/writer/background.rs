//! Encoding and writing, away from the caller's thread.
//!
//! Every call adds one *slot* to a queue, in call order: either bytes that are ready (small records collect in one slot)
//! or a summary that an encoder thread has still to turn into bytes. The writer thread takes the ready slots at the
//! front, so the file keeps the order of calls whichever encoder is done first.
//!
//! One mutex guards all of it ([`State`]); nothing is encoded or written while it is held.

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::file::EventFile;
use crate::{Error, Result};

/// Small records are collected to chunks of about this many bytes before they are written.
const CHUNK: usize = 64 << 10;
/// The most bytes that summaries may hold between the caller and the file; one larger summary is let through alone.
const MAX_BYTES: usize = 64 << 20;

/// Turns a summary into one whole record.
pub(crate) type Encode = Box<dyn FnOnce() -> Result<Vec<u8>, String> + Send>;

/// How much may wait, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Summaries waiting to be encoded.
    pub(crate) max_queue: usize,
    /// The longest that a small record stays in memory.
    pub(crate) flush_every: Duration,
}

/// Starts a thread. Tests give one that refuses, as a system at its limits does.
type Spawn = fn(Box<dyn FnOnce() + Send>) -> io::Result<JoinHandle<()>>;

fn spawn(work: Box<dyn FnOnce() + Send>) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().spawn(work)
}

pub(crate) struct Background {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    limits: Limits,
    max_encoders: usize,
    spawn: Spawn,
    path: PathBuf,
}

struct Shared {
    state: Mutex<State>,
    /// Something for the writer thread: the front slot is ready, a flush, the end.
    to_write: Condvar,
    /// Something for the encoders: a job, the end.
    to_encode: Condvar,
    /// Something was encoded or written, or has failed.
    progress: Condvar,
}

#[derive(Default)]
struct State {
    slots: VecDeque<Slot>,
    /// The sequence number of the front slot.
    front: u64,
    jobs: VecDeque<Job>,
    /// Jobs waiting or being encoded.
    encoding: usize,
    idle_encoders: usize,
    encoders: usize,
    /// Bytes in slots and jobs.
    bytes: usize,
    /// Every slot before this number is to be written now.
    flush_to: u64,
    /// Every slot before this number has been written.
    written: u64,
    failure: Option<Error>,
    closing: bool,
}

enum Slot {
    Ready(Vec<u8>),
    Encoding,
}

struct Job {
    slot: u64,
    bytes: usize,
    encode: Encode,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // No code panics while it holds the lock; were one to, the state is still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Turns a job into the bytes of its slot, not holding the lock meanwhile.
    fn encode<'a>(
        &'a self,
        state: MutexGuard<'a, State>,
        job: Job,
        path: &Path,
    ) -> MutexGuard<'a, State> {
        let Job {
            slot,
            bytes,
            encode,
        } = job;
        drop(state);
        let record = catch_unwind(AssertUnwindSafe(encode))
            .unwrap_or_else(|_| Err("the encoder panicked".to_owned()));
        let mut state = self.lock();
        state.encoding -= 1;
        state.bytes -= bytes;
        match record {
            Err(reason) => {
                let path = path.to_owned();
                self.fail(&mut state, Error::Encoding { path, reason });
            }
            Ok(record) if state.failure.is_none() => {
                state.bytes += record.len();
                let index = slot - state.front;
                if index == 0 {
                    self.to_write.notify_one();
                }
                let index = usize::try_from(index).expect("the queue is in memory");
                state.slots[index] = Slot::Ready(record);
            }
            Ok(_) => {}
        }
        self.progress.notify_all();
        state
    }

    fn fail(&self, state: &mut State, error: Error) {
        state.failure.get_or_insert(error);
        state.slots.clear();
        state.jobs.clear();
        self.to_write.notify_all();
        self.to_encode.notify_all();
        self.progress.notify_all();
    }
}

impl Background {
    /// Starts the writer thread; encoders start when there is something to encode.
    pub(crate) fn start(file: EventFile, limits: Limits) -> Result<Self> {
        Self::start_by(spawn, file, limits)
    }

    fn start_by(spawn: Spawn, file: EventFile, limits: Limits) -> Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            to_write: Condvar::new(),
            to_encode: Condvar::new(),
            progress: Condvar::new(),
        });
        let path = file.path().to_owned();
        let writing = Arc::clone(&shared);
        let writer = spawn(Box::new(move || {
            write_slots(&writing, file, limits.flush_every)
        }))
        .map_err(|error| Error::io("start the thread that writes", &path, error))?;
        let max_encoders = thread::available_parallelism()
            .map_or(1, usize::from)
            .min(limits.max_queue);
        Ok(Self {
            shared,
            threads: Mutex::new(vec![writer]),
            limits,
            max_encoders,
            spawn,
            path,
        })
    }

    /// Adds one small record, already encoded. Blocks only when a whole [`MAX_BYTES`] waits to be written.
    pub(crate) fn push_record(&self, record: &[u8]) -> Result<()> {
        let mut state = self.shared.lock();
        while state.bytes >= MAX_BYTES && state.failure.is_none() {
            state = self
                .shared
                .progress
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        self.check(&state)?;
        state.bytes += record.len();
        match state.slots.back_mut() {
            Some(Slot::Ready(chunk)) if chunk.len() + record.len() <= CHUNK => {
                chunk.extend_from_slice(record)
            }
            _ => {
                let mut chunk = Vec::with_capacity(record.len().max(CHUNK));
                chunk.extend_from_slice(record);
                state.slots.push_back(Slot::Ready(chunk));
                if state.slots.len() > 1 || record.len() >= CHUNK {
                    self.shared.to_write.notify_one();
                }
            }
        }
        Ok(())
    }

    /// Adds a summary of about `bytes` bytes that an encoder thread is to turn into a record. Blocks while `max_queue`
    /// of them wait.
    pub(crate) fn push_encode(&self, bytes: usize, encode: Encode) -> Result<()> {
        let mut state = self.shared.lock();
        let full = |state: &State| {
            state.encoding >= self.limits.max_queue
                || (state.bytes > 0 && state.bytes + bytes > MAX_BYTES)
        };
        while full(&state) && state.failure.is_none() {
            // What waits may be a chunk that is not full yet.
            state.flush_to = state.front + state.slots.len() as u64;
            self.shared.to_write.notify_one();
            state = self
                .shared
                .progress
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        self.check(&state)?;
        state.bytes += bytes;
        state.encoding += 1;
        let slot = state.front + state.slots.len() as u64;
        state.slots.push_back(Slot::Encoding);
        state.jobs.push_back(Job {
            slot,
            bytes,
            encode,
        });
        if state.idle_encoders < state.jobs.len() && state.encoders < self.max_encoders {
            self.add_encoder(&mut state);
        }
        if state.encoders > 0 {
            self.shared.to_encode.notify_one();
        } else if let Some(job) = state.jobs.pop_back() {
            // The system has no thread for it: the caller's own does it.
            drop(self.shared.encode(state, job, &self.path));
        }
        Ok(())
    }

    /// Starts one more encoder, if the system lets it.
    fn add_encoder(&self, state: &mut State) {
        let shared = Arc::clone(&self.shared);
        let path = self.path.clone();
        if let Ok(encoder) = (self.spawn)(Box::new(move || encode_jobs(&shared, &path))) {
            state.encoders += 1;
            self.threads
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(encoder);
        }
    }

    /// Waits until everything added before is in the file.
    pub(crate) fn flush(&self) -> Result<()> {
        let mut state = self.shared.lock();
        self.check(&state)?;
        let all = state.front + state.slots.len() as u64;
        state.flush_to = all;
        self.shared.to_write.notify_one();
        while state.written < all && state.failure.is_none() {
            state = self
                .shared
                .progress
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.failure.clone().map_or(Ok(()), Err)
    }

    /// Writes everything and ends the threads. A second call changes nothing, and waits for a first one at work.
    pub(crate) fn close(&self) -> Result<()> {
        self.shared.lock().closing = true;
        self.shared.to_write.notify_all();
        self.shared.to_encode.notify_all();
        // Held until all have ended: whoever else closes waits here, and no encoder is added once it is closing.
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        for thread in threads.drain(..) {
            // The threads catch what they run; a panic of their own has nothing to add to `failure`.
            let _ = thread.join();
        }
        drop(threads);
        self.shared.lock().failure.clone().map_or(Ok(()), Err)
    }

    /// What a call would return now.
    pub(crate) fn check_open(&self) -> Result<()> {
        self.check(&self.shared.lock())
    }

    fn check(&self, state: &State) -> Result<()> {
        match &state.failure {
            Some(error) => Err(error.clone()),
            None if state.closing => Err(Error::Closed {
                path: self.path.clone(),
            }),
            None => Ok(()),
        }
    }
}

/// The encoder threads: jobs into slots.
fn encode_jobs(shared: &Shared, path: &Path) {
    let mut state = shared.lock();
    loop {
        if let Some(job) = state.jobs.pop_front() {
            state = shared.encode(state, job, path);
        } else if state.closing || state.failure.is_some() {
            return;
        } else {
            state.idle_encoders += 1;
            state = shared
                .to_encode
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            state.idle_encoders -= 1;
        }
    }
}

/// The writer thread: ready slots at the front of the queue into the file.
fn write_slots(shared: &Shared, mut file: EventFile, flush_every: Duration) {
    let mut deadline = Instant::now() + flush_every;
    let mut state = shared.lock();
    loop {
        if state.failure.is_some() {
            return;
        }
        let now = Instant::now();
        if now >= deadline {
            state.flush_to = state.front + state.slots.len() as u64;
            deadline = now + flush_every;
        }
        if let Some(chunk) = next_chunk(&mut state) {
            drop(state);
            let result = file.write(&chunk);
            state = shared.lock();
            match result {
                Ok(()) => state.written = state.front,
                Err(error) => shared.fail(&mut state, error),
            }
            state.bytes -= chunk.len();
            shared.progress.notify_all();
        } else if state.closing && state.slots.is_empty() {
            return;
        } else {
            let (next, _) = shared
                .to_write
                .wait_timeout(state, deadline - now)
                .unwrap_or_else(PoisonError::into_inner);
            state = next;
        }
    }
}

/// Takes the front slot if it is ready, and either complete or wanted now.
fn next_chunk(state: &mut State) -> Option<Vec<u8>> {
    let Slot::Ready(chunk) = state.slots.front()? else {
        return None;
    };
    let growing = state.slots.len() == 1 && chunk.len() < CHUNK / 2;
    if growing && !state.closing && state.flush_to <= state.front {
        return None;
    }
    let Some(Slot::Ready(chunk)) = state.slots.pop_front() else {
        return None;
    };
    state.front += 1;
    Some(chunk)
}

#[cfg(test)]
mod tests;
