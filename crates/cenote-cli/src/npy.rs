//! Tensors in NumPy's `.npy` files, of every element type that layers take.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use half::{bf16, f16};
use npyz::{NpyHeader, Order, WriterBuilder};

/// A row-major tensor whose element type is known when the program runs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tensor {
    pub(crate) shape: Vec<usize>,
    pub(crate) elements: Elements,
}

/// Bytes of one element, of either byte order, as a number.
trait Decode: Copy {
    fn decode(bytes: &[u8], big_endian: bool) -> Self;
    fn encode(self, out: &mut Vec<u8>);
}

macro_rules! elements {
    ($($variant:ident $element:ident $name:literal $descr:literal),* $(,)?) => {
        /// The elements of a tensor.
        #[derive(Clone, Debug, PartialEq)]
        pub(crate) enum Elements {
            $(#[doc = $name] $variant(Vec<$element>)),*
        }

        impl Elements {
            /// torch's name of the element type, without its `torch.`.
            pub(crate) fn dtype(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $name),*
                }
            }

            fn decode(descr: &str, bytes: &[u8], big_endian: bool) -> Option<Self> {
                match descr {
                    $($descr => Some(Self::$variant(
                        bytes.chunks_exact(size_of::<$element>()).map(|bytes| <$element>::decode(bytes, big_endian)).collect(),
                    )),)*
                    _ => None,
                }
            }

            /// NumPy's description of the type, without the byte order, and the elements' little-endian bytes.
            fn encode(&self) -> (&'static str, Vec<u8>) {
                let mut out = Vec::new();
                match self {
                    $(Self::$variant(elements) => {
                        elements.iter().for_each(|element| element.encode(&mut out));
                        ($descr, out)
                    })*
                }
            }
        }

        $(impl Decode for $element {
            fn decode(bytes: &[u8], big_endian: bool) -> Self {
                let mut array = [0; size_of::<$element>()];
                array.copy_from_slice(bytes);
                if big_endian {
                    array.reverse();
                }
                <$element>::from_le_bytes(array)
            }
            fn encode(self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }
        }

        impl From<Vec<$element>> for Elements {
            fn from(elements: Vec<$element>) -> Self {
                Self::$variant(elements)
            }
        })*
    };
}

// NumPy has no bfloat16: ml_dtypes, which everyone uses for it, writes two bytes of no type.
elements! {
    F32 f32 "float32" "f4",
    F64 f64 "float64" "f8",
    F16 f16 "float16" "f2",
    Bf16 bf16 "bfloat16" "V2",
    U8 u8 "uint8" "u1",
    I8 i8 "int8" "i1",
    I16 i16 "int16" "i2",
    I32 i32 "int32" "i4",
    I64 i64 "int64" "i8",
}

/// Evaluates an expression with the elements of a tensor, whatever their type.
macro_rules! with_elements {
    ($value:expr, $name:ident => $body:expr) => {
        match $value {
            $crate::npy::Elements::F32($name) => $body,
            $crate::npy::Elements::F64($name) => $body,
            $crate::npy::Elements::F16($name) => $body,
            $crate::npy::Elements::Bf16($name) => $body,
            $crate::npy::Elements::U8($name) => $body,
            $crate::npy::Elements::I8($name) => $body,
            $crate::npy::Elements::I16($name) => $body,
            $crate::npy::Elements::I32($name) => $body,
            $crate::npy::Elements::I64($name) => $body,
        }
    };
}
pub(crate) use with_elements;

impl Tensor {
    pub(crate) fn new(shape: &[usize], elements: impl Into<Elements>) -> Self {
        Self {
            shape: shape.to_vec(),
            elements: elements.into(),
        }
    }

    /// Reads a `.npy` file, or standard input: any version, byte order and memory order.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let bytes = if is_standard(path) {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
        } else {
            fs::read(path)
        };
        let bytes = bytes.with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&bytes)
            .with_context(|| format!("{} is no tensor that a layer can take", path.display()))
    }

    fn parse(bytes: &[u8]) -> Result<Self> {
        check_header(bytes)?;
        let mut data = bytes;
        let header = NpyHeader::from_reader(&mut data).context(NO_NPY)?;
        let descr = header.dtype().descr();
        let descr = descr.trim_matches(|c| c == '\'' || c == '"');
        let (order, kind) = descr.split_at(descr.len().min(1));
        let shape: Vec<usize> = header
            .shape()
            .iter()
            .map(|&length| usize::try_from(length))
            .collect::<Result<_, _>>()?;
        let count = shape
            .iter()
            .try_fold(1usize, |count, &length| count.checked_mul(length));
        let size = header.dtype().num_bytes().unwrap_or(0);
        if count.and_then(|count| count.checked_mul(size)) != Some(data.len()) || size == 0 {
            bail!(
                "it says {descr} of shape {shape:?}, and {} bytes of elements follow: write it again",
                data.len()
            );
        }
        let Some(elements) = Elements::decode(kind, data, order == ">") else {
            bail!(
                "its elements are {descr}: convert them to f2, f4, f8, u1, i1, i2, i4, i8, or bfloat16 of ml_dtypes"
            );
        };
        let tensor = Self { shape, elements };
        if header.order() == Order::Fortran {
            return Ok(tensor.transposed());
        }
        Ok(tensor)
    }

    /// The row-major form of a tensor whose elements are in column-major order.
    fn transposed(self) -> Self {
        let elements =
            with_elements!(self.elements, elements => row_major(&self.shape, &elements).into());
        Self {
            shape: self.shape,
            elements,
        }
    }

    /// Writes a `.npy` file, whole or not at all.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        write_whole(path, |file| {
            let (descr, bytes) = self.elements.encode();
            let byte_order = if descr.ends_with('1') { '|' } else { '<' };
            let dtype = npyz::DType::Plain(format!("{byte_order}{descr}").parse()?);
            let shape: Vec<u64> = self.shape.iter().map(|&length| length as u64).collect();
            npyz::WriteOptions::new_header_only()
                .dtype(dtype)
                .shape(&shape)
                .writer(&mut *file)
                .write_header_only()?;
            Ok(file.write_all(&bytes)?)
        })
    }
}

/// Rows that are written side by side: while one place of each is, the cache keeps what is around them.
const ROWS: usize = 4096;

/// Elements in column-major order, in row-major order.
fn row_major<T: Copy + Default>(shape: &[usize], elements: &[T]) -> Vec<T> {
    if elements.is_empty() {
        // Of nothing there may be any number of rows.
        return Vec::new();
    }
    let mut out = vec![T::default(); elements.len()];
    let (width, outer) = shape
        .split_last()
        .map_or((1, shape), |(&width, outer)| (width, outer));
    let rows: usize = outer.iter().product();
    let mut at = vec![0; outer.len()];
    for begin in (0..rows).step_by(ROWS) {
        let end = rows.min(begin + ROWS);
        let starts: Vec<usize> = (begin..end)
            .map(|_| {
                let row = at
                    .iter()
                    .zip(outer)
                    .fold(0, |row, (at, length)| row * length + at);
                // The first axis counts fastest.
                for (at, &length) in at.iter_mut().zip(outer) {
                    *at += 1;
                    if *at < length {
                        break;
                    }
                    *at = 0;
                }
                row * width
            })
            .collect();
        for x in 0..width {
            let column = &elements[x * rows + begin..x * rows + end];
            for (&start, &element) in starts.iter().zip(column) {
                out[start + x] = element;
            }
        }
    }
    out
}

const NO_NPY: &str = "it is no NumPy .npy file: write one with numpy.save, or give a picture (PNG, JPEG, BMP, WebP, TIFF or \
     PNM) the ending of its kind";

/// Refuses what the header's reader would trust: a header longer than the file, and a shape whose product
/// overflows.
fn check_header(bytes: &[u8]) -> Result<()> {
    let (start, claimed) = match bytes {
        [0x93, b'N', b'U', b'M', b'P', b'Y', 1, _, a, b, ..] => {
            (10, u16::from_le_bytes([*a, *b]).into())
        }
        [0x93, b'N', b'U', b'M', b'P', b'Y', _, _, a, b, c, d, ..] => {
            (12, u32::from_le_bytes([*a, *b, *c, *d]))
        }
        _ => bail!("{NO_NPY}"),
    };
    let Some(header) = bytes[start..].get(..claimed as usize) else {
        bail!(
            "its header claims {claimed} bytes, and the whole file has {}: write it again",
            bytes.len()
        );
    };
    // What a person is shown of it is no longer than a line.
    let shown = |text: &str| -> String { text.trim().chars().take(40).collect() };
    let text = String::from_utf8_lossy(header);
    let shape = text
        .split_once("shape")
        .and_then(|(_, rest)| rest.split_once('(')?.1.split_once(')'));
    let lengths = shape
        .map_or("", |(lengths, _)| lengths)
        .split(',')
        .filter(|length| !length.trim().is_empty());
    let mut elements = 1u64;
    for length in lengths {
        let product = length
            .trim()
            .parse()
            .ok()
            .and_then(|length: u64| elements.checked_mul(length.max(1)));
        elements = product.with_context(|| {
            format!(
                "it claims an impossible shape: {} is no length, or too much: write it again",
                shown(length)
            )
        })?;
    }
    Ok(())
}

/// Whether a path stands for standard input or output.
pub(crate) fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// Writes a file beside its place, and moves it there once it is complete. `-` is standard output.
pub(crate) fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<()>,
) -> Result<()> {
    let attempt = || -> Result<()> {
        if is_standard(path) {
            let mut out = BufWriter::new(io::stdout().lock());
            write(&mut out)?;
            return Ok(out.flush()?);
        }
        let place = place(path);
        let directory = place
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        if !directory.is_dir() {
            bail!(
                "there is no folder {}: create it first",
                directory.display()
            );
        }
        let there = place.metadata().ok();
        if there.as_ref().is_some_and(|there| !there.is_file()) {
            // A device, or a pipe: nothing can take its place.
            let mut file = BufWriter::new(File::create(&place)?);
            write(&mut file)?;
            return Ok(file.flush()?);
        }
        if there.is_some() {
            // Whoever may not write to a file may not replace it either.
            File::options().write(true).open(&place)?;
        }
        let mut file = BufWriter::new(beside(directory)?);
        write(&mut file)?;
        let file = file.into_inner()?;
        if let Some(there) = there {
            file.as_file().set_permissions(there.permissions())?;
        }
        file.persist(&place)?;
        Ok(())
    };
    attempt().with_context(|| format!("cannot write {}", path.display()))
}

/// Where what is written to a path goes: what a link leads to, also where that is not there yet.
pub(crate) fn place(path: &Path) -> PathBuf {
    if let Ok(place) = path.canonicalize() {
        return place;
    }
    let target = fs::read_link(path).map(|link| match path.parent() {
        Some(parent) => parent.join(link),
        None => link,
    });
    let path = target.unwrap_or_else(|_| path.to_owned());
    // The folder is there, if the file can be written at all.
    match (path.parent().map(Path::canonicalize), path.file_name()) {
        (Some(Ok(parent)), Some(name)) => parent.join(name),
        _ => path,
    }
}

/// A file that is yet to be moved, which whoever may read what this user creates may read.
fn beside(directory: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    // The error's text names a file that nobody knows.
    builder
        .tempfile_in(directory)
        .map_err(|error| error.kind().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(descr: &str, fortran: &str, shape: &str) -> Vec<u8> {
        let text =
            format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}");
        let text = format!("{text:<117}\n");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend_from_slice(&(text.len() as u16).to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
        bytes
    }

    #[test]
    fn what_is_written_is_read_back() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("tensor.npy");
        let tensors = [
            Tensor::new(&[2, 3], vec![1.5f32, -0.0, f32::INFINITY, 3.0, 4.0, 5.0]),
            Tensor::new(&[2], vec![f16::from_f32(0.5), f16::MAX]),
            Tensor::new(&[1, 2], vec![bf16::from_f32(0.5), bf16::MIN]),
            Tensor::new(&[3], vec![i64::MIN, 0, i64::MAX]),
            Tensor::new(&[0, 4], Vec::<u8>::new()),
            Tensor::new(&[0, 4], Vec::<f32>::new()),
        ];
        for tensor in tensors {
            tensor.write(&path).unwrap();
            assert_eq!(Tensor::read(&path).unwrap(), tensor);
        }
    }

    #[test]
    fn other_orders_are_read() {
        let mut bytes = header(">i2", "True", "(2, 3)");
        for value in [1i16, 4, 2, 5, 3, 6] {
            bytes.extend_from_slice(&value.to_be_bytes());
        }
        assert_eq!(
            Tensor::parse(&bytes).unwrap(),
            Tensor::new(&[2, 3], vec![1i16, 2, 3, 4, 5, 6])
        );
        // More rows than are written at a time, and a tensor of no axes.
        let shape = [70, 80, 3];
        let number = |[z, y, x]: [usize; 3]| (z * 80 + y) * 3 + x;
        let columns: Vec<usize> = (0..70 * 80 * 3)
            .map(|at| number([at % 70, at / 70 % 80, at / 70 / 80]))
            .collect();
        let expected: Vec<usize> = (0..70 * 80 * 3).collect();
        assert_eq!(row_major(&shape, &columns), expected);
        assert_eq!(row_major(&[], &[7]), [7]);
        assert!(row_major::<u8>(&[0, 3], &[]).is_empty());
        assert!(row_major::<u8>(&[1 << 60, 0], &[]).is_empty());
    }

    #[test]
    fn bad_files_are_refused_with_a_reason() {
        let refuse = |bytes: &[u8], reason: &str| {
            let error = format!("{:#}", Tensor::parse(bytes).unwrap_err());
            assert!(error.contains(reason), "{error}");
        };
        refuse(b"GIF89a", "no NumPy .npy file");
        refuse(
            b"\x93NUMPY\x02\x00\xff\xff\xff\xff",
            "claims 4294967295 bytes",
        );
        refuse(
            &header("<f4", "False", "(1000000, 1000000)"),
            "0 bytes of elements follow",
        );
        refuse(
            &header("<f4", "False", "(4294967296, 4294967296, 4)"),
            "impossible shape",
        );
        let mut complex = header("<c8", "False", "(1,)");
        complex.extend_from_slice(&[0; 8]);
        refuse(&complex, "convert them to");
        let mut words = header("|O", "False", "(1,)");
        words.extend_from_slice(&[0; 8]);
        refuse(&words, "write it again");
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_what_is_written_and_links_stay() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

        let directory = tempfile::tempdir().unwrap();
        let [plain, real, link] =
            ["plain", "real.npy", "link.npy"].map(|name| directory.path().join(name));
        File::create(&plain).unwrap();
        let tensor = Tensor::new(&[1], vec![7u8]);
        tensor.write(&real).unwrap();
        let mode = |path: &Path| path.metadata().unwrap().mode();
        assert_eq!(mode(&real), mode(&plain));
        // Where a file may be read by its owner alone, so may what takes its place.
        fs::set_permissions(&real, fs::Permissions::from_mode(0o600)).unwrap();
        tensor.write(&real).unwrap();
        assert_eq!(mode(&real) & 0o777, 0o600);
        symlink(&real, &link).unwrap();
        let tensor = Tensor::new(&[1], vec![8u8]);
        tensor.write(&link).unwrap();
        assert!(link.is_symlink());
        assert_eq!(Tensor::read(&real).unwrap(), tensor);
        let [empty, new] = ["empty.npy", "new.npy"].map(|name| directory.path().join(name));
        symlink("new.npy", &empty).unwrap();
        tensor.write(&empty).unwrap();
        assert!(empty.is_symlink() && new.is_file());
        tensor.write(Path::new("/dev/null")).unwrap();
        assert!(!Path::new("/dev/null").is_file());
    }

    #[test]
    fn a_file_that_cannot_be_written_is_named() {
        let error = Tensor::new(&[1], vec![1u8])
            .write(Path::new("/no/such/folder/y.npy"))
            .unwrap_err();
        assert!(
            error.to_string().contains("/no/such/folder/y.npy"),
            "{error}"
        );
    }
}
