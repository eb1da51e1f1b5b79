//! `cenote events`: what is in a log directory, whether it is whole, and how to get it out.

mod export;
mod list;
mod tail;

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use cenote_events::message::Kind;
use cenote_events::{Location, LogDir, RunView, SummaryKind, TagView};
use serde_json::{Value, json};

use crate::interrupt::Interrupt;
use crate::report;

const EXAMPLES: &str = "Examples:
  cenote events logs
  cenote events logs --verify
  cenote events logs --export out --tag input --steps 0..10
  cenote events logs --tail --json

Exported are images as they are in the log (PNG), scalars as CSV or JSON lines, sound
as it is in the log (WAV), graphs as protocol buffers (.pb), and everything else as JSON
lines, one file a tag.";

#[derive(clap::Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A directory of runs, or one event file
    logdir: PathBuf,
    /// Check every checksum, and fail if there is damage or a file ends within a record
    #[arg(long, conflicts_with = "tail")]
    verify: bool,
    /// Write what the log holds to files in this directory
    #[arg(long, value_name = "DIR", conflicts_with = "tail")]
    export: Option<PathBuf>,
    /// Print what is new as the log grows, until interrupted
    #[arg(long)]
    tail: bool,
    /// Only this run, as the list names it
    #[arg(long, value_name = "NAME")]
    run: Option<String>,
    /// Only this tag
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,
    /// Export or follow only these steps: FIRST..LAST with both, FIRST.., ..LAST, or one step
    #[arg(long, value_name = "STEPS", allow_hyphen_values = true)]
    steps: Option<Steps>,
    /// How scalars are exported
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "csv",
        requires = "export"
    )]
    scalars: ScalarFormat,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq)]
enum ScalarFormat {
    /// Comma-separated values
    Csv,
    /// A JSON object a line
    Jsonl,
}

/// A range of steps, its last one included.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Steps {
    first: i64,
    last: i64,
}

impl Steps {
    const ALL: Self = Self {
        first: i64::MIN,
        last: i64::MAX,
    };

    fn contain(self, step: i64) -> bool {
        (self.first..=self.last).contains(&step)
    }
}

impl FromStr for Steps {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let number = |text: &str, default: i64| match text {
            "" => Ok(default),
            text => text.parse().with_context(|| {
                format!("'{text}' is no step: give FIRST..LAST, for instance 0..10")
            }),
        };
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        let steps = Self {
            first: number(first, i64::MIN)?,
            last: number(last, i64::MAX)?,
        };
        if steps.first > steps.last {
            bail!("{text} holds no step: give the smaller step first");
        }
        Ok(steps)
    }
}

/// Which runs, tags and steps a person asked for.
#[derive(Clone, Debug)]
struct Selection {
    run: Option<String>,
    tag: Option<String>,
    steps: Steps,
}

impl Selection {
    fn takes_run(&self, run: &str) -> bool {
        self.run.as_deref().is_none_or(|wanted| wanted == run)
    }

    /// A text's tag is taken with and without the ending that the writer gives it.
    fn takes_tag(&self, tag: &str) -> bool {
        self.tag
            .as_deref()
            .is_none_or(|wanted| wanted == tag || tag.strip_suffix("/text_summary") == Some(wanted))
    }

    fn runs<'a>(&self, index: &'a LogDir) -> Vec<RunView<'a>> {
        index
            .runs()
            .filter(|run| self.takes_run(run.name()))
            .collect()
    }

    fn tags<'a>(&self, run: &RunView<'a>) -> Vec<TagView<'a>> {
        run.tags()
            .into_iter()
            .filter(|tag| self.takes_tag(tag.tag()))
            .collect()
    }

    /// Says so if nothing has the name that was asked for.
    fn check(&self, index: &LogDir) -> Result<()> {
        let (runs, root) = (self.runs(index), index.root().display());
        if let Some(run) = &self.run
            && runs.is_empty()
        {
            bail!("{root} has no run '{run}': `cenote events {root}` lists the runs");
        }
        if let Some(tag) = &self.tag
            && runs.iter().all(|run| self.tags(run).is_empty())
        {
            bail!("no run has a tag '{tag}': `cenote events {root}` lists the tags");
        }
        Ok(())
    }
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<ExitCode> {
    report::while_read(execute(args, &mut io::stdout().lock()))
}

/// What is wrong with the files of the runs that a person asked for.
struct Health {
    files: usize,
    /// Damaged places.
    damaged: usize,
    /// Files that end within a record.
    incomplete: usize,
    /// Files and folders that cannot be read.
    unreadable: usize,
}

impl Health {
    fn of(index: &LogDir, selection: &Selection) -> Self {
        let runs = selection.runs(index);
        let files = || runs.iter().flat_map(RunView::files);
        Self {
            files: files().count(),
            damaged: runs.iter().map(|run| run.damage().count()).sum(),
            incomplete: files().filter(|file| file.waiting > 0).count(),
            unreadable: index.problems().len(),
        }
    }

    fn is_good(&self) -> bool {
        (self.damaged, self.incomplete, self.unreadable) == (0, 0, 0)
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            files,
            damaged,
            incomplete,
            unreadable,
        } = self;
        let found = [
            (*damaged, "damaged place(s)"),
            (*incomplete, "unfinished record(s)"),
            (*unreadable, "unreadable file(s) or folder(s)"),
        ];
        let found: Vec<String> = found
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        write!(f, "{} in {files} file(s)", found.join(", "))
    }
}

fn execute(args: Args, out: &mut impl Write) -> Result<ExitCode> {
    if args.steps.is_some() && args.export.is_none() && !args.tail {
        bail!("--steps chooses what is exported or followed: give --export DIR or --tail too");
    }
    let mut index = if args.verify {
        LogDir::open_verified(&args.logdir)?
    } else {
        LogDir::open(&args.logdir)?
    };
    let selection = Selection {
        run: args.run.clone(),
        tag: args.tag.clone(),
        steps: args.steps.unwrap_or(Steps::ALL),
    };
    if args.tail {
        tail::follow(
            &mut index,
            &selection,
            args.json,
            out,
            &Interrupt::install()?,
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    selection.check(&index)?;
    if args.verify && index.runs().next().is_none() {
        bail!(
            "no event files in {}: there is nothing to verify",
            index.root().display()
        );
    }
    let health = Health::of(&index, &selection);
    let is_refused = args.verify && !health.is_good();
    if let Some(directory) = &args.export {
        let is_whole = export(&args, &index, &selection, directory, out)?;
        if !health.is_good() {
            report::warn(&format!("the log has {health}: what is there was exported"));
        }
        return Ok(if is_whole && !is_refused {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        });
    }
    if args.json {
        writeln!(out, "{}", list::to_json(&index, &selection))?;
    } else {
        let text = list::to_text(&index, &selection, (&health, args.verify));
        out.write_all(text.as_bytes())?;
    }
    Ok(if is_refused {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// Exports what was asked for, and says whether all of it could be read.
fn export(
    args: &Args,
    index: &LogDir,
    selection: &Selection,
    directory: &Path,
    out: &mut impl Write,
) -> Result<bool> {
    let exported = export::export(index, selection, args.scalars, directory)?;
    if (exported.values, exported.failed) == (0, 0) && selection.steps != Steps::ALL {
        bail!(
            "no value has a step within --steps: `cenote events {}` lists the steps of each tag",
            index.root().display()
        );
    }
    let line = if args.json {
        exported.to_json().to_string()
    } else {
        exported.to_string()
    };
    writeln!(out, "{line}")?;
    Ok(exported.failed == 0)
}

/// What one value is, whatever its tag is.
fn kind_of(location: &Location) -> SummaryKind {
    let held = location.read().map(|value| value.value);
    match held.ok().flatten() {
        Some(Kind::Image(_)) => SummaryKind::Image,
        Some(Kind::Audio(_)) => SummaryKind::Audio,
        Some(Kind::Histo(_)) => SummaryKind::Histogram,
        _ => SummaryKind::Tensor,
    }
}

/// A number in JSON, which has none for NaN and the infinities: they are text, as TensorBoard has it.
fn number(value: f64) -> Value {
    match value {
        value if value.is_nan() => json!("NaN"),
        f64::INFINITY => json!("Infinity"),
        f64::NEG_INFINITY => json!("-Infinity"),
        value => json!(value),
    }
}

#[cfg(test)]
mod tests;
