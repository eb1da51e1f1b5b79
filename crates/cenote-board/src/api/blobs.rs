//! Bytes of values: one picture or sound, a record as it is in the file, a series of pictures as a ZIP.

use std::io::{self, Write};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use cenote_events::Location;
use cenote_events::message::Value;
use prost::Message;
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::with_log;
use crate::error::Refusal;
use crate::follow::Log;
use crate::query::Query;

/// An address that never means other bytes: a browser may keep them for good.
const FOR_GOOD: &str = "private, max-age=31536000, immutable";

/// What a browser may take the bytes for: pictures and sounds that cannot hold scripts, by how they begin.
pub(crate) fn content_type(bytes: &[u8]) -> Option<&'static str> {
    Some(match bytes {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => "image/webp",
        [b'B', b'M', ..] => "image/bmp",
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'A',
            b'V',
            b'E',
            ..,
        ] => "audio/wav",
        [b'O', b'g', b'g', b'S', ..] => "audio/ogg",
        [b'f', b'L', b'a', b'C', ..] => "audio/flac",
        [b'I', b'D', b'3', ..] | [0xff, 0xfb | 0xf3 | 0xf2, ..] => "audio/mpeg",
        _ => return None,
    })
}

/// Bytes as an answer: shown where they are a picture or a sound, else only to be saved.
pub(crate) fn bytes(bytes: Vec<u8>, cache: &'static str) -> Response {
    let cache = (header::CACHE_CONTROL, cache);
    match content_type(&bytes) {
        Some(content_type) => {
            ([cache, (header::CONTENT_TYPE, content_type)], bytes).into_response()
        }
        None => {
            let kind = (header::CONTENT_TYPE, "application/octet-stream");
            let saved = (header::CONTENT_DISPOSITION, "attachment");
            ([cache, kind, saved], bytes).into_response()
        }
    }
}

/// The pictures or sounds of a value.
pub(crate) fn samples(value: &Value) -> Vec<Vec<u8>> {
    let images: Vec<_> = value.images().into_iter().map(<[u8]>::to_vec).collect();
    let is_sound = |value: &Value| {
        let sounds = value.audio();
        let first = sounds.first().and_then(|sound| content_type(sound.encoded));
        first.is_some_and(|kind| kind.starts_with("audio/"))
    };
    // A tensor of strings is sound where its first string is; else width, height and pictures.
    if images.is_empty() || is_sound(value) {
        value
            .audio()
            .iter()
            .map(|sound| sound.encoded.to_vec())
            .collect()
    } else {
        images
    }
}

/// Where the value is that a key names.
fn locate(log: &Log, key: &str) -> Result<Location, Refusal> {
    let value = log.session.value(key);
    value
        .and_then(|value| log.read().logdir.locate(value))
        .ok_or_else(|| {
            Refusal::missing("there is no such value, or no longer: load the page again")
        })
}

/// `/api/blob/{key}/{sample}`.
pub(crate) async fn blob(
    State(log): State<Arc<Log>>,
    Path((key, sample)): Path<(String, usize)>,
) -> Result<Response, Refusal> {
    with_log(log, move |log| {
        let samples = samples(&locate(log, &key)?.read()?);
        let count = samples.len();
        let sample = samples.into_iter().nth(sample).ok_or_else(|| {
            Refusal::missing(format!(
                "there is no sample {sample}: the value holds {count}"
            ))
        })?;
        Ok(bytes(sample, FOR_GOOD))
    })
    .await
}

/// `/api/record/{key}`: the value as it is in the file, a TensorFlow `Summary.Value` or, for a graph, a `GraphDef`.
pub(super) async fn record(
    State(log): State<Arc<Log>>,
    Path(key): Path<String>,
) -> Result<Response, Refusal> {
    with_log(log, move |log| {
        let location = locate(log, &key)?;
        let content = match location.read_event()?.what {
            Some(cenote_events::message::What::GraphDef(graph)) => graph,
            _ => location.read()?.encode_to_vec(),
        };
        let headers = [
            (header::CONTENT_TYPE, "application/octet-stream"),
            (
                header::CONTENT_DISPOSITION,
                "attachment; filename=\"record.pb\"",
            ),
            (header::CACHE_CONTROL, FOR_GOOD),
        ];
        Ok((headers, content).into_response())
    })
    .await
}

/// Which pictures of a tag.
#[derive(Deserialize)]
pub(super) struct Series {
    run: String,
    tag: String,
    /// The first and the last step, both included.
    #[serde(default = "least")]
    first: i64,
    #[serde(default = "most")]
    last: i64,
}

fn least() -> i64 {
    i64::MIN
}

fn most() -> i64 {
    i64::MAX
}

/// `/api/images.zip`: made while it is sent, so it takes as little memory for many pictures as for one.
pub(super) async fn zip(
    State(log): State<Arc<Log>>,
    Query(series): Query<Series>,
) -> Result<Response, Refusal> {
    let name = file_name(&series.tag);
    log.read().tag(&series.run, &series.tag)?;
    let (sender, receiver) = mpsc::channel(4);
    tokio::task::spawn_blocking(move || {
        let end = sender.clone();
        if let Err(error) = write_zip(&log, &series, Pipe(sender)) {
            // The client sees a transfer that breaks off, and not a whole archive.
            let _ = end.blocking_send(Err(error));
        }
    });
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}.zip\""),
        ),
    ];
    let body = Body::from_stream(ReceiverStream::new(receiver));
    Ok((headers, body).into_response())
}

/// A name for a file that holds nothing but letters, digits, `.`, `-` and `_`.
fn file_name(tag: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "._-".contains(c) {
            c
        } else {
            '_'
        }
    };
    let name: String = tag.chars().map(plain).take(80).collect();
    let name = name.trim_start_matches('.');
    if name.is_empty() {
        "images".to_owned()
    } else {
        name.to_owned()
    }
}

fn write_zip(log: &Log, series: &Series, pipe: Pipe) -> io::Result<()> {
    // Pictures are compressed already.
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut archive = ZipWriter::new_stream(io::BufWriter::with_capacity(64 << 10, pipe));
    let values = match log.read().tag(&series.run, &series.tag) {
        Ok(tag) => tag.values(),
        Err(_) => return Err(io::ErrorKind::NotFound.into()),
    };
    let wanted = series.first..=series.last;
    for (number, &value) in values
        .iter()
        .enumerate()
        .filter(|(_, value)| wanted.contains(&value.step))
    {
        // A value that is damaged or gone is left out.
        let Some(samples) = log
            .read_values(&[value], |value| Some(samples(value)))
            .pop()
            .flatten()
        else {
            continue;
        };
        for (sample, content) in samples.iter().enumerate() {
            let extension = content_type(content)
                .and_then(|kind| kind.split_once('/'))
                .map_or("bin", |(_, extension)| extension);
            let name = format!("{number:06}_step{}_{sample}.{extension}", value.step);
            archive.start_file(name, stored).map_err(io::Error::other)?;
            archive.write_all(content)?;
        }
    }
    archive
        .finish()
        .map_err(io::Error::other)?
        .into_inner()
        .flush()
}

/// Hands what is written to the task that sends it, and waits while that is slow.
struct Pipe(mpsc::Sender<io::Result<Vec<u8>>>);

impl Write for Pipe {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        let closed = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.0.blocking_send(Ok(content.to_vec())).map_err(closed)?;
        Ok(content.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_hold_a_script_is_shown() {
        assert_eq!(content_type(b"\x89PNG\r\n\x1a\n"), Some("image/png"));
        assert_eq!(content_type(b"RIFF....WAVEfmt "), Some("audio/wav"));
        for other in [&b"<svg onload=alert(1)>"[..], b"<html>", b"", b"RIFF"] {
            assert_eq!(content_type(other), None);
        }
    }

    #[test]
    fn a_file_name_stays_in_its_folder() {
        assert_eq!(file_name("train/loss \"x\""), "train_loss__x_");
        assert_eq!(file_name("../.."), "_..");
        assert_eq!(file_name("..."), "images");
    }
}
