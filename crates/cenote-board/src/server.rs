//! Binds, accepts, and ends.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::middleware;
use axum::routing::get;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_io_timeout::TimeoutStream;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

use crate::error::{Error, Result};
use crate::follow::Log;
use crate::guard::guard;
use crate::names::Names;
use crate::{api, pages, tensorboard};

/// Connections served at a time. More wait to be accepted.
const MOST_CONNECTIONS: usize = 1024;
/// How long a client may take to send the head of a request, and to take any part of an answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Threads that read files for requests.
const READERS: usize = 16;
/// Answers up to so many bytes are sent as they are: they cross any line at once.
const WORTH_COMPRESSING: u64 = 32 << 10;
/// Ports that are tried when none was given.
const PORTS: u16 = 100;

/// A board over a log directory, to be bound to an address.
#[derive(Debug, Clone)]
pub struct Board {
    logdir: PathBuf,
    host: String,
    port: Option<u16>,
    names: Vec<String>,
}

impl Board {
    /// A board over `logdir`, which may come into being later.
    pub fn new(logdir: impl Into<PathBuf>) -> Self {
        Self {
            logdir: logdir.into(),
            host: "127.0.0.1".to_owned(),
            port: None,
            names: Vec::new(),
        }
    }

    /// The address or name to listen on (default 127.0.0.1: this machine alone).
    #[must_use]
    pub fn host(self, host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            ..self
        }
    }

    /// The port; 0 is any. By default it is 6006 or, where that is in use, the next that is free.
    #[must_use]
    pub fn port(self, port: u16) -> Self {
        Self {
            port: Some(port),
            ..self
        }
    }

    /// One more name by which browsers may ask for the board, without scheme and port: that of a reverse proxy in front of
    /// it, say. Without it the board answers to `localhost`, to the host that it was given and, where it listens beyond
    /// this machine, to any address and to the machine's own name. What asks by another name is refused, since it may be a
    /// page that has pointed its own name here to read the log.
    #[must_use]
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.names.push(name.into());
        self
    }

    /// Takes the address, so that clients can connect from now on.
    ///
    /// # Errors
    /// [`Error::Host`], [`Error::PortInUse`] or [`Error::Listen`] if it is not to be had, [`Error::Name`] if a name of
    /// [`Board::allow_host`] is none, [`Error::Start`] if the system refuses what a server needs.
    pub fn bind(self) -> Result<Running> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .max_blocking_threads(READERS)
            .thread_name("cenote-board")
            .build()
            .map_err(Error::Start)?;
        let listener = match self.port {
            Some(port) => listen(&self.host, port)?,
            None => first_free(&self.host)?,
        };
        let address = listener.local_addr().map_err(Error::Start)?;
        listener.set_nonblocking(true).map_err(Error::Start)?;
        let listener = {
            let _inside = runtime.enter();
            TcpListener::from_std(listener).map_err(Error::Start)?
        };
        Ok(Running {
            log: Log::new(&self.logdir),
            names: Arc::new(Names::new(&self.host, address, &self.names)?),
            address,
            listener,
            runtime,
        })
    }
}

fn listen(host: &str, port: u16) -> Result<std::net::TcpListener> {
    let unknown = |source| Error::Host {
        host: host.to_owned(),
        source,
    };
    let address = (host, port)
        .to_socket_addrs()
        .map_err(unknown)?
        .next()
        .ok_or_else(|| unknown(io::ErrorKind::NotFound.into()))?;
    std::net::TcpListener::bind(address).map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => Error::PortInUse { address },
        io::ErrorKind::AddrNotAvailable => unknown(source),
        _ => Error::Listen { address, source },
    })
}

/// 6006, which is TensorBoard's, or the next port that is free.
fn first_free(host: &str) -> Result<std::net::TcpListener> {
    let mut outcome = listen(host, 6006);
    for port in 6007..6006 + PORTS {
        match outcome {
            Err(Error::PortInUse { .. }) => outcome = listen(host, port),
            _ => break,
        }
    }
    outcome
}

/// A board that has its address.
#[derive(Debug)]
pub struct Running {
    log: Arc<Log>,
    names: Arc<Names>,
    address: SocketAddr,
    listener: TcpListener,
    runtime: tokio::runtime::Runtime,
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Log")
            .field("root", &self.root())
            .finish_non_exhaustive()
    }
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What to open in a browser.
    #[must_use]
    pub fn url(&self) -> String {
        if self.address.ip().is_unspecified() {
            format!("http://localhost:{}/", self.address.port())
        } else {
            format!("http://{}/", self.address)
        }
    }

    /// Follows the log directory and answers requests until `wait` returns: it is called once, on this thread.
    ///
    /// # Errors
    /// [`Error::Start`] if no thread can be started.
    pub fn serve(self, wait: impl FnOnce()) -> Result<()> {
        let Self {
            log,
            names,
            listener,
            runtime,
            ..
        } = self;
        let stop = Arc::new(AtomicBool::new(false));
        let follower = {
            let (log, stop) = (Arc::clone(&log), Arc::clone(&stop));
            std::thread::Builder::new()
                .name("cenote-index".to_owned())
                .spawn(move || log.follow(|| stop.load(Ordering::Relaxed)))
                .map_err(Error::Start)?
        };
        let (end, ended) = watch::channel(());
        runtime.spawn(accept(listener, routes(log, names), ended));
        wait();
        stop.store(true, Ordering::Relaxed);
        drop(end);
        runtime.shutdown_timeout(Duration::from_millis(500));
        if follower.join().is_err() {
            return Err(Error::Start(io::Error::other(
                "the index ended before the server did",
            )));
        }
        Ok(())
    }
}

fn routes(log: Arc<Log>, names: Arc<Names>) -> Router {
    // Pictures, sound and what the pages are made of are compressed already, and events must not wait for a buffer to fill.
    let worthwhile = SizeAbove::new(WORTH_COMPRESSING)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::SSE)
        .and(NotForContentType::const_new("audio/"))
        .and(NotForContentType::const_new("application/zip"))
        .and(NotForContentType::const_new("application/octet-stream"));
    Router::new()
        .nest("/api", api::routes())
        .nest("/data", tensorboard::routes())
        .fallback(get(pages::page))
        .with_state(log)
        .layer(
            // Mostly it answers its own machine, where time counts and bytes hardly do.
            CompressionLayer::new()
                .quality(CompressionLevel::Fastest)
                .gzip(true)
                .compress_when(worthwhile),
        )
        .layer(middleware::from_fn_with_state(names, guard))
}

/// Accepts connections until `ended` says so.
async fn accept(listener: TcpListener, router: Router, mut ended: watch::Receiver<()>) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = ended.changed() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                let (router, ended) = (router.clone(), ended.clone());
                tokio::spawn(async move {
                    connection(stream, router, ended).await;
                    drop(place);
                });
            }
            // Out of file handles, say: that passes when connections end.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn connection(stream: TcpStream, router: Router, mut ended: watch::Receiver<()>) {
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(PATIENCE));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(64 << 10)
        .serve_connection(
            TokioIo::new(Box::pin(stream)),
            TowerToHyperService::new(router),
        );
    tokio::select! {
        // A client that breaks off is no fault of this server.
        _ = served => {}
        _ = ended.changed() => {}
    }
}
