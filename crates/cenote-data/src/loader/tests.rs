use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::channel;

use proptest::prelude::*;

use super::*;
use crate::transforms::{Compose, RandomCrop};
use crate::{Example, Image, ImageLayout, ImageShape, Sample};

/// What happens where a test dataset is asked for certain examples.
#[derive(Clone, Copy)]
enum Trap {
    None,
    Error(usize),
    Panic(usize),
    Wider(usize),
}

/// One-pixel images whose value and label are their index.
struct Numbers {
    len: usize,
    trap: Trap,
    asked: Arc<AtomicUsize>,
}

impl Numbers {
    fn new(len: usize, trap: Trap) -> Self {
        Self {
            len,
            trap,
            asked: Arc::default(),
        }
    }
}

impl Dataset for Numbers {
    fn len(&self) -> usize {
        self.len
    }

    fn get(&self, index: usize) -> Result<Example<'_>> {
        self.check_index(index)?;
        self.asked.fetch_add(1, Ordering::Relaxed);
        let mut width = 1;
        match self.trap {
            Trap::Error(at) if at == index => return Err(Error::Cancelled),
            Trap::Panic(at) if at == index => panic!("example {index} is cursed"),
            Trap::Wider(at) if at == index => width = 2,
            _ => {}
        }
        let image = Image::new(
            ImageShape::new(1, 1, width),
            ImageLayout::Chw,
            vec![index as u8; width],
        )?;
        Ok(Example {
            image,
            label: index as i64,
        })
    }

    fn classes(&self) -> &[String] {
        &[]
    }
}

fn labels(batches: Batches) -> Vec<Vec<i64>> {
    batches.map(|batch| batch.unwrap().labels).collect()
}

#[test]
fn batches_come_in_order_and_the_last_one_is_short() {
    for workers in 0..4 {
        let builder = || {
            DataLoader::builder(Numbers::new(7, Trap::None))
                .batch_size(3)
                .num_workers(workers)
        };
        let loader = builder().build().unwrap();
        assert_eq!(loader.len(), 3);
        assert_eq!(
            labels(loader.epoch(0)),
            [vec![0, 1, 2], vec![3, 4, 5], vec![6]]
        );
        let dropping = builder().drop_last(true).build().unwrap();
        assert_eq!(dropping.len(), 2);
        assert_eq!(labels(dropping.epoch(0)), [[0, 1, 2], [3, 4, 5]]);
        let steps: Vec<usize> = loader.epoch(0).map(|batch| batch.unwrap().step).collect();
        assert_eq!(steps, [0, 1, 2]);
    }
}

#[test]
fn an_empty_dataset_has_no_batch() {
    for workers in [0, 2] {
        let loader = DataLoader::builder(Numbers::new(0, Trap::None))
            .num_workers(workers)
            .build()
            .unwrap();
        assert!(loader.is_empty());
        assert_eq!((&loader).into_iter().count(), 0);
    }
}

#[test]
fn a_batch_larger_than_the_dataset_is_all_of_it() {
    let loader = DataLoader::builder(Numbers::new(3, Trap::None))
        .batch_size(usize::MAX)
        .build()
        .unwrap();
    assert_eq!(labels(loader.epoch(0)), [[0, 1, 2]]);
}

#[test]
fn what_does_not_fit_in_memory_is_an_error() {
    for len in [1 << 48, usize::MAX] {
        let builder = || DataLoader::builder(Numbers::new(len, Trap::None));
        let loader = builder().batch_size(len).build().unwrap();
        let message = loader.epoch(0).next().unwrap().unwrap_err().to_string();
        let expected = format!(
            "the number of images in a batch is {len}; a batch of these images has to fit in memory: choose a smaller \
             batch_size"
        );
        assert_eq!(message, expected);
        let loader = builder().shuffle(true).build().unwrap();
        let message = loader.epoch(0).next().unwrap().unwrap_err().to_string();
        let expected = format!(
            "the number of examples is {len}; the random order of a shuffled dataset has to fit in memory: set \
             shuffle(false)"
        );
        assert_eq!(message, expected);
    }
}

#[test]
fn loaders_show_what_they_are() {
    let bad = DataLoader::builder(Sample::new()).num_workers(1025).build();
    assert!(bad.unwrap_err().to_string().starts_with("num_workers"));
    let builder = DataLoader::builder(Sample::new()).batch_size(64).seed(7);
    let shown = format!("{builder:?}");
    assert!(shown.starts_with("DataLoaderBuilder"), "{shown}");
    let loader = builder.build().unwrap();
    let shown = format!("{loader:?}");
    assert!(shown.contains("images: 300"), "{shown}");
    assert!(shown.contains("batch_size: 64"), "{shown}");
    let shown = format!("{:?}", loader.epoch(0));
    assert_eq!(shown, "Batches { next: 0, len: 5, workers: 0, .. }");
}

#[test]
fn the_defaults_are_torch_s() {
    let loader = DataLoader::builder(Numbers::new(3, Trap::None))
        .build()
        .unwrap();
    assert_eq!(labels(loader.epoch(0)), [[0], [1], [2]]);
}

#[test]
fn each_loop_is_another_epoch() {
    let loader = DataLoader::builder(Numbers::new(50, Trap::None))
        .batch_size(50)
        .shuffle(true)
        .seed(3)
        .build()
        .unwrap();
    let first = labels((&loader).into_iter());
    let second = labels((&loader).into_iter());
    assert_ne!(first, second);
    assert_eq!(first, labels(loader.epoch(0)));
    assert_eq!(second, labels(loader.epoch(1)));
}

#[test]
fn bad_options_are_refused() {
    let message = |change: fn(DataLoaderBuilder) -> DataLoaderBuilder| {
        let built = change(DataLoader::builder(Sample::new())).build();
        built.unwrap_err().to_string()
    };
    assert_eq!(
        message(|b| b.batch_size(0)),
        "batch_size is 0; a batch has at least 1 image; torch's default is 1"
    );
    assert_eq!(
        message(|b| b.prefetch_factor(0)),
        "prefetch_factor is 0; each worker makes 1 to 1024 batches ahead; torch's default is 2"
    );
    assert!(message(|b| b.prefetch_factor(usize::MAX)).contains("1 to 1024 batches ahead"));
    assert!(message(|b| b.num_workers(1025)).starts_with("num_workers is 1025; 0 to 1024 threads"));
}

#[test]
fn an_error_takes_the_place_of_its_batch() {
    for workers in [0, 1, 3] {
        let loader = DataLoader::builder(Numbers::new(8, Trap::Error(3)))
            .batch_size(2)
            .num_workers(workers)
            .build()
            .unwrap();
        let outcome: Vec<_> = loader
            .epoch(0)
            .map(|batch| batch.map(|batch| batch.labels).ok())
            .collect();
        assert_eq!(
            outcome,
            [Some(vec![0, 1]), None, Some(vec![4, 5]), Some(vec![6, 7])]
        );
    }
}

#[test]
fn images_of_different_sizes_name_the_remedy() {
    let loader = DataLoader::builder(Numbers::new(4, Trap::Wider(3)))
        .batch_size(2)
        .build()
        .unwrap();
    let error = loader.epoch(0).nth(1).unwrap().unwrap_err();
    assert_eq!(
        error.to_string(),
        "batch 1 mixes images of 1x1x1 and 1x1x2 (channels x height x width): bring them to one size with \
         Resize([height, width]) or Resize and CenterCrop, or use batch_size 1"
    );
}

#[test]
fn a_panic_takes_the_place_of_its_batch_with_any_number_of_workers() {
    for workers in [0, 1, 3] {
        let loader = DataLoader::builder(Numbers::new(9, Trap::Panic(4)))
            .batch_size(1)
            .num_workers(workers)
            .build()
            .unwrap();
        let mut batches = loader.epoch(0);
        assert_eq!(batches.by_ref().take(4).filter(Result::is_ok).count(), 4);
        assert_eq!(
            batches.next().unwrap().unwrap_err().to_string(),
            "a panic while batch 4 was loaded: example 4 is cursed; this is a bug in the dataset or a transform"
        );
        assert_eq!(batches.len(), 4);
        assert_eq!(labels(batches), [[5], [6], [7], [8]]);
    }
}

/// Says when it is asked for an example, and waits for leave to give it.
struct Slow {
    asked: Mutex<std::sync::mpsc::Sender<usize>>,
    leave: Mutex<std::sync::mpsc::Receiver<()>>,
}

impl Dataset for Slow {
    fn len(&self) -> usize {
        1_000_000
    }

    fn get(&self, index: usize) -> Result<Example<'_>> {
        self.asked.lock().unwrap().send(index).unwrap();
        self.leave.lock().unwrap().recv().unwrap();
        let image = Image::new(ImageShape::new(1, 1, 1), ImageLayout::Chw, vec![0])?;
        Ok(Example { image, label: 0 })
    }

    fn classes(&self) -> &[String] {
        &[]
    }
}

#[test]
fn dropping_the_iterator_stops_the_workers_in_the_middle_of_a_batch() {
    let (asked, asked_in) = channel();
    let (leave_out, leave) = channel();
    let dataset = Slow {
        asked: Mutex::new(asked),
        leave: Mutex::new(leave),
    };
    let loader = DataLoader::builder(dataset)
        .batch_size(1_000_000)
        .num_workers(1)
        .build()
        .unwrap();
    let batches = loader.epoch(0);
    assert_eq!(asked_in.recv().unwrap(), 0);
    let stop = Arc::clone(batches.stop_flag());
    let dropping = std::thread::spawn(move || drop(batches));
    while !stop.load(Ordering::Relaxed) {
        std::thread::yield_now();
    }
    leave_out.send(()).unwrap();
    dropping.join().unwrap();
    assert!(
        asked_in.try_recv().is_err(),
        "no other example of the batch was asked for"
    );
}

#[test]
fn workers_go_no_further_ahead_than_prefetch_factor_says() {
    let dataset = Numbers::new(100, Trap::None);
    let asked = Arc::clone(&dataset.asked);
    let loader = DataLoader::builder(dataset)
        .num_workers(2)
        .prefetch_factor(3)
        .build()
        .unwrap();
    let mut batches = loader.epoch(0);
    batches.next().unwrap().unwrap();
    // One batch was taken, and each worker may be ahead by three: more would be asked for only by mistake.
    for _ in 0..1000 {
        std::thread::yield_now();
        assert!(asked.load(Ordering::Relaxed) <= 1 + 2 * 3);
    }
}

proptest! {
    #[test]
    fn the_number_of_workers_changes_nothing(
        len in 0usize..70,
        batch_size in 1usize..20,
        options in (any::<bool>(), any::<bool>(), any::<u64>(), 0u64..3),
        workers in 1usize..5,
        prefetch in 1usize..4,
    ) {
        let (shuffle, drop_last, seed, epoch) = options;
        let load = |workers| {
            // A crop of a padded pixel is that pixel or black, by chance.
            let transform = Compose::new().then(RandomCrop::new(1).padding([0, 0, 1, 0])).to_tensor();
            let loader = DataLoader::builder(Numbers::new(len, Trap::None))
                .batch_size(batch_size)
                .shuffle(shuffle)
                .seed(seed)
                .drop_last(drop_last)
                .transform(transform)
                .num_workers(workers)
                .prefetch_factor(prefetch)
                .build()
                .unwrap();
            loader.epoch(epoch).collect::<Result<Vec<_>>>().unwrap()
        };
        let alone = load(0);
        prop_assert_eq!(&alone, &load(workers));
        let mut seen: Vec<i64> = alone.iter().flat_map(|batch| batch.labels.clone()).collect();
        let expected = if drop_last { len / batch_size * batch_size } else { len };
        prop_assert_eq!(seen.len(), expected);
        seen.sort_unstable();
        seen.dedup();
        prop_assert_eq!(seen.len(), expected);
        if !shuffle {
            prop_assert!(seen.into_iter().eq(0..expected as i64));
        }
    }
}
