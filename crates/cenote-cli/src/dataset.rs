//! The images that `cenote run` pools.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use cenote_data::download::{Archive, Download, Progress};
use cenote_data::transforms::{CenterCrop, Compose, Resize, ToTensor};
use cenote_data::{Cifar10, Cifar100, Dataset, ImageFolder, Sample, Split};
use clap::{Args, ValueEnum};

use crate::interrupt::Interrupt;
use crate::report;

/// A dataset by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Name {
    /// A few hundred small photographs that come with this program
    Sample,
    /// CIFAR-10, from --data-dir
    Cifar10,
    /// CIFAR-100, from --data-dir
    Cifar100,
    /// Pictures in --data-dir, one subfolder a class, as they are stored: EXIF's orientation is not applied, as in torchvision
    Folder,
}

/// Part of a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SplitName {
    /// The images to learn from
    Train,
    /// The images to test with
    Test,
}

fn is_missing(error: &cenote_data::Error) -> bool {
    matches!(error, cenote_data::Error::NotFound { .. })
}

/// Where CIFAR is looked for.
const DATA_DIR: &str = "data";

#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Dataset")]
pub(crate) struct DatasetOptions {
    /// Which images
    #[arg(long, value_name = "NAME", default_value = "sample")]
    pub(crate) dataset: Name,
    /// Folder of the dataset: its published folder or archive, or what holds that
    #[arg(long, value_name = "DIR", default_value = DATA_DIR)]
    pub(crate) data_dir: PathBuf,
    /// Which part of CIFAR [default: test]
    #[arg(long, value_name = "PART")]
    pub(crate) split: Option<SplitName>,
    /// Fetch CIFAR into --data-dir if it is not there
    #[arg(long)]
    pub(crate) download: bool,
    /// Server to fetch from: the archive is at URL/cifar-10-binary.tar.gz [default: the dataset's home page, or the
    /// environment variable CENOTE_DATA_URL]
    #[arg(long, value_name = "URL", requires = "download")]
    pub(crate) data_url: Option<String>,
    /// Resize images so that the smaller side has this many pixels
    #[arg(long, value_name = "PIXELS", allow_negative_numbers = true)]
    pub(crate) resize: Option<NonZeroUsize>,
    /// Cut a square of this many pixels from the middle of each image
    #[arg(long, value_name = "PIXELS", allow_negative_numbers = true)]
    pub(crate) center_crop: Option<NonZeroUsize>,
}

impl DatasetOptions {
    /// Opens the dataset, after fetching it if that was asked for and is needed.
    pub(crate) fn open(&self, interrupt: &Interrupt) -> Result<Box<dyn Dataset>> {
        let split = match self.split {
            Some(SplitName::Train) => Split::Train,
            Some(SplitName::Test) | None => Split::Test,
        };
        let archive = match self.dataset {
            Name::Cifar10 => Some(Archive::CIFAR10_BINARY),
            Name::Cifar100 => Some(Archive::CIFAR100_BINARY),
            Name::Sample | Name::Folder => None,
        };
        match archive {
            None if self.download => {
                bail!("--download fetches CIFAR: add --dataset cifar10 or cifar100")
            }
            None if self.split.is_some() => {
                bail!(
                    "--split chooses a part of CIFAR: leave it out, or add --dataset cifar10 or cifar100"
                )
            }
            _ => {}
        }
        if self.dataset == Name::Sample && self.data_dir != Path::new(DATA_DIR) {
            bail!(
                "--data-dir is the folder of a dataset: leave it out, or add --dataset cifar10, cifar100 or folder"
            )
        }
        match (self.there(split), archive) {
            // What is damaged in a folder is fetched too; a damaged archive that was named is not replaced.
            (Err(error), Some(archive))
                if self.download && (is_missing(&error) || self.data_dir.is_dir()) =>
            {
                self.fetch(archive, interrupt)?;
                Ok(self.there(split)?)
            }
            (Err(error), Some(_)) if is_missing(&error) => {
                bail!("{error} (--data-dir names its folder, and --download fetches it)")
            }
            (outcome, _) => Ok(outcome?),
        }
    }

    /// The dataset, if it is there.
    fn there(&self, split: Split) -> cenote_data::Result<Box<dyn Dataset>> {
        Ok(match self.dataset {
            Name::Sample => Box::new(Sample::new()),
            Name::Cifar10 => Box::new(Cifar10::new(&self.data_dir, split)?),
            Name::Cifar100 => Box::new(Cifar100::new(&self.data_dir, split)?),
            Name::Folder => Box::new(ImageFolder::new(&self.data_dir)?),
        })
    }

    fn fetch(&self, archive: Archive, interrupt: &Interrupt) -> Result<()> {
        let mut download = Download::new(archive);
        if let Some(url) = &self.data_url {
            download = download.base_url(url);
        }
        let url = download.url();
        // None where all is there already.
        let mut bar = None;
        download.run(&self.data_dir, |progress| {
            let mut update = |what, done, total| {
                let bar = bar.get_or_insert_with(|| report::Bytes::new(&url));
                bar.update(what, done, total);
            };
            match progress {
                Progress::Downloading { received, total } => update("downloading", received, total),
                Progress::Unpacking { written } => update("unpacking", written, None),
                _ => {}
            }
            if interrupt.is_asked() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        Ok(())
    }

    /// What makes tensors of the images.
    pub(crate) fn transform(&self) -> ToTensor {
        let mut images = Compose::new();
        if let Some(size) = self.resize {
            images = images.then(Resize::new(size.get()));
        }
        if let Some(size) = self.center_crop {
            images = images.then(CenterCrop::new(size.get()));
        }
        images.to_tensor()
    }

    pub(crate) fn name(&self) -> String {
        self.dataset
            .to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }
}
