use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

/// A record of the binary layout whose pixels follow from its labels.
fn record(labels: &[u8]) -> Vec<u8> {
    let pixels = (0..IMAGE_LEN).map(|i| (i % 251) as u8 ^ labels[labels.len() - 1]);
    labels.iter().copied().chain(pixels).collect()
}

fn batch(labels: &[&[u8]]) -> Vec<u8> {
    labels.iter().flat_map(|labels| record(labels)).collect()
}

fn folder(name: &str, files: &[(&str, &[u8])]) -> (TempDir, PathBuf) {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join(name);
    fs::create_dir(&folder).unwrap();
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).unwrap();
    }
    (root, folder)
}

fn archive(path: &Path, files: &[(&str, &[u8])]) {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    fs::write(path, builder.into_inner().unwrap().finish().unwrap()).unwrap();
}

fn cifar10_error(test_batch: &[u8]) -> String {
    let (root, _) = folder("cifar-10-batches-bin", &[("test_batch.bin", test_batch)]);
    Cifar10::new(root.path(), Split::Test)
        .unwrap_err()
        .to_string()
}

fn labels(dataset: &impl Dataset) -> Vec<i64> {
    (0..dataset.len())
        .map(|index| dataset.get(index).unwrap().label)
        .collect()
}

#[test]
fn a_split_is_read_across_its_files_from_root_and_from_the_folder_itself() {
    let files: Vec<(String, Vec<u8>)> = (1..=5u8)
        .map(|i| (format!("data_batch_{i}.bin"), batch(&[&[i], &[i + 4]])))
        .collect();
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(n, b)| (n.as_str(), b.as_slice()))
        .collect();
    let (root, folder) = folder("cifar-10-batches-bin", &files);
    for place in [root.path(), &folder] {
        let train = Cifar10::new(place, Split::Train).unwrap();
        assert_eq!(labels(&train), [1, 5, 2, 6, 3, 7, 4, 8, 5, 9]);
        assert_eq!(train.get(9).unwrap().image.pixels(), &record(&[9])[1..]);
        assert_eq!(train.classes()[9], "truck");
        assert_eq!(
            train.get(10).unwrap_err().to_string(),
            "example 10 was asked for; this dataset has 10, numbered from 0"
        );
    }
}

#[test]
fn the_split_s_own_files_are_enough_and_what_is_missing_is_named() {
    let bytes = batch(&[&[3]]);
    let (root, _) = folder(
        "cifar-10-batches-bin",
        &[
            ("test_batch.bin", bytes.as_slice()),
            ("data_batch_1.bin", &bytes),
        ],
    );
    assert_eq!(
        labels(&Cifar10::new(root.path(), Split::Test).unwrap()),
        [3]
    );
    let message = Cifar10::new(root.path(), Split::Train)
        .unwrap_err()
        .to_string();
    assert_eq!(
        message,
        format!(
            "no CIFAR-10 train split found in {}; looked for cifar-10-batches-bin (which lacks data_batch_2.bin, \
             data_batch_3.bin, data_batch_4.bin, data_batch_5.bin), cifar-10-batches-py/data_batch_1, \
             cifar-10-batches-py/data_batch_2, cifar-10-batches-py/data_batch_3, cifar-10-batches-py/data_batch_4, \
             cifar-10-batches-py/data_batch_5, cifar-10-binary.tar.gz, cifar-10-python.tar.gz; name the folder that \
             holds one of these, or that folder or archive itself, or download the dataset",
            root.path().display()
        )
    );
    let message = Cifar10::new(root.path().join("nowhere"), Split::Test)
        .unwrap_err()
        .to_string();
    assert!(
        message
            .ends_with("this folder does not exist: name another, or download the dataset into it")
    );
}

#[test]
fn cifar100_has_fine_and_coarse_labels() {
    let bytes = batch(&[&[0, 99], &[19, 0]]);
    let (root, _) = folder("cifar-100-binary", &[("test.bin", &bytes)]);
    let fine = Cifar100::new(root.path(), Split::Test).unwrap();
    assert_eq!(labels(&fine), [99, 0]);
    assert_eq!(
        (fine.classes().len(), fine.classes()[99].as_str()),
        (100, "worm")
    );
    let coarse = fine.coarse();
    assert_eq!(labels(&coarse), [0, 19]);
    assert_eq!(
        (coarse.classes().len(), coarse.classes()[19].as_str()),
        (20, "vehicles_2")
    );
    assert_eq!(
        coarse.get(1).unwrap().image.pixels(),
        &record(&[19, 0])[2..]
    );
}

#[test]
fn a_file_of_the_wrong_length_is_refused() {
    let whole = batch(&[&[1], &[2]]);
    let message = cifar10_error(&whole[..whole.len() - 1]);
    assert!(
        message.ends_with(
            "test_batch.bin: 6145 bytes are no whole number of 3073-byte records (1 label and 3072 pixel bytes): the \
             file is truncated or no CIFAR-10 batch (10000 images are 30730000 bytes); get it again"
        ),
        "{message}"
    );
    assert!(cifar10_error(&[]).contains("0 bytes are no whole number"));
    assert!(cifar10_error(&[&whole[..], &[0]].concat()).contains("6147 bytes"));
}

#[test]
fn a_label_beyond_the_classes_is_refused() {
    let message = cifar10_error(&batch(&[&[9], &[10]]));
    assert!(
        message.ends_with(
            "record 1 has the label 10; CIFAR-10 has the labels 0 to 9: the file is damaged or of another dataset"
        ),
        "{message}"
    );
    let cifar100_error = |labels: &[u8]| {
        let (root, _) = folder("cifar-100-binary", &[("test.bin", &record(labels))]);
        Cifar100::new(root.path(), Split::Test)
            .unwrap_err()
            .to_string()
    };
    assert!(
        cifar100_error(&[20, 0]).contains("the coarse label 20; CIFAR-100 has the labels 0 to 19")
    );
    assert!(
        cifar100_error(&[0, 100]).contains("the fine label 100; CIFAR-100 has the labels 0 to 99")
    );
}

#[test]
fn class_names_come_from_the_folder_where_it_has_them() {
    let bytes = batch(&[&[0]]);
    let names = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n";
    let (root, folder) = folder(
        "cifar-10-batches-bin",
        &[
            ("test_batch.bin", &bytes),
            ("batches.meta.txt", names.as_bytes()),
        ],
    );
    assert_eq!(
        Cifar10::new(root.path(), Split::Test).unwrap().classes()[9],
        "j"
    );
    fs::write(folder.join("batches.meta.txt"), "only\ntwo\n").unwrap();
    let message = Cifar10::new(root.path(), Split::Test)
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("2 names of classes; there are 10"),
        "{message}"
    );
}

#[test]
fn an_archive_is_read_without_unpacking_it() {
    let root = tempfile::tempdir().unwrap();
    let bytes = batch(&[&[7]]);
    let path = root.path().join("cifar-10-binary.tar.gz");
    archive(
        &path,
        &[
            ("cifar-10-batches-bin/readme.html", b"hello"),
            ("./cifar-10-batches-bin/test_batch.bin", &bytes),
        ],
    );
    for place in [root.path(), &path] {
        let test = Cifar10::new(place, Split::Test).unwrap();
        assert_eq!(
            (labels(&test), test.classes()[7].as_str()),
            (vec![7], "horse")
        );
    }
    let message = Cifar10::new(&path, Split::Train).unwrap_err().to_string();
    assert!(
        message.ends_with("the archive ends without them: get the published one"),
        "{message}"
    );

    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let message = Cifar10::new(&path, Split::Test).unwrap_err().to_string();
    assert!(
        message.starts_with("cannot read the gzipped tar archive"),
        "{message}"
    );
    fs::write(&path, b"this is no gzip file").unwrap();
    let message = Cifar10::new(&path, Split::Test).unwrap_err().to_string();
    assert!(message.contains("invalid gzip header"), "{message}");
}

#[test]
fn a_damaged_archive_is_refused_even_where_it_can_be_unpacked() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("cifar-10-binary.tar.gz");
    let bytes = batch(&[&[7], &[8]]);
    archive(
        &path,
        &[("cifar-10-batches-bin/test_batch.bin", bytes.as_slice())],
    );
    let mut tar = Vec::new();
    let file = fs::File::open(&path).unwrap();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(file), &mut tar).unwrap();
    let message = |archive: &[u8]| {
        fs::write(&path, archive).unwrap();
        let read = Cifar10::new(&path, Split::Test).map(|read| read.len());
        read.map_err(|error| error.to_string())
    };
    // Stored without compression, so that a bit of a pixel can change and nothing but the checksum tells.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(&tar).unwrap();
    let whole = encoder.finish().unwrap();
    assert_eq!(message(&whole), Ok(2));
    let mut flipped = whole.clone();
    flipped[2000] ^= 4;
    let refused = message(&flipped).unwrap_err();
    assert!(
        refused.starts_with("cannot read the gzipped tar archive"),
        "{refused}"
    );
    assert!(message(&whole[..whole.len() - 8]).is_err());
    // gzip may put several members into one file, as parallel compressors do.
    let members = [gzip(&tar[..1000]), gzip(&tar[1000..])].concat();
    assert_eq!(message(&members), Ok(2));
    // What follows and is no member is padding.
    for padding in [&[0; 700][..], b"padding"] {
        assert_eq!(message(&[&members, padding].concat()), Ok(2));
    }
    // The file in the archive is cut after its first image, and gzip knows nothing of it.
    let refused = message(&gzip(&tar[..512 + 3073])).unwrap_err();
    assert!(
        refused.contains("3073 of 6146 bytes are there"),
        "{refused}"
    );
}

#[test]
fn a_folder_is_preferred_to_an_archive() {
    let (root, _) = folder("cifar-10-batches-bin", &[("test_batch.bin", &record(&[1]))]);
    archive(
        &root.path().join("cifar-10-binary.tar.gz"),
        &[("cifar-10-batches-bin/test_batch.bin", &record(&[2]))],
    );
    assert_eq!(
        labels(&Cifar10::new(root.path(), Split::Test).unwrap()),
        [1]
    );
}

/// A gzipped tar of the given bytes, which need not be a tar.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

proptest! {
    #[test]
    fn no_batch_file_panics(bytes in proptest::collection::vec(any::<u8>(), 0..4000), repeat in 0usize..3) {
        let bytes = [bytes, batch(&vec![&[1][..]; repeat])].concat();
        let (root, _) = folder("cifar-10-batches-bin", &[("test_batch.bin", &bytes)]);
        let _ = Cifar10::new(root.path(), Split::Test);
    }

    #[test]
    fn no_archive_panics(at in 0usize..1024, byte in any::<u8>(), cut in 0usize..5000) {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("cifar-10-binary.tar.gz");
        archive(&path, &[("cifar-10-batches-bin/test_batch.bin", &record(&[2]))]);
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(
            &mut flate2::read::GzDecoder::new(fs::File::open(&path).unwrap()),
            &mut bytes,
        ).unwrap();
        bytes[at] = byte;
        bytes.truncate(cut.max(at));
        fs::write(&path, gzip(&bytes)).unwrap();
        if let Ok(read) = Cifar10::new(&path, Split::Test) {
            prop_assert_eq!(read.len(), 1);
        }
    }
}
