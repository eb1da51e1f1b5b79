//! What a person reads: progress, tables, errors.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressState, ProgressStyle};
use serde_json::json;

use crate::bench::Timing;
use crate::npy::{self, Tensor};
use crate::run::Summary;

/// Says what went wrong, with its causes.
pub(crate) fn error(error: &anyhow::Error) {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        // Many errors name their cause themselves.
        if !text.contains(&cause) {
            text += if text.is_empty() { "" } else { ": " };
            text += &cause;
        }
    }
    // There is nobody to tell if this fails.
    let _ = writeln!(io::stderr(), "Error: {text}");
}

/// Says what a person should know, beside the results.
pub(crate) fn warn(text: &str) {
    // There is nobody to tell if this fails.
    let _ = writeln!(io::stderr(), "Note: {text}");
}

/// The outcome of a command, which has done its work if whoever reads its output has seen enough.
pub(crate) fn while_read(outcome: Result<ExitCode>) -> Result<ExitCode> {
    let is_broken_pipe = |error: &anyhow::Error| {
        error
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    };
    match outcome {
        Err(error) if is_broken_pipe(&error) => Ok(ExitCode::SUCCESS),
        outcome => outcome,
    }
}

/// A name that a file gave, for a table: of one line, without what a terminal would obey, and no longer than a column may be.
pub(crate) fn cell(name: &str) -> String {
    const MOST: usize = 60;
    let cell = escaped(name);
    match cell.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &cell[..end]),
        None => cell,
    }
}

/// Text without what would steer a terminal or end a line.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for char in text.chars() {
        if char.is_control() {
            escaped.extend(char.escape_default());
        } else {
            escaped.push(char);
        }
    }
    escaped
}

/// A bar for `count` images. It is drawn on a terminal only.
pub(crate) fn images(count: usize) -> ProgressBar {
    let bar = ProgressBar::new(count as u64);
    let style = style("{bar:40} {human_pos} of {human_len} images  {rate}  {eta} left");
    bar.set_style(
        style.with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
            // Writing to a line of a bar cannot fail.
            let _ = write!(out, "{} a second", HumanCount(state.per_sec() as u64));
        }),
    );
    bar
}

/// A spinner for work whose steps are not alike. It is drawn on a terminal only.
pub(crate) fn steps(what: &'static str) -> ProgressBar {
    ProgressBar::new_spinner().with_message(what)
}

/// Prints what one case of `cenote bench` took. It is an error if nobody reads any more.
pub(crate) fn timed(timing: &Timing, as_json: bool) -> Result<()> {
    let Timing { case, ours, copy } = timing;
    let ratio = ours / copy;
    let line = if as_json {
        format!(
            "{}\n",
            json!({ "case": case, "ours_ms": ours, "copy_ms": copy, "ratio": ratio })
        )
    } else {
        format!("{case:24} ours {ours:9.4} ms  copy {copy:9.4} ms  {ratio:6.2} × copy\n")
    };
    Ok(io::stdout().write_all(line.as_bytes())?)
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Progress of a download.
pub(crate) struct Bytes(ProgressBar);

impl Bytes {
    /// Says where from, also where no bar is drawn: a download is worth a line in a log.
    pub(crate) fn new(url: &str) -> Self {
        if !io::stderr().is_terminal() {
            let _ = writeln!(io::stderr(), "fetching {url}");
        }
        let bar = ProgressBar::no_length();
        bar.set_style(style(
            "{msg} {bar:30} {bytes} of {total_bytes}  {bytes_per_sec}  {eta} left",
        ));
        Self(bar)
    }

    pub(crate) fn update(&self, what: &'static str, done: u64, total: Option<u64>) {
        self.0.set_message(what);
        if let Some(total) = total {
            self.0.set_length(total);
        }
        self.0.set_position(done);
    }
}

impl Drop for Bytes {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Event files in a directory, not below it.
pub(crate) fn event_files(directory: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return 0;
    };
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().contains("tfevents"))
        .count()
}

/// The most memory that this process has held so far, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// Writes to standard output; a reader that has gone away is no error.
fn print(text: &str) -> Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Two columns, the first as wide as its longest name.
fn table(rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    rows.iter()
        .map(|(name, value)| format!("{name:width$}  {value}\n"))
        .collect()
}

fn shape(shape: &[usize]) -> String {
    shape
        .iter()
        .map(usize::to_string)
        .collect::<Vec<_>>()
        .join("×")
}

fn milliseconds(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1e3;
    let digits = usize::from(milliseconds < 100.0);
    format!("{milliseconds:.digits$} ms")
}

/// Reports what `cenote run` did.
pub(crate) fn ran(summary: &Summary, as_json: bool) -> Result<()> {
    if as_json {
        return print(&format!("{}\n", as_value(summary)));
    }
    let mut text = table(&rows(summary));
    if summary.earlier_files > 0 {
        text += &format!(
            "\nThe log directory already held {} event file(s), and TensorBoard shows all of them as one run.\n\
             Use --run NAME or another --logdir to keep runs apart.\n",
            summary.earlier_files
        );
    }
    if summary.interrupted {
        text += "\nInterrupted: the log holds every batch up to here.\n";
    }
    print(&text)
}

/// Says at once where the log of a run is to be seen while it is written.
pub(crate) fn showing(url: &str) {
    // There is nobody to tell if this fails.
    let _ = writeln!(io::stderr(), "board  {url}");
}

/// Says where a board is to be seen.
pub(crate) fn serving(logdir: &Path, url: &str) -> Result<()> {
    let absent = if logdir.exists() {
        ""
    } else {
        "\nThere is no such log yet: the board shows it as soon as there is.\n"
    };
    let place = logdir.display().to_string();
    let rows = [
        ("board", url.to_owned()),
        ("log", place),
        ("end", "Ctrl-C".to_owned()),
    ];
    print(&format!("{}{absent}", table(&rows)))
}

/// Images a second.
fn rate(summary: &Summary) -> f64 {
    summary.figures.images as f64 / summary.figures.total.as_secs_f64().max(f64::MIN_POSITIVE)
}

/// The figures of a run, for a program to read.
fn as_value(summary: &Summary) -> serde_json::Value {
    let figures = &summary.figures;
    let (input, output) = figures.shapes.clone().unwrap_or_default();
    json!({
        "dataset": summary.dataset,
        "layer": summary.layer,
        "images": figures.images,
        "batches": figures.batches,
        "input_shape": input,
        "output_shape": output,
        "input_values": figures.values.0,
        "output_values": figures.values.1,
        "seconds": {
            "load": figures.load.as_secs_f64(),
            "pool": figures.pool.as_secs_f64(),
            "write": figures.write.as_secs_f64(),
            "total": figures.total.as_secs_f64(),
        },
        "images_per_second": rate(summary),
        "peak_memory_bytes": peak_memory(),
        "log_dir": summary.log_dir.to_string_lossy(),
        "earlier_event_files": summary.earlier_files,
        "board": summary.board,
        "interrupted": summary.interrupted,
    })
}

/// The figures of a run, for a person to read.
fn rows(summary: &Summary) -> Vec<(&'static str, String)> {
    let figures = &summary.figures;
    let kept = figures.values.1 as f64 / figures.values.0.max(1) as f64;
    let (input, output) = figures.shapes.clone().unwrap_or_default();
    let mut rows = vec![
        ("dataset", summary.dataset.clone()),
        ("layer", summary.layer.to_owned()),
        (
            "images",
            format!(
                "{} in {} {}",
                HumanCount(figures.images as u64),
                figures.batches,
                if figures.batches == 1 {
                    "batch"
                } else {
                    "batches"
                }
            ),
        ),
        ("shape", format!("{} → {}", shape(&input), shape(&output))),
        (
            "values",
            format!(
                "{} → {}, {:.1} % kept",
                HumanCount(figures.values.0 as u64),
                HumanCount(figures.values.1 as u64),
                100.0 * kept
            ),
        ),
        (
            "time",
            format!(
                "{} (load {}, pool {}, write {})",
                milliseconds(figures.total),
                milliseconds(figures.load),
                milliseconds(figures.pool),
                milliseconds(figures.write)
            ),
        ),
        (
            "rate",
            format!("{} images a second", HumanCount(rate(summary) as u64)),
        ),
    ];
    if let Some(bytes) = peak_memory() {
        rows.push(("memory", format!("{} at most", HumanBytes(bytes))));
    }
    rows.push(("log", summary.log_dir.display().to_string()));
    rows.push((
        "look",
        match &summary.board {
            Some(url) => format!("{url} (Ctrl-C ends it)"),
            None => format!("cenote board --logdir {}", quoted(&summary.log_dir)),
        },
    ));
    rows
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = |char: char| char.is_alphanumeric() || "/._-+:\\".contains(char);
    if path.chars().all(is_plain) {
        path
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

/// Reports what `cenote pool` did, on standard error where the result itself went to standard output.
pub(crate) fn pooled(layer: &str, input: &Tensor, output: &Tensor, path: &Path) {
    let line = format!(
        "{layer}: {} {} → {} {} in {}\n",
        input.elements.dtype(),
        shape(&input.shape),
        output.elements.dtype(),
        shape(&output.shape),
        if npy::is_standard(path) {
            "standard output".into()
        } else {
            path.to_string_lossy()
        }
    );
    // The result is in its file; whoever does not read this misses nothing of it.
    let _ = if npy::is_standard(path) {
        io::stderr().write_all(line.as_bytes())
    } else {
        io::stdout().write_all(line.as_bytes())
    };
}
