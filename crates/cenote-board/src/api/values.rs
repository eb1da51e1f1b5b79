//! Where the values of one tag are.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use cenote_events::{Mark, ValueRef, ValueSeries};
use serde::Deserialize;

use super::numbers::Number;
use super::series::mark_number;
use super::with_log;
use crate::error::Refusal;
use crate::follow::Log;
use crate::key::Session;
use crate::query::Query;

/// The values of one tag from a place in its series on, so that a page can ask for new ones alone.
#[derive(Deserialize)]
pub(super) struct From {
    run: String,
    tag: String,
    #[serde(default)]
    from: usize,
}

/// `/api/values`.
pub(super) async fn values(
    State(log): State<Arc<Log>>,
    Query(From { run, tag, from }): Query<From>,
) -> Result<Response, Refusal> {
    let (first, rest) = with_log(log, move |log| {
        let series = log.read().tag(&run, &tag)?.series();
        let mut pieces = Columns::of(&log.session, series, from);
        Ok((pieces.next().unwrap_or_default(), pieces))
    })
    .await?;
    let body = if rest.is_done() {
        Body::from(first)
    } else {
        let pieces = std::iter::once(first).chain(rest);
        let pieces = pieces.map(|piece| Ok::<_, Infallible>(Bytes::from(piece)));
        Body::from_stream(tokio_stream::iter(pieces))
    };
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// How a column begins, and how the number of a value in it is written: as JSON, which into memory never fails.
type Column = (&'static str, fn(&Session, &ValueRef, &mut Vec<u8>));

const COLUMNS: [Column; 4] = [
    ("{\"steps\":[", |_, value, json| {
        let _ = serde_json::to_writer(json, &value.step);
    }),
    (",\"wall_times\":[", |_, value, json| {
        let _ = serde_json::to_writer(json, &Number(value.wall_time));
    }),
    (",\"keys\":[", |session, value, json| {
        let _ = serde_json::to_writer(json, &session.key(*value));
    }),
    (",\"sizes\":[", |_, value, json| {
        let _ = serde_json::to_writer(json, &value.len);
    }),
];
const MARKS: Column = (",\"marks\":[", |_, value, json| {
    let _ = serde_json::to_writer(json, &mark_number(value.mark));
});
/// In its place, where every step is beyond all before it.
const NO_MARKS: &str = ",\"marks\":null}";

/// About how long a piece of the answer is: all of a long series is never in memory as text.
const PIECE: usize = 32 << 10;

/// The answer, piece by piece.
pub(super) struct Columns {
    session: Session,
    series: ValueSeries,
    from: usize,
    /// Those that have not been begun.
    columns: VecDeque<Column>,
    current: Option<Writing>,
    /// What comes after the last column, until it has come.
    end: Option<&'static str>,
}

/// A column that has been begun.
struct Writing {
    write: fn(&Session, &ValueRef, &mut Vec<u8>),
    values: Box<dyn Iterator<Item = ValueRef> + Send>,
    separator: &'static str,
}

impl Columns {
    /// Of all but the first `from` values.
    pub(super) fn of(session: &Session, series: ValueSeries, from: usize) -> Self {
        let mut marks = series.iter().skip(from).map(|value| value.mark);
        let marked = marks.any(|mark| mark != Mark::Forward);
        Self {
            session: session.clone(),
            series,
            from,
            columns: COLUMNS.into_iter().chain(marked.then_some(MARKS)).collect(),
            current: None,
            end: Some(if marked { "}" } else { NO_MARKS }),
        }
    }

    fn is_done(&self) -> bool {
        self.end.is_none()
    }

    /// Writes the next number or what is between the columns; nothing once all is written.
    fn write_on(&mut self, json: &mut Vec<u8>) -> Option<()> {
        if let Some(writing) = &mut self.current {
            if let Some(value) = writing.values.next() {
                json.extend_from_slice(std::mem::replace(&mut writing.separator, ",").as_bytes());
                (writing.write)(&self.session, &value, json);
            } else {
                json.push(b']');
                self.current = None;
            }
        } else if let Some((begin, write)) = self.columns.pop_front() {
            json.extend_from_slice(begin.as_bytes());
            self.current = Some(Writing {
                write,
                values: Box::new(self.series.iter().skip(self.from)),
                separator: "",
            });
        } else {
            json.extend_from_slice(self.end.take()?.as_bytes());
        }
        Some(())
    }
}

impl Iterator for Columns {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut json = Vec::new();
        while json.len() < PIECE && self.write_on(&mut json).is_some() {}
        (!json.is_empty()).then_some(json)
    }
}

#[cfg(test)]
mod tests {
    use cenote_events::{LogDir, SummaryWriter};

    use super::*;

    #[test]
    fn the_pieces_of_a_long_series_are_one_object() {
        let dir = tempfile::tempdir().unwrap();
        let writer = SummaryWriter::new(dir.path()).unwrap();
        for step in 0..5000 {
            writer.add_text("words", "a", step).unwrap();
        }
        writer.add_text("words", "again", 17).unwrap();
        writer.close().unwrap();
        let index = LogDir::open(dir.path()).unwrap();
        let tag = index.run(".").unwrap().tag("words/text_summary").unwrap();
        let session = Session::new();
        for (from, marked) in [(0, true), (5001, false), (4000, true)] {
            let pieces: Vec<_> = Columns::of(&session, tag.series(), from).collect();
            assert_eq!(pieces.len() > 1, from < 5000);
            let values = &tag.values()[from..];
            let marks =
                || -> Vec<_> { values.iter().map(|value| mark_number(value.mark)).collect() };
            let want = serde_json::json!({
                "steps": values.iter().map(|value| value.step).collect::<Vec<_>>(),
                "wall_times": values.iter().map(|value| value.wall_time).collect::<Vec<_>>(),
                "keys": values.iter().map(|&value| session.key(value)).collect::<Vec<_>>(),
                "sizes": values.iter().map(|value| value.len).collect::<Vec<_>>(),
                "marks": marked.then(marks),
            });
            let read = |json: &[u8]| -> serde_json::Value { serde_json::from_slice(json).unwrap() };
            assert_eq!(read(&pieces.concat()), read(want.to_string().as_bytes()));
        }
    }
}
