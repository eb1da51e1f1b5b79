//! What a page asks for first, put into the page: a question takes a browser far longer than this server the answer.

use std::fmt::Write as _;

use cenote_events::SummaryKind;
use form_urlencoded::Serializer;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::log::{LogAnswer, RunsAnswer};
use super::values::Columns;
use crate::follow::{Indexed, Log};

/// Series whose pictures are in sight at first, about.
const PICTURES: usize = 6;
/// The page asks for the end of a longer series alone, at first: `LONG` in `web/src/images/values.ts`.
const LONG: usize = 4000;
/// Answers that make the page longer than this are asked for, beside its scripts.
const ROOM: usize = 256 << 10;

/// The answers by address, and the addresses that are not answered but will be asked for.
#[derive(Default)]
struct Look {
    answers: Vec<(String, Box<RawValue>)>,
    asked: Vec<String>,
    len: usize,
}

impl Look {
    fn put(&mut self, address: String, answer: &impl Serialize) {
        self.put_json(address, to_raw_value(answer));
    }

    fn put_json(&mut self, address: String, answer: serde_json::Result<Box<RawValue>>) {
        match answer {
            Ok(answer) if self.len + answer.get().len() <= ROOM => {
                self.len += answer.get().len();
                self.answers.push((address, answer));
            }
            _ => self.asked.push(address),
        }
    }

    /// As a part of the page's head. Nothing in it is code, whatever the log holds: it is JSON without a `<`.
    fn html(&self) -> String {
        let mut html = String::from("<script type=\"application/json\" id=\"first-look\">{");
        for (place, (address, answer)) in self.answers.iter().enumerate() {
            let comma = if place > 0 { "," } else { "" };
            let address = serde_json::Value::from(address.as_str()).to_string();
            // Within JSON a `<` is always part of a string.
            for part in [comma, &address, ":", answer.get()] {
                html.push_str(&part.replace('<', "\\u003c"));
            }
        }
        html.push_str("}</script>");
        for address in &self.asked {
            // An address has no quotes: they are encoded. Writing to a string cannot fail.
            let address = address.replace('&', "&amp;");
            let _ = write!(
                html,
                "<link rel=\"preload\" as=\"fetch\" crossorigin=\"anonymous\" href=\"{address}\">"
            );
        }
        html
    }
}

/// What belongs into the head of the page. With `pictures`, the page shows the last picture of each series at first.
pub(crate) fn first_look(log: &Log, pictures: bool) -> String {
    // One state of a log that is still being read: where the pictures are asked for follows from the runs.
    let index = log.read();
    let mut look = Look::default();
    look.put("/api/log".to_owned(), &LogAnswer::of(log, &index));
    look.put(
        "/api/runs?since=0".to_owned(),
        &RunsAnswer::of(log, &index, 0),
    );
    if pictures {
        first_pictures(log, &index, &mut look);
    }
    drop(index);
    look.html()
}

fn first_pictures(log: &Log, index: &Indexed, look: &mut Look) {
    let mut left = PICTURES;
    for run in index.logdir.runs() {
        for tag in run.tags() {
            if left == 0 {
                return;
            }
            let (kind, values) = (tag.kind(), tag.len());
            if kind != SummaryKind::Image || values == 0 {
                continue;
            }
            left -= 1;
            let route = "/api/values?";
            let mut address = Serializer::for_suffix(route.to_owned(), route.len());
            address.append_pair("run", run.name());
            address.append_pair("tag", tag.tag());
            let from = if values > LONG { values - 1 } else { 0 };
            if from > 0 {
                address.append_pair("from", &from.to_string());
            }
            let values = tag.series();
            let json: Vec<u8> = Columns::of(&log.session, values.clone(), from)
                .flatten()
                .collect();
            look.put_json(address.finish(), serde_json::from_slice(&json));
            let last = values.iter().last();
            let picture = last.map(|value| format!("/api/blob/{}/0", log.session.key(value)));
            look.asked.extend(picture);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Look;

    #[test]
    fn nothing_in_it_is_markup() {
        let mut look = Look::default();
        let name = "</script><script>alert(1)</script><!--";
        look.put(format!("/api/values?run={name}"), &[name]);
        let html = look.html();
        let inside = html
            .strip_prefix("<script type=\"application/json\" id=\"first-look\">")
            .and_then(|rest| rest.strip_suffix("</script>"))
            .expect("one element");
        assert!(!inside.contains('<'), "{inside}");
        let read: serde_json::Value = serde_json::from_str(inside).expect("JSON");
        assert_eq!(read[format!("/api/values?run={name}")][0], name);
    }

    #[test]
    fn what_is_too_long_is_asked_for() {
        let mut look = Look::default();
        look.put("/api/log".to_owned(), &"short");
        look.put("/api/a?b&c".to_owned(), &"x".repeat(super::ROOM));
        let html = look.html();
        assert!(html.contains("{\"/api/log\":\"short\"}"), "{html}");
        assert!(html.contains("href=\"/api/a?b&amp;c\""), "{html}");
    }
}
