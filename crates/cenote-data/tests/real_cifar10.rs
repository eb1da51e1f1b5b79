//! Reads the real CIFAR-10 where `CENOTE_CIFAR10_ROOT` names a folder with both unpacked layouts.

use std::env;
use std::path::PathBuf;

use cenote_data::{Cifar10, DataLoader, Dataset, Split};

#[test]
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn both_layouts_of_the_test_split_are_identical() {
    let Some(root) = env::var_os("CENOTE_CIFAR10_ROOT").map(PathBuf::from) else {
        println!(
            "skipped: set CENOTE_CIFAR10_ROOT to a folder with cifar-10-batches-bin and cifar-10-batches-py"
        );
        return;
    };
    let binary = Cifar10::new(root.join("cifar-10-batches-bin"), Split::Test).unwrap();
    let python = Cifar10::new(root.join("cifar-10-batches-py"), Split::Test).unwrap();
    assert_eq!((binary.len(), python.len()), (10_000, 10_000));
    assert_eq!(binary.classes(), python.classes());
    for index in 0..binary.len() {
        assert_eq!(
            binary.get(index).unwrap(),
            python.get(index).unwrap(),
            "image {index}"
        );
    }
    let loader = DataLoader::builder(binary)
        .batch_size(64)
        .num_workers(2)
        .build()
        .unwrap();
    let lengths: Vec<usize> = loader
        .epoch(0)
        .map(|batch| batch.unwrap().labels.len())
        .collect();
    assert_eq!(
        (lengths.len(), lengths.iter().sum::<usize>(), lengths[156]),
        (157, 10_000, 16)
    );
}
