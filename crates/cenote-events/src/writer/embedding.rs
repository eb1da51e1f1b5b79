//! Embeddings: the files that the projector reads.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use ndarray::{ArrayBase, ArrayView2, Axis, Data, Ix2};

use super::SummaryWriter;
use crate::element::Element;
use crate::picture::{Canvas, Tiles, encode_png};
use crate::{DataFormat, Error, ImageTensor, Pixel, PngLevel, Result};

/// Points with as many coordinates as you like, and what is known of each: for the page Projector.
#[derive(Debug, Clone)]
pub struct Embedding {
    /// One line a point.
    tensors: String,
    points: usize,
    metadata: Option<String>,
    sprite: Option<Sprite>,
}

#[derive(Debug, Clone)]
struct Sprite {
    tiles: Tiles,
    /// Width and height of one picture.
    single: [usize; 2],
}

impl Embedding {
    /// The points, one a row.
    ///
    /// # Errors
    /// [`Error::Shape`] if there is no row or no column.
    pub fn new<T: Element, S: Data<Elem = T>>(points: &ArrayBase<S, Ix2>) -> Result<Self> {
        if points.is_empty() {
            return Err(Error::shape(
                "the embedding",
                points.shape(),
                "it needs at least one row and one column",
            ));
        }
        Ok(Self {
            tensors: tsv(points.view()),
            points: points.nrows(),
            metadata: None,
            sprite: None,
        })
    }

    /// A label for each point. Tabs and line ends in a label become spaces.
    ///
    /// # Errors
    /// [`Error::Argument`] if there are not as many labels as points.
    pub fn metadata<L: AsRef<str>>(self, labels: impl IntoIterator<Item = L>) -> Result<Self> {
        let rows: Vec<String> = labels
            .into_iter()
            .map(|label| clean(label.as_ref()))
            .collect();
        self.with_rows("labels", None, rows)
    }

    /// Several columns for each point, with their names: torch's `metadata` and `metadata_header`. Tabs and line ends become
    /// spaces.
    ///
    /// # Errors
    /// [`Error::Argument`] if there are not as many rows as points, or a row has not as many cells as the header.
    pub fn metadata_columns<L: AsRef<str>>(self, header: &[&str], rows: &[Vec<L>]) -> Result<Self> {
        if let Some(row) = rows.iter().find(|row| row.len() != header.len()) {
            let given = format!("{} cells", row.len());
            return Err(Error::argument(
                "a row of the metadata",
                given,
                format!("the header has {}", header.len()),
            ));
        }
        let line = |cells: Vec<String>| cells.join("\t");
        let header = line(header.iter().map(|name| clean(name)).collect());
        let rows = rows
            .iter()
            .map(|row| line(row.iter().map(|cell| clean(cell.as_ref())).collect()))
            .collect();
        self.with_rows("rows of metadata", Some(header), rows)
    }

    /// A picture for each point, by default NCHW.
    ///
    /// # Errors
    /// [`Error::Shape`] if the shape does not fit the format; [`Error::Argument`] if there are not as many pictures as
    /// points.
    pub fn label_images<'a, T: Pixel>(self, images: impl Into<ImageTensor<'a, T>>) -> Result<Self> {
        let tiles = images.into().to_tiles(DataFormat::Nchw)?;
        let (count, single) = (tiles.count(), tiles.single());
        self.check_count("label images", count)?;
        // The projector takes its sprite to be a square of pictures.
        let tiles = tiles.arrange(count.isqrt() + usize::from(count.isqrt().pow(2) < count))?;
        Ok(Self {
            sprite: Some(Sprite { tiles, single }),
            ..self
        })
    }

    fn with_rows(self, what: &str, header: Option<String>, rows: Vec<String>) -> Result<Self> {
        self.check_count(what, rows.len())?;
        let metadata = header
            .into_iter()
            .chain(rows)
            .map(|line| line + "\n")
            .collect();
        Ok(Self {
            metadata: Some(metadata),
            ..self
        })
    }

    fn check_count(&self, what: &str, count: usize) -> Result<()> {
        if count == self.points {
            return Ok(());
        }
        Err(Error::argument(
            format!("the number of {what}"),
            count.to_string(),
            format!("there are {} points", self.points),
        ))
    }
}

impl SummaryWriter {
    /// Logs points for the page Projector: files in `<log_dir>/<step>/<tag>` and `projector_config.pbtxt` in the log
    /// directory. They are written at once, each whole or not at all. torch's default tag is `default`.
    ///
    /// The configuration lists the embeddings of this writer, its clones among it. As in torch, a later writer on the same
    /// directory writes its own in that one's place, and the page shows no others.
    ///
    /// ```
    /// use cenote_events::Embedding;
    /// use ndarray::{Array2, Array4};
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = cenote_events::SummaryWriter::new(dir.path())?;
    /// let points = Array2::from_shape_fn((10, 4), |(i, j)| (i * j) as f32 / 9.0);
    /// let pictures = Array4::from_shape_fn((10, 1, 8, 8), |(i, _, y, x)| ((i + x + y) % 10) as f32 / 9.0);
    /// let embedding = Embedding::new(&points)?.metadata((0..10).map(|i| format!("digit {i}")))?.label_images(&pictures)?;
    /// writer.add_embedding("digits", &embedding, 0)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Io`] if a file cannot be written; [`Error::Argument`] for an empty tag; [`Error::Closed`].
    pub fn add_embedding(&self, tag: &str, embedding: &Embedding, global_step: i64) -> Result<()> {
        self.inner.background.check_open()?;
        if tag.is_empty() || tag == "." || tag == ".." {
            return Err(Error::argument(
                "the tag of an embedding",
                format!("{tag:?}"),
                "it names a directory: give it a name",
            ));
        }
        let encoded = tag
            .replace('%', "%25")
            .replace('/', "%2f")
            .replace('\\', "%5c");
        let relative = format!("{global_step:05}/{encoded}");
        let dir = self.log_dir().join(&relative);
        fs::create_dir_all(&dir).map_err(|error| Error::io("create the directory", &dir, error))?;
        write_whole(&dir.join("tensors.tsv"), embedding.tensors.as_bytes())?;
        let mut entry = format!(
            "embeddings {{\n  tensor_name: {}\n",
            quote(&format!("{tag}:{global_step:05}"))
        );
        if let Some(metadata) = &embedding.metadata {
            write_whole(&dir.join("metadata.tsv"), metadata.as_bytes())?;
            entry += &format!(
                "  metadata_path: {}\n",
                quote(&format!("{relative}/metadata.tsv"))
            );
        }
        if let Some(Sprite {
            tiles,
            single: [width, height],
        }) = &embedding.sprite
        {
            let path = dir.join("sprite.png");
            let encode = |reason: png::EncodingError| Error::Encoding {
                path: path.clone(),
                reason: reason.to_string(),
            };
            write_whole(
                &path,
                &encode_png(&square(tiles.clone().into_canvas()), PngLevel::Balanced)
                    .map_err(encode)?,
            )?;
            let path = quote(&format!("{relative}/sprite.png"));
            entry += &format!(
                "  sprite {{\n    image_path: {path}\n    single_image_dim: {width}\n    single_image_dim: {height}\n  }}\n"
            );
        }
        entry += &format!(
            "  tensor_path: {}\n}}\n",
            quote(&format!("{relative}/tensors.tsv"))
        );
        self.write_projector_config(entry)
    }

    /// The configuration lists every embedding of this writer: it is rewritten with one more.
    fn write_projector_config(&self, entry: String) -> Result<()> {
        let mut entries = self
            .inner
            .embeddings
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if !entries.contains(&entry) {
            entries.push(entry);
        }
        write_whole(
            &self.log_dir().join("projector_config.pbtxt"),
            entries.concat().as_bytes(),
        )
    }
}

/// One line a row, tabs between.
fn tsv<T: Element>(points: ArrayView2<'_, T>) -> String {
    let mut text = String::new();
    for row in points.axis_iter(Axis(0)) {
        for (i, value) in row.iter().enumerate() {
            let separator = if i == 0 { "" } else { "\t" };
            write!(text, "{separator}{:?}", value.to_f64()).expect("a String takes any text");
        }
        text.push('\n');
    }
    text
}

fn clean(cell: &str) -> String {
    cell.replace(['\t', '\n', '\r'], " ")
}

/// A string of protocol buffers' text format.
fn quote(text: &str) -> String {
    let mut quoted = String::from('"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            b' '..=b'~' => quoted.push(char::from(byte)),
            _ => write!(quoted, "\\{byte:03o}").expect("a String takes any text"),
        }
    }
    quoted + "\""
}

/// The picture with black below it, until it is as high as wide.
fn square(canvas: Canvas) -> Canvas {
    let bytes = Canvas {
        height: canvas.height.max(canvas.width),
        ..Canvas::new(canvas.width, 0, canvas.channels)
    };
    let len = bytes.width as usize * bytes.height as usize * usize::from(bytes.channels);
    let mut pixels = canvas.bytes;
    pixels.resize(len, 0);
    Canvas {
        bytes: pixels,
        ..bytes
    }
}

/// Writes a file beside its place and moves it there.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let counter = COUNTER.fetch_add(1, Ordering::Relaxed);
    // Of this write alone: other writers may be at the same file.
    let beside = path.with_extension(format!("{}.{counter}.part", std::process::id()));
    let write = || -> std::io::Result<()> {
        let mut file = File::create(&beside)?;
        file.write_all(bytes)?;
        drop(file);
        fs::rename(&beside, path)
    };
    write().map_err(|error| {
        // What is left of it is of no use to anybody.
        let _ = fs::remove_file(&beside);
        Error::io("write", path, error)
    })
}
