//! What is new in a log that grows.

use std::collections::BTreeMap;
use std::io::Write;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use cenote_events::{LogDir, RunView, TagView};
use serde_json::json;

use super::{Selection, number};
use crate::interrupt::Interrupt;
use crate::report;

const INTERVAL: Duration = Duration::from_millis(500);

/// Prints everything that is new, until it is asked to stop.
pub(super) fn follow(
    index: &mut LogDir,
    selection: &Selection,
    json: bool,
    out: &mut impl Write,
    interrupt: &Interrupt,
) -> Result<()> {
    let mut shown = Shown::default();
    // What is there already is not news.
    shown.print_new(index, selection, |_| Ok(()))?;
    while !interrupt.is_asked() {
        thread::sleep(INTERVAL);
        index.refresh();
        shown.print_new(index, selection, |news| {
            let line = if json { news.to_json() } else { news.to_text() };
            writeln!(out, "{line}")?;
            Ok(())
        })?;
        out.flush()?;
    }
    Ok(())
}

/// How many values of each tag have been shown.
#[derive(Default)]
pub(super) struct Shown(BTreeMap<(String, String), usize>);

/// One new value.
pub(super) struct News<'a> {
    run: &'a str,
    tag: &'a str,
    kind: &'static str,
    step: i64,
    wall_time: f64,
    content: Content,
}

enum Content {
    Number(f64),
    Bytes(u32),
}

impl Shown {
    /// Passes on every value that has come since the last call, tag by tag.
    pub(super) fn print_new(
        &mut self,
        index: &LogDir,
        selection: &Selection,
        mut print: impl FnMut(&News<'_>) -> Result<()>,
    ) -> Result<()> {
        for run in selection.runs(index) {
            for tag in selection.tags(&run) {
                let shown = self
                    .0
                    .entry((run.name().to_owned(), tag.tag().to_owned()))
                    .or_default();
                // A tag that has fewer than were shown is in a file that was replaced.
                let skip = if tag.len() < *shown { 0 } else { *shown };
                if tag.len() > skip {
                    let new = news(&run, &tag).into_iter().skip(skip);
                    new.filter(|news| selection.steps.contain(news.step))
                        .try_for_each(|news| print(&news))?;
                }
                *shown = tag.len();
            }
        }
        Ok(())
    }
}

/// All values of a tag.
fn news<'a>(run: &RunView<'a>, tag: &TagView<'a>) -> Vec<News<'a>> {
    let at = |step, wall_time, content| News {
        run: run.name(),
        tag: tag.tag(),
        kind: tag.kind().name(),
        step,
        wall_time,
        content,
    };
    let scalars = tag
        .scalars()
        .into_iter()
        .map(|point| at(point.step, point.wall_time, Content::Number(point.value)));
    let others = tag
        .values()
        .into_iter()
        .map(|value| at(value.step, value.wall_time, Content::Bytes(value.len)));
    scalars.chain(others).collect()
}

impl News<'_> {
    fn to_text(&self) -> String {
        let content = match self.content {
            Content::Number(value) => value.to_string(),
            Content::Bytes(len) => format!("{} of {len} bytes", self.kind),
        };
        let [run, tag] = [self.run, self.tag].map(report::cell);
        format!("{run}  {tag}  step {}  {content}", self.step)
    }

    fn to_json(&self) -> String {
        let mut line = json!({
            "run": self.run,
            "tag": self.tag,
            "kind": self.kind,
            "step": self.step,
            "wall_time": number(self.wall_time),
        });
        match self.content {
            Content::Number(value) => line["value"] = number(value),
            Content::Bytes(len) => line["bytes"] = json!(len),
        }
        line.to_string()
    }
}
