//! From the server to a file whose md5 is right.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};
use same_file::Handle;
use ureq::http::{Response, StatusCode, header};
use ureq::{Agent, Body};

use super::{Download, Progress, URL_VARIABLE, report};
use crate::{Error, Result};

/// The md5 of a file, in hexadecimal digits.
pub(super) fn md5_of(path: &Path) -> Result<String> {
    let mut hash = Md5::new();
    let read = |source| Error::io("read", path, source);
    let mut file = File::open(path).map_err(read)?;
    absorb(&mut file, &mut hash).map_err(read)?;
    Ok(digits(hash))
}

/// Hashes the rest of a file; how many bytes that was.
fn absorb(file: &mut File, hash: &mut Md5) -> std::io::Result<u64> {
    let mut buffer = vec![0; 1 << 16];
    let mut total = 0;
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(total),
            count => {
                hash.update(&buffer[..count]);
                total += count as u64;
            }
        }
    }
}

fn digits(hash: Md5) -> String {
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// One archive on its way.
pub(super) struct Fetch<'a> {
    download: &'a Download,
    url: String,
    /// Where it belongs.
    path: &'a Path,
    /// Where it is until it is whole.
    part: PathBuf,
}

/// A `.part` file and what is known of it.
struct Part {
    file: File,
    hash: Md5,
    len: u64,
}

impl<'a> Fetch<'a> {
    pub(super) fn new(download: &'a Download, path: &'a Path) -> Self {
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        Self {
            download,
            url: download.url(),
            path,
            part: part.into(),
        }
    }

    /// Fetches the archive and gives it its name. Where a part turns out to have the wrong md5, which an earlier attempt may
    /// have left, the archive is fetched once more, whole.
    pub(super) fn run(&self, progress: &mut dyn FnMut(Progress) -> ControlFlow<()>) -> Result<()> {
        let mut got = String::new();
        for _ in 0..2 {
            let Some(part) = self.open()? else {
                return Ok(());
            };
            let continued = part.len > 0;
            // The lock on the file is held until its name is right, or gone.
            let Part { file, hash, .. } = self.receive(part, progress)?;
            got = digits(hash);
            if self.download.archive.has_md5(&got) {
                file.sync_all().map_err(|source| self.unwritable(source))?;
                return fs::rename(&self.part, self.path).map_err(|source| {
                    Error::io("rename the finished download to", self.path, source)
                });
            }
            self.discard();
            if !continued {
                break;
            }
        }
        Err(Error::Md5 {
            url: self.url.clone(),
            expected: self.download.archive.md5.to_string(),
            got,
        })
    }

    /// The part that an earlier attempt left, or an empty one; `None` where the archive is there already. Nobody else may
    /// be writing the part.
    fn open(&self) -> Result<Option<Part>> {
        let failed = |source| Error::io("open", &self.part, source);
        let mut file = self.locked()?;
        // Another process may have finished between this one's last look and its lock.
        if self.path.is_file() && self.download.archive.has_md5(&md5_of(self.path)?) {
            self.discard();
            return Ok(None);
        }
        let mut hash = Md5::new();
        let mut len = 0;
        if file.metadata().map_err(failed)?.is_file() {
            len = absorb(&mut file, &mut hash).map_err(failed)?;
        }
        Ok(Some(Part { file, hash, len }))
    }

    /// The part's file, opened and locked.
    fn locked(&self) -> Result<File> {
        let failed = |source| Error::io("open", &self.part, source);
        loop {
            let file = OpenOptions::new()
                .read(true)
                .append(true)
                .create(true)
                .open(&self.part)
                .map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(self.failed(
                        "another process is downloading it to the same place: wait for that one",
                    ));
                }
                // Some network file systems have no locks; the md5 still tells if two downloads met.
                Err(TryLockError::Error(_)) => return Ok(file),
            }
            // Whoever had the lock between the two calls may have given the file its final name, or removed it: what is
            // open would then be the finished archive, or nothing that anybody can find.
            let opened = file.try_clone().and_then(Handle::from_file);
            let opened = opened.map_err(failed)?;
            match Handle::from_path(&self.part) {
                Ok(named) if named == opened => return Ok(file),
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
                _ => {}
            }
        }
    }

    fn request(&self, from: u64) -> Result<Response<Body>> {
        let patience = Some(self.download.patience);
        let agent: Agent = Agent::config_builder()
            .http_status_as_error(false)
            .user_agent(concat!("cenote/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(patience)
            .timeout_connect(patience)
            .timeout_send_request(patience)
            .timeout_recv_response(patience)
            .timeout_per_read(patience)
            .build()
            .into();
        let mut request = agent.get(&self.url);
        if from > 0 {
            request = request.header(header::RANGE, format!("bytes={from}-"));
        }
        request.call().map_err(|error| {
            self.failed(format!(
                "{error}; check the network, or name a server that has the file with the environment variable {URL_VARIABLE}"
            ))
        })
    }

    /// Everything that the part lacks.
    fn receive(
        &self,
        mut part: Part,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Part> {
        let response = self.request(part.len)?;
        match response.status() {
            StatusCode::PARTIAL_CONTENT if continues_at(&response, part.len) => {}
            // More than the whole archive is there already, or exactly it: the md5 decides.
            StatusCode::RANGE_NOT_SATISFIABLE if part.len > 0 => return Ok(part),
            StatusCode::OK | StatusCode::PARTIAL_CONTENT if part.len > 0 => {
                part = self.emptied(part)?;
                if response.status() == StatusCode::PARTIAL_CONTENT {
                    return self.receive(part, progress);
                }
            }
            StatusCode::OK => {}
            status => {
                return Err(self.failed(format!(
                    "the server answered {status}; check the address, or name a server that has the file with the \
                     environment variable {URL_VARIABLE}"
                )));
            }
        }
        self.append(part, response.into_body(), progress)
    }

    fn emptied(&self, part: Part) -> Result<Part> {
        part.file
            .set_len(0)
            .map_err(|source| self.unwritable(source))?;
        Ok(Part {
            file: part.file,
            hash: Md5::new(),
            len: 0,
        })
    }

    fn append(
        &self,
        mut part: Part,
        body: Body,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Part> {
        let total = body
            .content_length()
            .and_then(|rest| rest.checked_add(part.len));
        let limit = self.download.archive.size_limit;
        let mut body = body.into_reader();
        let mut buffer = vec![0; 1 << 16];
        report(
            progress,
            Progress::Downloading {
                received: part.len,
                total,
            },
        )?;
        loop {
            let count = match body.read(&mut buffer) {
                Ok(count) => count,
                Err(error) => return Err(self.broken_off(&error.to_string(), part.len, total)),
            };
            if count == 0 {
                break;
            }
            part.file
                .write_all(&buffer[..count])
                .map_err(|source| self.unwritable(source))?;
            part.hash.update(&buffer[..count]);
            part.len += count as u64;
            if part.len > limit {
                self.discard();
                return Err(self.failed(format!(
                    "the server sends more than the {limit} bytes that the archive can have"
                )));
            }
            report(
                progress,
                Progress::Downloading {
                    received: part.len,
                    total,
                },
            )?;
        }
        match total {
            Some(total) if part.len < total => {
                Err(self.broken_off("the connection ended", part.len, Some(total)))
            }
            _ => Ok(part),
        }
    }

    fn broken_off(&self, reason: &str, received: u64, total: Option<u64>) -> Error {
        let total = total.map_or_else(
            || "an unknown number of".to_owned(),
            |total| total.to_string(),
        );
        self.failed(format!(
            "{reason} after {received} of {total} bytes; they are kept in {}: start again to continue",
            self.part.display()
        ))
    }

    fn failed(&self, reason: impl Into<String>) -> Error {
        Error::Download {
            url: self.url.clone(),
            reason: reason.into(),
        }
    }

    /// A part that cannot be written, for instance since the disk is full, is in the way: it goes.
    fn unwritable(&self, source: std::io::Error) -> Error {
        self.discard();
        Error::io("write", &self.part, source)
    }

    fn discard(&self) {
        // Where even this fails, the next attempt finds the wrong md5 and starts anew.
        let _ = fs::remove_file(&self.part);
    }
}

/// Whether a partial answer begins at the byte that was asked for.
fn continues_at(response: &Response<Body>, from: u64) -> bool {
    let range = response
        .headers()
        .get(header::CONTENT_RANGE)
        .and_then(|range| range.to_str().ok());
    range
        .and_then(|range| {
            range
                .strip_prefix("bytes ")?
                .split_once('-')?
                .0
                .parse()
                .ok()
        })
        .is_some_and(|start: u64| start == from)
}
