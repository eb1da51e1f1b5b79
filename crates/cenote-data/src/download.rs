//! Fetching the published archives.
//!
//! The archive arrives as `NAME.part`, gets its name once its md5 is the published one, and is unpacked beside itself
//! under a temporary name, which is changed to the folder's own at the very end. So whatever interrupts it, a name
//! without `.part` always stands for something whole.

mod fetch;
mod unpack;

use std::borrow::Cow;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::cifar::{
    CIFAR10_BINARY_FILES, CIFAR10_PYTHON_FILES, CIFAR100_BINARY_FILES, CIFAR100_PYTHON_FILES,
};
use crate::{Error, Result};

/// The environment variable that names another server: the URL up to the archive's name.
pub const URL_VARIABLE: &str = "CENOTE_DATA_URL";

/// Where the authors of CIFAR publish it.
pub const HOME_PAGE: &str = "https://www.cs.toronto.edu/~kriz";

/// A published archive: a gzipped tar of one folder. Those of CIFAR are constants; [`new`](Self::new) makes others.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Archive {
    /// Its name on the server, and then on disk.
    pub file_name: Cow<'static, str>,
    /// Its md5 as published, in hexadecimal digits; capitals do not matter.
    pub md5: Cow<'static, str>,
    /// The folder inside.
    pub folder: Cow<'static, str>,
    /// More bytes than this are neither fetched nor unpacked. Default: 300 million.
    pub size_limit: u64,
    files: Files,
}

/// The files that an archive's folder must have.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Files {
    Published(&'static [&'static str]),
    Own(Vec<String>),
}

/// The four archives of CIFAR have up to 171 MB, and 187 MB unpacked.
const SIZE_LIMIT: u64 = 300_000_000;

impl Archive {
    /// CIFAR-10 in the binary layout.
    pub const CIFAR10_BINARY: Self = Self {
        file_name: Cow::Borrowed("cifar-10-binary.tar.gz"),
        md5: Cow::Borrowed("c32a1d4ab5d03f1284b67883e8d87530"),
        folder: Cow::Borrowed("cifar-10-batches-bin"),
        size_limit: SIZE_LIMIT,
        files: Files::Published(CIFAR10_BINARY_FILES),
    };
    /// CIFAR-10 in the python layout.
    pub const CIFAR10_PYTHON: Self = Self {
        file_name: Cow::Borrowed("cifar-10-python.tar.gz"),
        md5: Cow::Borrowed("c58f30108f718f92721af3d95e74349a"),
        folder: Cow::Borrowed("cifar-10-batches-py"),
        size_limit: SIZE_LIMIT,
        files: Files::Published(CIFAR10_PYTHON_FILES),
    };
    /// CIFAR-100 in the binary layout.
    pub const CIFAR100_BINARY: Self = Self {
        file_name: Cow::Borrowed("cifar-100-binary.tar.gz"),
        md5: Cow::Borrowed("03b5dce01913d631647c71ecec9e9cb8"),
        folder: Cow::Borrowed("cifar-100-binary"),
        size_limit: SIZE_LIMIT,
        files: Files::Published(CIFAR100_BINARY_FILES),
    };
    /// CIFAR-100 in the python layout.
    pub const CIFAR100_PYTHON: Self = Self {
        file_name: Cow::Borrowed("cifar-100-python.tar.gz"),
        md5: Cow::Borrowed("eb9058c3a382ffc7106e4002c42a8d85"),
        folder: Cow::Borrowed("cifar-100-python"),
        size_limit: SIZE_LIMIT,
        files: Files::Published(CIFAR100_PYTHON_FILES),
    };

    /// The archive `file_name`, whose md5 in hexadecimal digits is known, and which unpacks to `folder` with at least these
    /// files.
    ///
    /// ```
    /// use cenote_data::download::Archive;
    ///
    /// let md5 = "d41d8cd98f00b204e9800998ecf8427e";
    /// let mut archive = Archive::new("numbers.tar.gz", md5, "numbers", ["one.bin", "two.bin"]);
    /// archive.size_limit = 1_000_000;
    /// assert!(archive.files().eq(["one.bin", "two.bin"]));
    /// ```
    pub fn new<F: Into<String>>(
        file_name: impl Into<String>,
        md5: impl Into<String>,
        folder: impl Into<String>,
        files: impl IntoIterator<Item = F>,
    ) -> Self {
        Self {
            file_name: Cow::Owned(file_name.into()),
            md5: Cow::Owned(md5.into()),
            folder: Cow::Owned(folder.into()),
            size_limit: SIZE_LIMIT,
            files: Files::Own(files.into_iter().map(Into::into).collect()),
        }
    }

    /// The files that the folder must have.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        let (published, own) = match &self.files {
            Files::Published(files) => (*files, &[][..]),
            Files::Own(files) => (&[][..], &files[..]),
        };
        published
            .iter()
            .copied()
            .chain(own.iter().map(String::as_str))
    }

    /// Whether a file with this md5 is the published one.
    fn has_md5(&self, md5: &str) -> bool {
        self.md5.eq_ignore_ascii_case(md5)
    }

    /// The files that an unpacked folder lacks.
    fn missing(&self, folder: &Path) -> Vec<&str> {
        self.files()
            .filter(|file| !folder.join(file).is_file())
            .collect()
    }
}

/// How far a download is. Each report comes from the calling thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// The archive is arriving.
    Downloading {
        /// Bytes on disk, those of an earlier attempt included.
        received: u64,
        /// Bytes of the whole archive, where the server says.
        total: Option<u64>,
    },
    /// The archive is whole and is being unpacked.
    Unpacking {
        /// Bytes written so far.
        written: u64,
    },
}

/// Fetches one [`Archive`], checks it and unpacks it.
///
/// An archive that broke off is continued from its last byte where the server can do that, and fetched anew where it
/// cannot or where the result has the wrong md5. What is already there is not fetched again.
///
/// ```no_run
/// use std::ops::ControlFlow;
/// use cenote_data::download::{Archive, Download, Progress};
///
/// let folder = Download::new(Archive::CIFAR10_BINARY).run("data", |progress| {
///     if let Progress::Downloading { received, total: Some(total) } = progress {
///         eprint!("\r{received} of {total} bytes");
///     }
///     ControlFlow::Continue(())
/// })?;
/// assert_eq!(folder, std::path::Path::new("data/cifar-10-batches-bin"));
/// # Ok::<(), cenote_data::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Download {
    archive: Archive,
    base_url: String,
    patience: Duration,
}

impl Download {
    /// From the server that the environment variable `CENOTE_DATA_URL` names, or else from the home page of the
    /// dataset; giving up when nothing comes for 30 seconds.
    pub fn new(archive: Archive) -> Self {
        Self {
            archive,
            base_url: default_base_url(std::env::var(URL_VARIABLE).ok()),
            patience: Duration::from_secs(30),
        }
    }

    /// From another server: the archive is at `base_url/FILE_NAME`. Takes precedence over the environment.
    #[must_use]
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// How long the server may be silent, at any point, before the download is given up. Default: 30 seconds.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Where the archive comes from.
    pub fn url(&self) -> String {
        format!(
            "{}/{}",
            self.base_url.trim_end_matches('/'),
            self.archive.file_name
        )
    }

    /// Fetches and unpacks the archive in `root`, which is made where it does not exist; gives the unpacked folder.
    ///
    /// `progress` is called all along; with `ControlFlow::Break(())` it stops the download, which then leaves nothing
    /// but the `.part` file to continue from.
    ///
    /// # Errors
    /// [`Error::Download`] where the server cannot be reached, refuses, falls silent or breaks off (the `.part` file
    /// stays); [`Error::Md5`] (nothing stays); [`Error::Unpack`] for an archive that must not be unpacked;
    /// [`Error::Io`], for instance where the disk is full (nothing half-written stays); [`Error::Cancelled`];
    /// [`Error::Malformed`] where the folder is there but lacks files.
    pub fn run(
        &self,
        root: impl AsRef<Path>,
        mut progress: impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<PathBuf> {
        let root = root.as_ref();
        let folder = root.join(&*self.archive.folder);
        if folder.exists() {
            return self.whole(folder);
        }
        fs::create_dir_all(root).map_err(|source| Error::io("make the folder", root, source))?;
        let path = root.join(&*self.archive.file_name);
        if !path.is_file() || !self.archive.has_md5(&fetch::md5_of(&path)?) {
            fetch::Fetch::new(self, &path).run(&mut progress)?;
        }
        unpack::unpack(&self.archive, &path, &mut progress)?;
        self.whole(folder)
    }

    /// A folder that is there, if it has everything.
    fn whole(&self, folder: PathBuf) -> Result<PathBuf> {
        let missing = self.archive.missing(&folder);
        if missing.is_empty() {
            return Ok(folder);
        }
        let reason = format!(
            "the folder is there but lacks {}: move it away or name another place, and download again",
            missing.join(", ")
        );
        Err(Error::malformed(&folder, reason))
    }
}

/// The server that the environment names, or the home page.
fn default_base_url(from_environment: Option<String>) -> String {
    from_environment
        .filter(|url| !url.is_empty())
        .unwrap_or_else(|| HOME_PAGE.to_owned())
}

/// Reports progress; a wish to stop becomes an error.
fn report(progress: &mut dyn FnMut(Progress) -> ControlFlow<()>, now: Progress) -> Result<()> {
    match progress(now) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(Error::Cancelled),
    }
}

#[cfg(test)]
mod tests;
