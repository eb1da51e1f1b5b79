//! The board as clients see it: a real server over real logs.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use cenote_board::{Board, Error};
use cenote_events::SummaryWriter;
use ndarray::Array3;
use serde_json::Value;

/// A board that serves until it is dropped.
struct Served {
    address: SocketAddr,
    end: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Served {
    fn new(logdir: &Path) -> Self {
        Self::of(Board::new(logdir))
    }

    fn of(board: Board) -> Self {
        let board = board.port(0).bind().unwrap();
        let address = board.address();
        let (end, wait) = mpsc::channel::<()>();
        let serve = move || {
            board
                .serve(|| {
                    let _ = wait.recv();
                })
                .unwrap();
        };
        Self {
            address,
            end: Some(end),
            thread: Some(std::thread::spawn(serve)),
        }
    }

    /// A board that has read a log of `steps` steps in one run.
    fn with_log(run: &str, steps: i64) -> (tempfile::TempDir, Self) {
        let logs = tempfile::tempdir().unwrap();
        write_log(&logs.path().join(run), steps);
        let board = Self::new(logs.path());
        board.read();
        (logs, board)
    }

    /// Sends a request as it is, and returns head and body of the answer.
    fn raw(&self, request: &str) -> (String, Vec<u8>) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let at = answer
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap();
        let head = String::from_utf8(answer[..at].to_vec()).unwrap();
        (head.to_ascii_lowercase(), answer[at + 4..].to_vec())
    }

    fn request(&self, path: &str, headers: &str) -> (u16, String, Vec<u8>) {
        let host = if headers.contains("Host:") {
            String::new()
        } else {
            format!("Host: {}\r\n", self.address)
        };
        let (head, body) = self.raw(&format!(
            "GET {path} HTTP/1.1\r\n{host}{headers}Connection: close\r\n\r\n"
        ));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let body = if head.contains("transfer-encoding: chunked") {
            dechunked(&body)
        } else {
            body
        };
        (status, head, body)
    }

    fn get(&self, path: &str) -> (u16, Vec<u8>) {
        let (status, _, body) = self.request(path, "");
        (status, body)
    }

    fn json(&self, path: &str) -> Value {
        let (status, body) = self.get(path);
        assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).unwrap()
    }

    /// Asks until the log has been read and says what is waited for.
    fn until(&self, path: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let answer = self.json(path);
            if holds(&answer) {
                return answer;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "{path}: {answer}"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn read(&self) {
        self.until("/api/log", |log| log["progress"]["complete"] == true);
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.end.take());
        self.thread.take().unwrap().join().unwrap();
    }
}

fn dechunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let at = body.windows(2).position(|two| two == b"\r\n").unwrap();
        let len = usize::from_str_radix(std::str::from_utf8(&body[..at]).unwrap(), 16).unwrap();
        if len == 0 {
            return whole;
        }
        whole.extend_from_slice(&body[at + 2..at + 2 + len]);
        body = &body[at + 2 + len + 2..];
    }
}

/// A log with a scalar, a picture, text and a histogram, of `steps` steps.
fn write_log(logdir: &Path, steps: i64) {
    let writer = SummaryWriter::new(logdir).unwrap();
    for step in 0..steps {
        writer
            .add_scalar("loss", 1.0 / (step + 1) as f64, step)
            .unwrap();
        let picture =
            Array3::from_shape_fn((3, 4, 5), |(_, y, x)| (step as usize + y * 5 + x) as u8);
        writer.add_image("picture", &picture, step).unwrap();
        writer
            .add_histogram("weights", [0.5f32, 1.5, 2.5], step)
            .unwrap();
    }
    writer.add_scalar("odd", f64::NAN, 0).unwrap();
    writer
        .add_text("note", "<script>alert(1)</script> **bold**", 0)
        .unwrap();
    writer.close().unwrap();
}

#[test]
fn every_step_of_every_tag_is_served() {
    let (_logs, board) = Served::with_log("a/b", 30);
    let runs = board.json("/api/runs");
    assert_eq!(runs["runs"][0]["name"], "a/b");
    let kinds: Vec<_> = runs["runs"][0]["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        ["scalar", "text", "scalar", "image", "histogram"],
        "{runs}"
    );
    let scalars = board.json("/api/scalars?tag=loss&run=a%2Fb&run=none");
    assert_eq!(scalars["series"].as_array().unwrap().len(), 1);
    assert_eq!(scalars["series"][0]["values"].as_array().unwrap().len(), 30);
    assert_eq!(
        board.json("/api/scalars?tag=odd&run=a/b")["series"][0]["values"][0],
        "NaN"
    );
    let values = board.json("/api/values?run=a/b&tag=picture");
    assert_eq!(values["steps"].as_array().unwrap().len(), 30);
    for key in values["keys"].as_array().unwrap() {
        let (status, head, body) =
            board.request(&format!("/api/blob/{}/0", key.as_str().unwrap()), "");
        assert_eq!(status, 200);
        assert!(body.starts_with(b"\x89PNG"));
        assert!(
            head.contains("content-type: image/png") && head.contains("immutable"),
            "{head}"
        );
    }
    assert_eq!(
        board.json("/api/histograms?run=a/b&tag=weights&limit=7")["values"]
            .as_array()
            .unwrap()
            .len(),
        7
    );
}

#[test]
fn the_page_brings_the_answers_to_its_first_questions() {
    let (_logs, board) = Served::with_log("a run & <another>", 3);
    let page = |path: &str| String::from_utf8(board.get(path).1).unwrap();
    let plain = page("/");
    if plain.contains("without its pages") {
        return;
    }
    let look = |page: &str| -> Value {
        let begun = page.split_once("id=\"first-look\">").unwrap().1;
        serde_json::from_str(begun.split_once("</script>").unwrap().0).unwrap()
    };
    let answers = look(&plain);
    let answers = answers.as_object().unwrap();
    let values = "/api/values?run=a+run+%26+%3Canother%3E&tag=picture";
    let addresses: Vec<_> = answers.keys().map(String::as_str).collect();
    assert_eq!(addresses, ["/api/log", "/api/runs?since=0", values]);
    for (address, answer) in answers {
        assert_eq!(*answer, board.json(address), "{address}");
    }
    // The last picture is on its way while the scripts are.
    let last = answers[values]["keys"][2].as_str().unwrap();
    let ahead = format!("as=\"fetch\" crossorigin=\"anonymous\" href=\"/api/blob/{last}/0\"");
    assert!(plain.contains(&ahead), "{plain}");
    // A page of something else has the log alone.
    let other = page("/?tab=scalars");
    assert_eq!(look(&other).as_object().unwrap().len(), 2);
    assert!(!other.contains("/api/blob/"), "{other}");
}

#[test]
fn texts_follow_one_another_from_the_last_ones_back() {
    let logs = tempfile::tempdir().unwrap();
    let writer = SummaryWriter::new(logs.path()).unwrap();
    for step in 0..7 {
        writer.add_text("note", &format!("{step}"), step).unwrap();
    }
    writer.close().unwrap();
    let board = Served::new(logs.path());
    board.read();
    let steps = |rest: &str| {
        let path = format!("/api/texts?run=.&tag=note/text_summary{rest}");
        let answer = board.json(&path);
        assert_eq!(answer["total"], 7);
        answer["steps"].to_string()
    };
    assert_eq!(steps(""), "[0,1,2,3,4,5,6]");
    assert_eq!(steps("&limit=3"), "[4,5,6]");
    assert_eq!(steps("&limit=3&end=4"), "[1,2,3]");
    assert_eq!(steps("&limit=5&end=2"), "[0,1]");
    assert_eq!(steps("&limit=2&end=100"), "[5,6]");
    assert_eq!(steps("&limit=2&end=0"), "[]");
}

#[test]
fn text_and_files_are_served_as_they_were_logged() {
    let (_logs, board) = Served::with_log("a/b", 30);
    let text = board.json("/api/texts?run=a/b&tag=note/text_summary");
    assert_eq!(
        text["values"][0]["strings"][0],
        "<script>alert(1)</script> **bold**"
    );
    let (status, csv) = board.get("/api/scalars/csv?run=a/b&tag=loss");
    assert_eq!(
        (status, String::from_utf8(csv).unwrap().lines().count()),
        (200, 31)
    );
    let (_, archive) = board.get("/api/images.zip?run=a/b&tag=picture&first=3&last=5");
    assert!(archive.starts_with(b"PK"));
    assert_eq!(
        archive
            .windows(4)
            .filter(|four| four == b"PK\x01\x02")
            .count(),
        3,
        "entries of the archive"
    );
}

#[test]
fn tensorboards_routes_are_served() {
    let (_logs, board) = Served::with_log("run", 12);
    assert_eq!(board.json("/data/runs"), serde_json::json!(["run"]));
    assert_eq!(
        board.json("/data/plugins_listing")["images"]["enabled"],
        true
    );
    assert_eq!(
        board.json("/data/plugin/images/tags")["run"]["picture"]["samples"],
        1
    );
    let images = board.json("/data/plugin/images/images?run=run&tag=picture&sample=0");
    assert_eq!(
        images.as_array().unwrap().len(),
        12,
        "all, and not a sample of ten"
    );
    let query = images[11]["query"].as_str().unwrap();
    let (status, png) = board.get(&format!("/data/plugin/images/individualImage?{query}"));
    assert_eq!((status, &png[..4]), (200, &b"\x89PNG"[..]));
    let scalars = board.json("/data/plugin/scalars/scalars?run=run&tag=loss");
    assert_eq!(scalars[3][1], 3.0);
    let form = "tag=loss&runs=run&runs=none";
    let (head, body) = board.raw(&format!(
        "POST /data/plugin/scalars/scalars_multirun HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        board.address,
        form.len()
    ));
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert!(String::from_utf8(body).unwrap().contains("\"run\":[["));
    assert_eq!(
        board
            .json("/data/plugin/histograms/histograms?run=run&tag=weights")
            .as_array()
            .unwrap()
            .len(),
        12
    );
    let text = board.json("/data/plugin/text/text?run=run&tag=note/text_summary");
    assert!(
        text[0]["text"]
            .as_str()
            .unwrap()
            .starts_with("&lt;script&gt;"),
        "{text}"
    );
}

#[test]
fn who_opens_the_board_by_a_name_it_does_not_know_is_told_what_to_do() {
    let logs = tempfile::tempdir().unwrap();
    let ask = |board: &Served, host: &str, accept: &str| {
        let headers = format!("Host: {host}\r\nAccept: {accept}\r\n");
        let (status, head, body) = board.request("/", &headers);
        (status, head, String::from_utf8(body).unwrap())
    };
    let board = Served::new(logs.path());
    let (status, head, page) = ask(&board, "gpu7.lab:6006", "text/html,*/*;q=0.8");
    assert_eq!(status, 403);
    assert!(head.contains("content-type: text/html"), "{head}");
    assert!(
        page.contains("cenote board --allow-host gpu7.lab<"),
        "{page}"
    );
    // What is no name is neither shown nor put into a command.
    let (_, _, page) = ask(&board, "<b>;rm", "text/html");
    assert!(!page.contains("<b>") && !page.contains("rm"), "{page}");
    let (status, head, body) = ask(&board, "gpu7.lab", "*/*");
    assert_eq!(status, 403);
    assert!(head.contains("content-type: application/json"), "{head}");
    let error: Value = serde_json::from_str(&body).unwrap();
    assert!(
        error["error"]
            .as_str()
            .unwrap()
            .contains("--allow-host gpu7.lab"),
        "{error}"
    );
    let board = Served::of(Board::new(logs.path()).allow_host("gpu7.lab"));
    assert_eq!(ask(&board, "GPU7.lab", "text/html").0, 200);
    assert_eq!(ask(&board, "gpu8.lab", "text/html").0, 403);
    let wrong = Board::new(logs.path())
        .port(0)
        .allow_host("http://gpu7.lab")
        .bind();
    assert!(matches!(wrong, Err(Error::Name { .. })));
}

#[test]
fn only_this_server_and_its_own_pages_are_answered() {
    let logs = tempfile::tempdir().unwrap();
    write_log(logs.path(), 1);
    let board = Served::new(logs.path());
    let port = board.address.port();
    let status = |headers: &str| board.request("/api/log", headers).0;
    assert_eq!(status(""), 200);
    assert_eq!(status(&format!("Host: localhost:{port}\r\n")), 200);
    assert_eq!(status(&format!("Host: evil.example:{port}\r\n")), 403);
    assert_eq!(
        status(&format!("Host: 127.0.0.1.evil.example:{port}\r\n")),
        403
    );
    assert_eq!(status("Origin: http://evil.example\r\n"), 403);
    assert_eq!(status("Origin: null\r\n"), 403);
    assert_eq!(
        status(&format!("Origin: http://{}\r\n", board.address)),
        200
    );
    assert_eq!(
        status("Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n"),
        403
    );
    let (_, head, _) = board.request("/", "");
    let policy = head
        .lines()
        .find(|line| line.starts_with("content-security-policy"))
        .unwrap();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("script-src 'self'"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(head.contains("x-content-type-options: nosniff"));
    assert!(!head.contains("access-control-allow"));
}

#[test]
fn nothing_but_records_of_the_log_is_served() {
    let logs = tempfile::tempdir().unwrap();
    write_log(logs.path(), 1);
    fs::write(logs.path().join("secret.txt"), "secret").unwrap();
    let board = Served::new(logs.path());
    board.read();
    for path in [
        "/secret.txt",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/api/blob/..%2f..%2fsecret.txt/0",
        "/api/blob/0-0.0.0.0/0",
        "/api/record/x",
        "/api/nothing",
        "/data/nothing",
        "/api/values?run=..&tag=picture",
        "/api/values?run=.&tag=none",
    ] {
        let (status, body) = board.get(path);
        assert_eq!(status, 404, "{path}");
        assert!(
            !body.windows(6).any(|six| six == b"secret") || body.starts_with(b"{\"error\""),
            "{path}"
        );
    }
    let (status, body) = board.get("/api/values?run=.");
    let body: Value = serde_json::from_slice(&body).unwrap();
    let says = body["error"].as_str().unwrap();
    assert!(
        status == 400 && says.contains("missing field `tag`"),
        "{says}"
    );
    let key = board.json("/api/values?run=.&tag=picture")["keys"][0]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        board.get(&format!("/api/blob/{key}/7")).0,
        404,
        "no such sample"
    );
    // A key that points into the middle of a record, or claims a length.
    for forged in [key.replace('.', ".1"), key.replacen('.', ".ffffffff", 2)] {
        assert_eq!(
            board.get(&format!("/api/blob/{forged}/0")).0,
            404,
            "{forged}"
        );
    }
}

#[test]
fn a_log_is_followed_and_what_has_gone_is_missing() {
    let logs = tempfile::tempdir().unwrap();
    let logdir = logs.path().join("later");
    let board = Served::new(&logdir);
    assert_eq!(
        board.until("/api/log", |log| log["progress"]["complete"] == true)["exists"],
        false
    );
    write_log(&logdir.join("run"), 2);
    let runs = board.until("/api/runs", |runs| runs["revision"].as_u64() > Some(0));
    let revision = runs["revision"].as_u64().unwrap();
    let key = board.json("/api/values?run=run&tag=picture")["keys"][0]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(board.get(&format!("/api/blob/{key}/0")).0, 200);
    let since = format!("/api/runs?since={revision}");
    assert_eq!(board.json(&since)["runs"], serde_json::json!([]));
    let writer = SummaryWriter::new(logdir.join("another")).unwrap();
    writer.add_scalar("loss", 1.0, 0).unwrap();
    writer.close().unwrap();
    let changed = board.until(&since, |runs| runs["runs"][0]["name"] == "another");
    assert_eq!(
        changed["runs"].as_array().unwrap().len(),
        1,
        "only what has changed"
    );
    // Another file under the same name is not what the key meant.
    let file = fs::read_dir(logdir.join("run"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let other = fs::read_dir(logdir.join("another"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    fs::remove_file(&file).unwrap();
    fs::copy(other, &file).unwrap();
    board.until("/api/runs", |runs| {
        let run = runs["runs"]
            .as_array()
            .unwrap()
            .iter()
            .find(|run| run["name"] == "run");
        run.is_some_and(|run| run["tags"].as_array().unwrap().len() == 1)
    });
    assert_eq!(board.get(&format!("/api/blob/{key}/0")).0, 404);
    fs::remove_dir_all(logdir.join("run")).unwrap();
    board.until(&since, |runs| runs["removed"] == serde_json::json!(["run"]));
}

#[test]
fn updates_are_pushed() {
    let logs = tempfile::tempdir().unwrap();
    let board = Served::new(logs.path());
    let mut stream = TcpStream::connect(board.address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    write!(
        stream,
        "GET /api/updates HTTP/1.1\r\nHost: {}\r\n\r\n",
        board.address
    )
    .unwrap();
    write_log(logs.path(), 1);
    let mut heard = String::new();
    let mut buffer = [0; 4096];
    while !heard.contains("\"revision\":1") {
        let count = stream.read(&mut buffer).unwrap();
        assert!(count > 0, "{heard}");
        heard += &String::from_utf8_lossy(&buffer[..count]);
    }
    assert!(heard.contains("text/event-stream"));
}

#[test]
fn thousands_of_runs_are_listed() {
    let logs = tempfile::tempdir().unwrap();
    write_log(&logs.path().join("run0"), 1);
    let file = fs::read_dir(logs.path().join("run0"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    for run in 1..3000 {
        let dir = logs.path().join(format!("run{run}"));
        fs::create_dir(&dir).unwrap();
        fs::hard_link(file.path(), dir.join(file.file_name())).unwrap();
    }
    let board = Served::new(logs.path());
    let runs = board.until("/api/runs", |runs| {
        runs["runs"].as_array().unwrap().len() == 3000
    });
    assert_eq!(runs["runs"][2999]["tags"].as_array().unwrap().len(), 5);
    let (_, head, body) = board.request("/api/runs", "Accept-Encoding: gzip\r\n");
    assert!(head.contains("content-encoding: gzip"));
    assert!(body.len() < 1 << 20, "{} bytes", body.len());
}

#[test]
fn what_the_pages_are_made_of_is_sent_compressed_to_those_who_take_that() {
    let logs = tempfile::tempdir().unwrap();
    let board = Served::new(logs.path());
    let (_, page) = board.get("/");
    let page = String::from_utf8(page).unwrap();
    let Some((_, script)) = page.split_once(" src=\"/assets/") else {
        assert!(page.contains("npm"), "it is built without its pages");
        return;
    };
    let path = format!("/assets/{}", script.split_once('"').unwrap().0);
    let (status, head, plain) = board.request(&path, "");
    assert_eq!(status, 200);
    assert!(!head.contains("content-encoding"), "{head}");
    assert!(head.contains("vary: accept-encoding"), "{head}");
    assert!(head.contains("content-type: text/javascript"), "{head}");
    let (_, refused, same) = board.request(&path, "Accept-Encoding: br, gzip;q=0\r\n");
    assert!(!refused.contains("content-encoding"), "{refused}");
    assert_eq!(plain, same);
    let (_, head, compressed) = board.request(&path, "Accept-Encoding: br;q=1.0, GZIP;q=0.5\r\n");
    assert!(head.contains("content-encoding: gzip"), "{head}");
    let mut unpacked = Vec::new();
    let mut reader = flate2::read::GzDecoder::new(&*compressed);
    reader.read_to_end(&mut unpacked).unwrap();
    assert_eq!(plain, unpacked);
}

#[test]
fn slow_clients_keep_nobody_waiting() {
    let logs = tempfile::tempdir().unwrap();
    write_log(logs.path(), 1);
    let board = Served::new(logs.path());
    board.read();
    let slow: Vec<_> = (0..200)
        .map(|_| {
            let mut stream = TcpStream::connect(board.address).unwrap();
            stream.write_all(b"GET /api/log HT").unwrap();
            stream
        })
        .collect();
    assert_eq!(board.get("/api/log").0, 200);
    drop(slow);
}

#[test]
fn a_port_in_use_is_refused_or_passed_over() {
    let logs = tempfile::tempdir().unwrap();
    let first = Board::new(logs.path()).port(0).bind().unwrap();
    let port = first.address().port();
    let Err(error) = Board::new(logs.path()).port(port).bind() else {
        panic!("two boards on one port");
    };
    assert!(matches!(error, Error::PortInUse { .. }));
    assert!(error.to_string().contains(&port.to_string()), "{error}");
    let (one, other) = (
        Board::new(logs.path()).bind().unwrap(),
        Board::new(logs.path()).bind().unwrap(),
    );
    assert_ne!(one.address().port(), other.address().port());
    let Err(error) = Board::new(logs.path()).host("no.such.host.invalid").bind() else {
        panic!("a host that is none");
    };
    assert!(matches!(error, Error::Host { .. }), "{error}");
}

#[test]
fn the_description_names_every_route() {
    let logs = tempfile::tempdir().unwrap();
    let board = Served::new(logs.path());
    let description = board.json("/api/openapi.json");
    let paths = description["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 15);
    for path in paths
        .keys()
        .filter(|path| !path.contains('{') && *path != "/api/updates")
    {
        // A route that is there asks for what it lacks; one that is not says that there is none.
        let (_, body) = board.get(path);
        assert!(
            !String::from_utf8_lossy(&body).contains("no such route"),
            "{path}"
        );
    }
}
