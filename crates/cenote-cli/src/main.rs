//! The command `cenote`: pooling layers over real images, and the summaries to look at.

mod bench;
mod board;
mod dataset;
mod events;
mod interrupt;
mod layer;
mod npy;
mod picture;
mod pool;
mod report;
mod run;
mod values;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
    Run(run::Args),
    Pool(pool::Args),
    Events(events::Args),
    Board(board::Args),
    Bench(bench::Args),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Run(args) => run::run(args),
        Command::Pool(args) => pool::run(args),
        Command::Events(args) => events::run(args),
        Command::Board(args) => board::run(args),
        Command::Bench(args) => bench::run(args),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            report::error(&error);
            ExitCode::FAILURE
        }
    }
}
