//! Follows the log directory beside the server.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};

use cenote_events::{Changes, LoadProgress, LogDir};
use tokio::sync::watch;

use crate::key::Session;

/// How long the board waits before it looks for something new, at least.
const PAUSE: Duration = Duration::from_millis(500);

/// A log directory that is being followed. Shared by all requests.
pub(crate) struct Log {
    root: PathBuf,
    pub(crate) session: Session,
    index: RwLock<Indexed>,
    state: watch::Sender<State>,
}

/// The index, and when its runs have changed.
pub(crate) struct Indexed {
    pub(crate) logdir: LogDir,
    /// The revision in which each run changed last; runs that are gone stay.
    pub(crate) changed: BTreeMap<String, u64>,
    pub(crate) revision: u64,
}

/// How far the following has come. Everyone who listens is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    /// Grows with every change of the index.
    pub(crate) revision: u64,
    /// Whether the log directory is there.
    pub(crate) exists: bool,
    /// Whether all that was there at the last look has been read.
    pub(crate) complete: bool,
    pub(crate) progress: LoadProgress,
}

/// What a look at the directory has found.
enum Found {
    /// More than is read at a time.
    Part,
    /// Some that is new, and all of it.
    News,
    Nothing,
}

impl Log {
    /// A log of which nothing is known yet.
    pub(crate) fn new(root: &Path) -> Arc<Self> {
        let (state, _) = watch::channel(State {
            revision: 0,
            exists: root.exists(),
            complete: false,
            progress: LoadProgress { done: 0, total: 0 },
        });
        Arc::new(Self {
            root: root.to_owned(),
            session: Session::new(),
            index: RwLock::new(Indexed {
                logdir: LogDir::new(root),
                changed: BTreeMap::new(),
                revision: 0,
            }),
            state,
        })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn state(&self) -> State {
        *self.state.borrow()
    }

    /// Tells of every new state from now on.
    pub(crate) fn listen(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }

    /// The index, to be read for a short while.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Indexed> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Follows until `stop` says so: a look at the directory, a pause as long as that took, or ten times as long where it
    /// found nothing, and again.
    pub(crate) fn follow(&self, stop: impl Fn() -> bool) {
        while !stop() {
            let begun = Instant::now();
            let pause = match self.look() {
                Found::Part => Duration::ZERO,
                // What took long was most likely to read what was new, and there may be more by now.
                Found::News => PAUSE.max(begun.elapsed()),
                Found::Nothing => PAUSE.max(10 * begun.elapsed()),
            };
            let until = Instant::now() + pause;
            while !stop() && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(50).min(pause));
            }
        }
    }

    /// Reads some of what is new.
    fn look(&self) -> Found {
        let exists = self.root.exists();
        let update = self.read().logdir.poll_with(|progress| {
            self.state.send_if_modified(|state| {
                // Once all has been read, looking again is no news.
                let news = !state.complete && progress.done > state.progress.done;
                if news {
                    state.progress = progress;
                }
                news
            });
        });
        let mut indexed = self.index.write().unwrap_or_else(PoisonError::into_inner);
        let Changes { runs, complete, .. } = indexed.logdir.apply(update);
        let found = match (complete, runs.is_empty()) {
            (false, _) => Found::Part,
            (true, false) => Found::News,
            (true, true) => Found::Nothing,
        };
        if !runs.is_empty() {
            indexed.revision += 1;
            let revision = indexed.revision;
            indexed
                .changed
                .extend(runs.into_iter().map(|run| (run, revision)));
        }
        let state = State {
            revision: indexed.revision,
            exists,
            complete,
            progress: indexed.logdir.progress(),
        };
        drop(indexed);
        self.state.send_if_modified(|current| {
            let news = *current != state;
            *current = state;
            news
        });
        found
    }
}
