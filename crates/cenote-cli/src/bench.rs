//! `cenote bench`: what each layer takes on tensors from real networks, beside a copy of the same bytes.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};

mod cases;
mod watch;

use cases::{Case, Growth, image_cases, other_cases};
pub(crate) use watch::Timing;
use watch::{UNPOOL, Watch};

use crate::report;

#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "Examples:
  cenote bench
  cenote bench --filter stem --threads 1
  cenote bench --growth kernel-size
  cenote bench --json > bench.jsonl")]
pub(crate) struct Args {
    /// Only cases whose name contains this
    #[arg(long, value_name = "WORD")]
    filter: Option<String>,
    /// Time a series in which one thing grows, in place of the list
    #[arg(long, value_name = "WHAT")]
    growth: Option<Growth>,
    /// Threads to use [default: all, or RAYON_NUM_THREADS]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Seconds to spend on each measurement
    #[arg(long, value_name = "S", default_value_t = 0.5)]
    seconds: f64,
    /// Print one JSON object a line: case, ours_ms, copy_ms, ratio
    #[arg(long)]
    json: bool,
}

/// The longest that a measurement may take.
const MOST_SECONDS: f64 = 3600.0;

pub(crate) fn run(args: Args) -> Result<ExitCode> {
    report::while_read(measure(args))
}

fn measure(args: Args) -> Result<ExitCode> {
    if !(args.seconds > 0.0 && args.seconds <= MOST_SECONDS) {
        bail!(
            "--seconds is {}: give more than 0 and at most {MOST_SECONDS}",
            args.seconds
        );
    }
    let pool = |threads: Option<usize>| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads.unwrap_or(0))
            .build()
    };
    let all = pool(args.threads.map(usize::from))?;
    let watch = Watch {
        time: Duration::from_secs_f64(args.seconds),
    };
    let word = args.filter.unwrap_or_default().to_lowercase();
    let cases: Vec<(Case, Option<usize>)> = match args.growth {
        Some(growth) => growth.cases(all.current_num_threads()),
        None => {
            let cases = image_cases().into_iter().chain(other_cases());
            cases.map(|case| (case, None)).collect()
        }
    };
    let mut is_any = false;
    let bar = report::steps("measuring");
    for (case, threads) in cases
        .iter()
        .filter(|(case, _)| case.name.to_lowercase().contains(&word))
    {
        bar.tick();
        let plan = case.plan.clone()?;
        let timing = match threads {
            None => all.install(|| watch.time(case, &plan)),
            threads => pool(*threads)?.install(|| watch.time(case, &plan)),
        };
        let timing = timing?;
        bar.suspend(|| report::timed(&timing, args.json))?;
        is_any = true;
    }
    if args.growth.is_none() && UNPOOL.contains(&word) {
        let timing = all.install(|| watch.time_unpool())?;
        bar.suspend(|| report::timed(&timing, args.json))?;
        is_any = true;
    }
    bar.finish_and_clear();
    if !is_any {
        bail!("no case is named '{word}': leave --filter out to see all names");
    }
    Ok(ExitCode::SUCCESS)
}
