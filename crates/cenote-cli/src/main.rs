//! The command `cenote`: pooling layers over real images, and the summaries to look at.

mod bench;
mod board;
mod dataset;
mod deferred;
mod events;
mod interrupt;
mod layer;
mod memory;
mod npy;
mod picture;
mod pool;
mod report;
mod run;
mod values;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use deferred::Deferred;

/// Pooling layers over real images, exactly as PyTorch defines them, and the summaries to look at.
#[derive(Parser)]
#[command(
    name = "cenote",
    version,
    max_term_width = 100,
    arg_required_else_help = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Pool a dataset batch by batch, and write its images before and after to a log
    Run(Deferred<run::Args>),
    /// Run one layer over a tensor or a picture
    Pool(Deferred<pool::Args>),
    /// List, check, export and follow the event files of a log directory
    Events(Deferred<events::Args>),
    /// Show a log in the browser: every image of every step, scalars, histograms, text
    Board(Deferred<board::Args>),
    /// Time the layers on tensors from real networks, beside a copy of the same bytes
    Bench(Deferred<bench::Args>),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Run(Deferred(args)) => run::run(args),
        Command::Pool(Deferred(args)) => pool::run(args),
        Command::Events(Deferred(args)) => events::run(args),
        Command::Board(Deferred(args)) => board::run(args),
        Command::Bench(Deferred(args)) => bench::run(args),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            report::error(&error);
            ExitCode::FAILURE
        }
    }
}
