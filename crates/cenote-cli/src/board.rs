//! `cenote board`: a web page that shows every image of a log.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use cenote_board::{Board, Running};

use crate::interrupt::Interrupt;
use crate::report;

const EXAMPLES: &str = "Examples:
  cenote board
  cenote board --logdir runs --open
  cenote board --logdir runs --host 0.0.0.0 --port 8080
  cenote board --allow-host board.example

Reads what cenote, PyTorch, TensorFlow and JAX write for TensorBoard. A log that is still
being written is followed.";

/// This machine alone.
const LOOPBACK: &str = "127.0.0.1";

#[derive(clap::Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A directory of runs, or one event file
    #[arg(long, value_name = "DIR", default_value = "logs")]
    logdir: PathBuf,
    #[command(flatten)]
    address: Address,
}

/// Where a board listens.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Address {
    /// Address to listen on; with 0.0.0.0 other machines can read the log too
    #[arg(long, value_name = "HOST", default_value = LOOPBACK)]
    host: String,
    /// Port to listen on; 0 takes any [default: 6006, or the next that is free]
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// One more name that browsers may open the board by, such as that of a reverse proxy; may be repeated
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
    /// Open the page in the browser
    #[arg(long)]
    open: bool,
}

impl Address {
    /// A board over a log directory, at this address.
    pub(crate) fn bind(&self, logdir: &Path) -> Result<Running> {
        let board = Board::new(logdir).host(&self.host);
        let board = self.allow_host.iter().fold(board, Board::allow_host);
        let board = match self.port {
            Some(port) => board.port(port),
            None => board,
        };
        Ok(board.bind()?)
    }

    /// Whether none of it was given.
    pub(crate) fn is_default(&self) -> bool {
        self.host == LOOPBACK && self.port.is_none() && self.allow_host.is_empty() && !self.open
    }

    /// Opens the page, if that was asked for. Without a browser the board is there all the same.
    pub(crate) fn open(&self, url: &str) {
        if self.open
            && let Err(error) = open::that_detached(url)
        {
            report::warn(&format!(
                "no browser could be started ({error}): open {url} yourself"
            ));
        }
    }
}

pub(crate) fn run(args: Args) -> Result<ExitCode> {
    let interrupt = Interrupt::install()?;
    let board = args.address.bind(&args.logdir)?;
    let url = board.url();
    report::serving(&args.logdir, &url)?;
    args.address.open(&url);
    board.serve(|| interrupt.wait())?;
    Ok(ExitCode::SUCCESS)
}
