//! A web board for TensorBoard logs: every image of every step, at once.
//!
//! A [`Board`] follows a log directory with [`cenote_events::LogDir`] and serves what is in it: pages for people, a JSON API
//! for programs (`/api/openapi.json` describes it), and the routes of TensorBoard for tools that were made for it.
//!
//! ```no_run
//! use cenote_board::Board;
//!
//! let board = Board::new("logs").bind()?;
//! println!("{}", board.url());
//! board.serve(|| std::thread::sleep(std::time::Duration::from_secs(60)))?;
//! # Ok::<(), cenote_board::Error>(())
//! ```
//!
//! # What it holds, and what it does not
//! The index holds where each value is (some ten bytes each). Images and the like are read from disk when they are asked for, and
//! sent with an address that never means other bytes, so that a browser keeps them. The board answers at once: what has been
//! read so far is shown while the rest of a large log is still being read.
//!
//! # Security
//! It listens on 127.0.0.1 unless told otherwise. A request must name a host that this server is known by (a page that has
//! rebound its name to 127.0.0.1 gets nothing), and pages of other origins cannot read it. The pages run no script but their
//! own. No route takes a path: what is served are records that the index found under the log directory. Links in the log
//! directory are followed, as TensorBoard does, but only to event files, and only their records are served.
//!
//! # Pages
//! The build script makes the pages of `web/` with Node and puts them into the program. Without Node the crate still builds;
//! its board then has the API and a page that says how to get the others.

mod api;
mod error;
mod follow;
mod guard;
mod key;
mod names;
mod pages;
mod query;
mod server;
mod tensorboard;

pub use error::{Error, Result};
pub use server::{Board, Running};
