//! Finds the event files under a directory.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::Problem;

/// What TensorBoard looks for in a file's name.
const IN_NAME: &str = "tfevents";

/// An event file.
#[derive(Debug)]
pub(super) struct FoundFile {
    /// The directory relative to the log directory, with `/`; `.` for the log directory itself.
    pub(super) run: String,
    pub(super) path: PathBuf,
    pub(super) metadata: Metadata,
}

/// All event files under `root`, links followed, in the order of their paths; and what could not be read.
///
/// A directory that links lead to more than once is taken once: so links in a circle end, and links that branch out do not
/// multiply. Where a directory can be reached without a link, that is its name.
pub(super) fn discover(root: &Path) -> (Vec<FoundFile>, Vec<Problem>) {
    let mut search = Search::default();
    match fs::metadata(root) {
        Ok(metadata) if metadata.is_file() => {
            search.files.push(FoundFile {
                run: ".".to_owned(),
                path: root.to_owned(),
                metadata,
            });
        }
        _ => {
            search.directory(root, String::new());
            while let Some((path, run)) = search.links.pop() {
                search.directory(&path, run);
            }
        }
    }
    search
        .files
        .sort_by(|a, b| (&a.run, &a.path).cmp(&(&b.run, &b.path)));
    (search.files, search.problems)
}

#[derive(Default)]
struct Search {
    seen: HashSet<PathBuf>,
    /// Directories behind links, for later.
    links: Vec<(PathBuf, String)>,
    files: Vec<FoundFile>,
    problems: Vec<Problem>,
}

impl Search {
    /// Searches a directory and those inside, without recursion: they can be nested deeper than the stack is.
    fn directory(&mut self, path: &Path, run: String) {
        let mut rest = vec![(path.to_owned(), run)];
        while let Some((path, run)) = rest.pop() {
            match self.entries(&path, &run) {
                Ok(inside) => rest.extend(inside),
                Err(error) => self.problem(path, &error),
            }
        }
    }

    /// Notes the files and links of a directory and returns the directories in it.
    fn entries(&mut self, path: &Path, run: &str) -> io::Result<Vec<(PathBuf, String)>> {
        let mut inside = Vec::new();
        if !self.seen.insert(fs::canonicalize(path)?) {
            return Ok(inside);
        }
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            let below = || {
                if run.is_empty() {
                    name.clone().into_owned()
                } else {
                    format!("{run}/{name}")
                }
            };
            let is_link = entry.file_type()?.is_symlink();
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() && is_link => self.links.push((path, below())),
                Ok(metadata) if metadata.is_dir() => inside.push((path, below())),
                Ok(metadata) if metadata.is_file() && name.contains(IN_NAME) => {
                    let run = if run.is_empty() { "." } else { run }.to_owned();
                    self.files.push(FoundFile {
                        run,
                        path,
                        metadata,
                    });
                }
                Ok(_) => {}
                // A link to nowhere, or a file that was deleted just now, unless it would have been of interest.
                Err(error) if name.contains(IN_NAME) && error.kind() != io::ErrorKind::NotFound => {
                    self.problem(path, &error)
                }
                Err(_) => {}
            }
        }
        Ok(inside)
    }

    fn problem(&mut self, path: PathBuf, error: &io::Error) {
        self.problems.push(Problem {
            path,
            message: error.to_string(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(root: &Path) -> Vec<String> {
        discover(root).0.into_iter().map(|file| file.run).collect()
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
        let (files, problems) = discover(&dir.path().join("none"));
        assert!(files.is_empty());
        assert_eq!(problems.len(), 1);
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
        assert_eq!(runs(dir.path()), ["linked", "z/real"]);
        assert!(discover(dir.path()).1.is_empty());
    }
}
