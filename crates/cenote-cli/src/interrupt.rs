//! Ctrl-C, as a question that long work asks between its steps.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What a shell expects of a program that an interrupt ended.
pub(crate) const EXIT_CODE: u8 = 130;

/// Whether the person has asked to stop.
#[derive(Clone, Default)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Takes over Ctrl-C and the request to terminate. A second one ends the program at once.
    pub(crate) fn install() -> anyhow::Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&asked);
        ctrlc::set_handler(move || {
            if flag.swap(true, Ordering::Relaxed) {
                std::process::exit(EXIT_CODE.into());
            }
        })?;
        Ok(Self(asked))
    }

    pub(crate) fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Returns once the person has asked to stop.
    pub(crate) fn wait(&self) {
        while !self.is_asked() {
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Asks to stop, as the person would, when it is dropped.
    pub(crate) fn at_end(&self) -> AtEnd<'_> {
        AtEnd(self)
    }
}

/// Asks to stop, however what holds it ends.
pub(crate) struct AtEnd<'a>(&'a Interrupt);

impl Drop for AtEnd<'_> {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}
