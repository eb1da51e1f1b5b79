//! What is in a log directory, for people and as JSON.

use std::fmt::Write as _;
use std::path::Path;

use cenote_events::{FileView, LogDir, Mark, RunView, TagView};
use indicatif::{HumanBytes, HumanCount};
use serde_json::{Value, json};

use super::{Health, Selection, number};
use crate::report;

/// One block a run: a table of its tags, and what is wrong with its files.
pub(super) fn to_text(
    index: &LogDir,
    selection: &Selection,
    (health, verified): (&Health, bool),
) -> String {
    let mut text = String::new();
    let runs = selection.runs(index);
    for run in &runs {
        run_to_text(run, selection, &mut text);
    }
    for problem in index.problems() {
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(
            text,
            "cannot read {}: {}",
            path(&problem.path),
            problem.message
        );
    }
    if runs.is_empty() {
        let _ = writeln!(text, "no event files in {}", path(index.root()));
    } else if health.damaged > 0 || (verified && !health.is_good()) {
        let _ = writeln!(text, "{health}");
    } else if verified {
        let _ = writeln!(text, "every checksum of {} file(s) is right", health.files);
    }
    text
}

/// A path on one line, without what would steer a terminal.
fn path(path: &Path) -> String {
    report::escaped(&path.to_string_lossy())
}

fn run_to_text(run: &RunView<'_>, selection: &Selection, text: &mut String) {
    let files: Vec<FileView<'_>> = run.files().collect();
    let bytes = HumanBytes(files.iter().map(|file| file.len).sum());
    let records = HumanCount(files.iter().map(|file| file.records).sum());
    let _ = writeln!(
        text,
        "{}  ({} file(s), {bytes}, {records} records)",
        report::cell(run.name()),
        files.len()
    );
    let mut rows = vec![["tag", "kind", "values", "steps", "size"].map(str::to_owned)];
    rows.extend(selection.tags(run).iter().map(row));
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths = [0, 1, 2, 3, 4].map(width);
    for row in &rows {
        let mut line = String::from(" ");
        for (cell, width) in row.iter().zip(widths) {
            let _ = write!(line, " {cell:width$} ");
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    for file in &files {
        for damage in file.damage() {
            let _ = writeln!(text, "  damage in {}: {damage}", path(file.path));
        }
        if file.waiting > 0 {
            let _ = writeln!(
                text,
                "  the last {} bytes of {} are no whole record: it is being written, or was cut off",
                file.waiting,
                path(file.path)
            );
        }
    }
    text.push('\n');
}

fn row(tag: &TagView<'_>) -> [String; 5] {
    let steps = match tag.step_range() {
        Some((first, last)) if first == last => first.to_string(),
        Some((first, last)) => format!("{first} to {last}"),
        None => String::new(),
    };
    let purged = purged(tag);
    let values = HumanCount(tag.len() as u64);
    let values = if purged == 0 {
        values.to_string()
    } else {
        format!("{values} ({purged} purged)")
    };
    let size = if tag.size() == 0 {
        String::new()
    } else {
        HumanBytes(tag.size()).to_string()
    };
    [
        report::cell(tag.tag()),
        tag.kind().name().to_owned(),
        values,
        steps,
        size,
    ]
}

/// How many values a later session has voided.
fn purged(tag: &TagView<'_>) -> usize {
    let marks = tag
        .scalars()
        .into_iter()
        .map(|point| point.mark)
        .chain(tag.values().into_iter().map(|value| value.mark));
    marks.filter(|&mark| mark == Mark::Purged).count()
}

/// Everything as one object.
pub(super) fn to_json(index: &LogDir, selection: &Selection) -> Value {
    let problems = index.problems().iter().map(
        |problem| json!({ "path": problem.path.to_string_lossy(), "message": problem.message }),
    );
    json!({
        "logdir": index.root().to_string_lossy(),
        "runs": selection.runs(index).iter().map(|run| run_to_json(run, selection)).collect::<Vec<_>>(),
        "problems": problems.collect::<Vec<_>>(),
    })
}

fn run_to_json(run: &RunView<'_>, selection: &Selection) -> Value {
    let file = |file: FileView<'_>| {
        let damage = |damage: cenote_events::Damage| json!({ "offset": damage.offset, "bytes": damage.len, "kind": damage.kind.to_string() });
        json!({
            "path": file.path.to_string_lossy(),
            "bytes": file.len,
            "records": file.records,
            "incomplete_bytes": file.waiting,
            "damage": file.damage().map(damage).collect::<Vec<_>>(),
        })
    };
    let tag = |tag: &TagView<'_>| {
        json!({
            "tag": tag.tag(),
            "kind": tag.kind().name(),
            "values": tag.len(),
            "purged": purged(tag),
            "first_step": tag.step_range().map(|(first, _)| first),
            "last_step": tag.step_range().map(|(_, last)| last),
            "bytes": tag.size(),
        })
    };
    json!({
        "run": run.name(),
        "first_wall_time": run.first_wall_time().map(number),
        "files": run.files().map(file).collect::<Vec<_>>(),
        "tags": selection.tags(run).iter().map(tag).collect::<Vec<_>>(),
    })
}
