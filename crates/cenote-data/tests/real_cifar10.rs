//! Reads the real CIFAR-10.
//!
//! CENOTE_CIFAR10_ROOT=FOLDER cargo test -p cenote-data --test real_cifar10 -- --ignored

use std::env;
use std::path::PathBuf;

use cenote_data::{Cifar10, DataLoader, Dataset, Split};

#[test]
#[ignore = "needs CENOTE_CIFAR10_ROOT: a folder with cifar-10-batches-bin and cifar-10-batches-py"]
fn both_layouts_of_the_test_split_are_identical() {
    let root = env::var_os("CENOTE_CIFAR10_ROOT").expect("CENOTE_CIFAR10_ROOT names a folder");
    let root = PathBuf::from(root);
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
