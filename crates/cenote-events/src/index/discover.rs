//! Finds the event files under a directory.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Problem;

/// What TensorBoard looks for in a file's name.
const IN_NAME: &str = "tfevents";
/// What the projector reads, by its path in a run's directory.
const PROJECTOR_CONFIG: &str = "projector_config.pbtxt";
/// The most names that links may give to one directory: links that branch out would multiply without an end.
const MOST_NAMES: u32 = 16;

/// An event file.
#[derive(Debug)]
pub(super) struct FoundFile {
    /// The directory relative to the log directory, with `/`; `.` for the log directory itself.
    pub(super) run: String,
    pub(super) path: PathBuf,
    pub(super) metadata: Metadata,
}

/// What a search found.
#[derive(Debug, Default)]
pub(super) struct Discovery {
    /// In the order of their runs and paths.
    pub(super) files: Vec<FoundFile>,
    /// The projector's configuration of each directory that has one, by run.
    pub(super) projectors: BTreeMap<String, PathBuf>,
    pub(super) problems: Vec<Problem>,
    /// Paths that are there and could not be looked at: what is below them is not known to be gone.
    unreadable: Vec<PathBuf>,
}

impl Discovery {
    /// Whether a file that was not found may still be there.
    pub(super) fn may_hide(&self, path: &Path) -> bool {
        self.unreadable.iter().any(|above| path.starts_with(above))
    }
}

/// All event files under `root`, links followed, as TensorBoard does: a directory that links lead to is listed under each
/// name, but not inside of itself. What more than [`MOST_NAMES`] links lead to is left out and told of.
pub(super) fn discover(root: &Path) -> Discovery {
    let mut search = Search::default();
    match fs::metadata(root) {
        Ok(metadata) if metadata.is_file() => {
            search.found.files.push(FoundFile {
                run: ".".to_owned(),
                path: root.to_owned(),
                metadata,
            });
        }
        _ => {
            search.directory(Place {
                path: root.to_owned(),
                run: String::new(),
                above: None,
            });
            // Few links before many, and those in order, so that it is always the same names that are left out.
            while !search.links.is_empty() {
                let mut links = std::mem::take(&mut search.links);
                links.sort_by(|one, other| one.path.cmp(&other.path));
                links.into_iter().for_each(|link| search.link(link));
            }
        }
    }
    let mut found = search.found;
    found
        .files
        .sort_by(|a, b| (&a.run, &a.path).cmp(&(&b.run, &b.path)));
    found
}

/// A directory to be searched.
struct Place {
    path: PathBuf,
    run: String,
    above: Option<Arc<Above>>,
}

/// A directory above another, by whatever links it was reached.
struct Above {
    real: PathBuf,
    above: Option<Arc<Self>>,
}

impl Place {
    /// Whether this is one of the directories above it.
    fn is_inside(&self, real: &Path) -> bool {
        let mut above =
            std::iter::successors(self.above.as_deref(), |above| above.above.as_deref());
        above.any(|above| above.real == real)
    }

    /// The run of the files in it.
    fn run(&self) -> String {
        match self.run.as_str() {
            "" => ".",
            run => run,
        }
        .to_owned()
    }

    fn below(&self, name: &str) -> String {
        if self.run.is_empty() {
            name.to_owned()
        } else {
            format!("{}/{name}", self.run)
        }
    }
}

#[derive(Default)]
struct Search {
    /// How many links were followed to directories.
    names: HashMap<PathBuf, u32>,
    /// Directories behind links, for later.
    links: Vec<Place>,
    found: Discovery,
}

impl Search {
    /// Searches what a link leads to.
    fn link(&mut self, link: Place) {
        let real = match fs::canonicalize(&link.path) {
            Ok(real) => real,
            Err(error) => return self.problem(link.path, &error),
        };
        if link.is_inside(&real) {
            return;
        }
        let names = self.names.entry(real).or_default();
        if *names == MOST_NAMES {
            self.found.problems.push(Problem {
                path: link.path,
                message: format!(
                    "{MOST_NAMES} other links lead to the same directory: this one is left out"
                ),
            });
            return;
        }
        *names += 1;
        self.directory(link);
    }

    /// Searches a directory and those inside, without recursion: they can be nested deeper than the stack is.
    fn directory(&mut self, place: Place) {
        let mut rest = vec![place];
        while let Some(place) = rest.pop() {
            match self.entries(&place) {
                Ok(inside) => rest.extend(inside),
                Err(error) => self.problem(place.path, &error),
            }
        }
    }

    /// Notes the files and links of a directory and returns the directories in it.
    fn entries(&mut self, place: &Place) -> io::Result<Vec<Place>> {
        let mut inside = Vec::new();
        let real = fs::canonicalize(&place.path)?;
        if place.is_inside(&real) {
            return Ok(inside);
        }
        let above = Arc::new(Above {
            real,
            above: place.above.clone(),
        });
        for entry in fs::read_dir(&place.path)? {
            let entry = entry?;
            let (path, name) = (entry.path(), entry.file_name());
            let name = to_text(&name);
            let below = |path| Place {
                path,
                run: place.below(&name),
                above: Some(Arc::clone(&above)),
            };
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() && entry.file_type()?.is_symlink() => {
                    self.links.push(below(path));
                }
                Ok(metadata) if metadata.is_dir() => inside.push(below(path)),
                Ok(metadata) if metadata.is_file() && name.contains(IN_NAME) => {
                    self.found.files.push(FoundFile {
                        run: place.run(),
                        path,
                        metadata,
                    });
                }
                Ok(metadata) if metadata.is_file() && name == PROJECTOR_CONFIG => {
                    self.found.projectors.insert(place.run(), path);
                }
                Ok(_) => {}
                // A link to nowhere, or what was deleted just now.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) if is_of_interest(&entry, &name) => self.problem(path, &error),
                Err(_) => {}
            }
        }
        Ok(inside)
    }

    fn problem(&mut self, path: PathBuf, error: &io::Error) {
        if error.kind() != io::ErrorKind::NotFound {
            self.found.unreadable.push(path.clone());
        }
        self.found.problems.push(Problem {
            path,
            message: error.to_string(),
        });
    }
}

/// Whether what cannot be looked at could be an event file, or a directory that has some.
fn is_of_interest(entry: &DirEntry, name: &str) -> bool {
    name.contains(IN_NAME)
        || name == PROJECTOR_CONFIG
        || !entry.file_type().is_ok_and(|kind| kind.is_file())
}

/// A name as text. Bytes that are no UTF-8 are written as `\xff`, so that different names stay different.
fn to_text(name: &OsStr) -> Cow<'_, str> {
    if let Some(name) = name.to_str() {
        return name.into();
    }
    let mut text = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            write!(text, "\\x{byte:02x}").expect("a String takes any text");
        }
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(root: &Path) -> Vec<String> {
        discover(root)
            .files
            .into_iter()
            .map(|file| file.run)
            .collect()
    }

    #[test]
    fn runs_are_directories_relative_to_the_root() {
        let dir = tempfile::tempdir().unwrap();
        for path in [
            "tfevents.0",
            "b/x.tfevents.1",
            "a/c/tfevents",
            "a/c/tfevents2",
            "a/other.txt",
        ] {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"").unwrap();
        }
        assert_eq!(runs(dir.path()), [".", "a/c", "a/c", "b"]);
        assert_eq!(runs(&dir.path().join("b/x.tfevents.1")), ["."]);
        let none = discover(&dir.path().join("none"));
        assert!(none.files.is_empty() && !none.may_hide(dir.path()));
        assert_eq!(none.problems.len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_circles_end() {
        use std::os::unix::fs::symlink;
        let (dir, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(elsewhere.path().join("tfevents"), b"").unwrap();
        fs::create_dir_all(dir.path().join("z/real")).unwrap();
        fs::write(dir.path().join("z/real/tfevents"), b"").unwrap();
        symlink(elsewhere.path(), dir.path().join("linked")).unwrap();
        symlink(dir.path(), dir.path().join("circle")).unwrap();
        symlink(dir.path().join("z/real"), dir.path().join("a")).unwrap();
        symlink("nowhere", dir.path().join("tfevents.broken")).unwrap();
        assert_eq!(runs(dir.path()), ["a", "linked", "z/real"]);
        assert!(discover(dir.path()).problems.is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_directory_has_every_name_that_tensorboard_gives_it() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        for run in ["x", "y"] {
            fs::create_dir(dir.path().join(run)).unwrap();
            fs::write(dir.path().join(run).join("tfevents"), b"").unwrap();
        }
        symlink("x", dir.path().join("best")).unwrap();
        symlink("../y", dir.path().join("x/other")).unwrap();
        symlink("../x", dir.path().join("y/other")).unwrap();
        let all = ["best", "best/other", "x", "x/other", "y", "y/other"];
        assert_eq!(runs(dir.path()), all);
    }

    #[cfg(unix)]
    #[test]
    fn links_that_branch_out_do_not_multiply() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().unwrap();
        let names: Vec<String> = (0..12).map(|i| format!("d{i:02}")).collect();
        for name in &names {
            let inside = dir.path().join(name);
            fs::create_dir(&inside).unwrap();
            fs::write(inside.join("tfevents"), b"").unwrap();
            for other in &names {
                symlink(format!("../{other}"), inside.join(other)).unwrap();
            }
        }
        let found = runs(dir.path());
        assert_eq!(found.len(), 12 + 12 * MOST_NAMES as usize);
        assert_eq!(found, runs(dir.path()), "always the same");
        let problems = discover(dir.path()).problems;
        assert!(problems[0].message.starts_with("16 other links lead to"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn names_that_are_not_utf_8_stay_apart() {
        use std::os::unix::ffi::OsStrExt as _;
        let dir = tempfile::tempdir().unwrap();
        for name in [&b"run\xfe"[..], b"run\xff", "ün".as_bytes()] {
            let run = dir.path().join(OsStr::from_bytes(name));
            fs::create_dir(&run).unwrap();
            fs::write(run.join("tfevents"), b"").unwrap();
        }
        assert_eq!(runs(dir.path()), ["run\\xfe", "run\\xff", "ün"]);
    }
}
