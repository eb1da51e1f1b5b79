//! Reads whole log directories: where every record of every tag is, and what is damaged.
//!
//! A ladder of small readers: bytes ([`window`]) → records ([`walk`]) → events ([`skim`]) → files ([`file`]) → runs and log
//! directories ([`logdir`]), which [`view`] shows and [`location`] reads back. [`part`] holds what was found,
//! in few bytes ([`series`]).

mod damage;
mod discover;
mod file;
#[cfg(test)]
mod fuzz;
mod kind;
mod location;
mod logdir;
mod part;
mod series;
mod skim;
mod view;
mod walk;
mod window;

pub use damage::{Damage, DamageKind};
pub use kind::SummaryKind;
pub use location::Location;
pub use logdir::{Changes, FileId, LoadProgress, LogDir, Problem, Update};
pub use view::{FileView, Mark, RunView, ScalarPoint, TagView, ValueRef, ValueSeries};
