//! `cenote run`: the main job, from a dataset to summaries of what a layer does to its images.

mod options;

use std::num::NonZeroUsize;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use cenote_board::Running;
use cenote_data::{Batch, DataLoader};
use cenote_events::SummaryWriter;
use ndarray::Array4;

use self::options::LayerOptions;
use crate::board::Address;
use crate::dataset::DatasetOptions;
use crate::interrupt::{self, Interrupt};
use crate::layer::Shown;
use crate::memory::zeros;
use crate::report;

const EXAMPLES: &str = "Examples:
  cenote run
  cenote run --dataset cifar10 --download
  cenote run --layer avg_pool2d --kernel-size 2 --logdir logs/avg
  cenote run --board --open
  cenote run --dataset folder --data-dir photos --resize 256 --center-crop 224

What it writes is read by `cenote board --logdir LOGDIR`, and by TensorBoard.";

#[derive(clap::Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    dataset: DatasetOptions,
    /// Images in a batch
    #[arg(
        long,
        value_name = "N",
        default_value = "64",
        allow_negative_numbers = true
    )]
    batch_size: NonZeroUsize,
    /// Stop after this many images
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    limit: Option<NonZeroUsize>,
    /// Threads that load batches ahead
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        allow_negative_numbers = true
    )]
    num_workers: usize,
    #[command(flatten)]
    layer: LayerOptions,
    /// Where the log goes
    #[arg(long, value_name = "DIR", default_value = "logs", help_heading = "Log")]
    logdir: PathBuf,
    /// Name of this run: a folder in the log directory [default: the log directory itself]
    #[arg(long, value_name = "NAME", help_heading = "Log")]
    run: Option<String>,
    /// Print the figures as JSON
    #[arg(long, help_heading = "Log")]
    json: bool,
    #[command(flatten)]
    board: BoardOptions,
}

impl Args {
    /// Where the log of this run goes.
    fn log_dir(&self) -> Result<PathBuf> {
        let Some(run) = &self.run else {
            return Ok(self.logdir.clone());
        };
        let is_inside = |part| matches!(part, Component::Normal(_) | Component::CurDir);
        if run.is_empty() || !Path::new(run).components().all(is_inside) {
            bail!(
                "--run is '{run}', and it names a folder in the log directory: leave out .. and a leading /"
            );
        }
        Ok(self.logdir.join(run))
    }
}

/// Whether the log is shown while it is written.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Board")]
struct BoardOptions {
    /// Show the log in the browser while it is written, until Ctrl-C
    #[arg(long)]
    board: bool,
    #[command(flatten)]
    address: Address,
}

impl BoardOptions {
    /// A board over the log directory, if one is wanted.
    fn bind(&self, logdir: &Path) -> Result<Option<Running>> {
        if self.board {
            self.address.bind(logdir).map(Some)
        } else if self.address.is_default() {
            Ok(None)
        } else {
            bail!(
                "--host, --port, --allow-host and --open are those of the board: give --board too"
            )
        }
    }
}

/// What a run has done so far.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) images: usize,
    pub(crate) batches: usize,
    /// Shape of the first batch, before and after.
    pub(crate) shapes: Option<(Vec<usize>, Vec<usize>)>,
    pub(crate) values: (usize, usize),
    pub(crate) load: Duration,
    pub(crate) pool: Duration,
    pub(crate) write: Duration,
    pub(crate) total: Duration,
}

/// What a run was, for its report.
pub(crate) struct Summary {
    pub(crate) dataset: String,
    pub(crate) layer: &'static str,
    pub(crate) log_dir: PathBuf,
    /// Where the board is, if there is one.
    pub(crate) board: Option<String>,
    /// Event files that the directory held before.
    pub(crate) earlier_files: usize,
    pub(crate) interrupted: bool,
    pub(crate) figures: Figures,
}

pub(crate) fn run(args: Args) -> Result<ExitCode> {
    let interrupt = Interrupt::install()?;
    let Some(board) = args.board.bind(&args.logdir)? else {
        return job(&args, &interrupt, None);
    };
    let url = board.url();
    report::showing(&url);
    args.board.address.open(&url);
    std::thread::scope(|scope| {
        let done = Interrupt::default();
        let waiting = done.clone();
        let serving = scope.spawn(move || board.serve(|| waiting.wait()));
        let ending = done.at_end();
        let outcome = job(&args, &interrupt, Some(url));
        if outcome.is_ok() {
            interrupt.wait();
        }
        drop(ending);
        match serving.join() {
            Ok(served) => served?,
            Err(_) => bail!("the board broke off"),
        }
        outcome
    })
}

/// Runs the pipeline once, and reports.
fn job(args: &Args, interrupt: &Interrupt, board: Option<String>) -> Result<ExitCode> {
    let start = Instant::now();
    let pooling = args.layer.pooling()?;
    let log_dir = args.log_dir()?;
    let dataset = match args.dataset.open(interrupt) {
        Err(error) if interrupt.is_asked() => {
            report::error(&error);
            return Ok(ExitCode::from(interrupt::EXIT_CODE));
        }
        outcome => outcome?,
    };
    let loader = DataLoader::builder(dataset)
        .batch_size(args.batch_size.get())
        .num_workers(args.num_workers)
        .transform(args.dataset.transform())
        .build()?;
    std::fs::create_dir_all(&log_dir)
        .with_context(|| format!("cannot create {}", log_dir.display()))
        .context("choose another place with --logdir")?;
    let earlier_files = report::event_files(&log_dir);
    // Loading, pooling and encoding keep all cores busy side by side. Sharing one small batch among them as well
    // would make pooling wait for the encoders: measured, two to ten times as long on a busy machine.
    let _alone = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread()
        .build()?;
    let mut job = Job {
        layer: pooling.layer(2)?,
        source: format!("{}, {} images a step", args.dataset.name(), args.batch_size),
        log_dir: &log_dir,
        log: None,
        figures: Figures {
            load: start.elapsed(),
            ..Figures::default()
        },
    };
    let interrupted = job.run(&loader, args.limit.map(NonZeroUsize::get), interrupt)?;
    let figures = Figures {
        total: start.elapsed(),
        ..job.figures
    };
    let summary = Summary {
        dataset: args.dataset.name(),
        layer: args.layer.layer.name,
        log_dir,
        board,
        earlier_files,
        interrupted,
        figures,
    };
    report::ran(&summary, args.json)?;
    Ok(if interrupted {
        ExitCode::from(interrupt::EXIT_CODE)
    } else {
        ExitCode::SUCCESS
    })
}

/// The log of a run. Both of its tags say what they are.
struct Log {
    writer: SummaryWriter,
    input: SummaryWriter,
    output: SummaryWriter,
}

impl Log {
    fn new(log_dir: &Path, source: &str, layer: &dyn Shown) -> Result<Self> {
        let writer = SummaryWriter::new(log_dir).context("choose another place with --logdir")?;
        Ok(Self {
            input: writer.with_description(source),
            output: writer.with_description(&format!("`{layer}`")),
            writer,
        })
    }
}

/// The pipeline at work.
struct Job<'a> {
    layer: Box<dyn Shown>,
    /// Where the images come from, for people.
    source: String,
    log_dir: &'a Path,
    /// Made when the first batch is pooled: a layer that cannot pool it leaves no log.
    log: Option<Log>,
    figures: Figures,
}

impl Job<'_> {
    /// Pools batch after batch; says whether it was interrupted.
    fn run(
        &mut self,
        loader: &DataLoader,
        limit: Option<usize>,
        interrupt: &Interrupt,
    ) -> Result<bool> {
        let images = loader.dataset().len().min(limit.unwrap_or(usize::MAX));
        let bar = report::images(images);
        let mut batches = loader.epoch(0);
        let mut interrupted = false;
        while self.figures.images < images {
            if interrupt.is_asked() {
                interrupted = true;
                break;
            }
            let began = Instant::now();
            let Some(batch) = batches.next().transpose().map_err(with_advice)? else {
                break;
            };
            self.figures.load += began.elapsed();
            let batch = first_images(batch, images - self.figures.images);
            self.pool(&batch)?;
            bar.inc(batch.labels.len() as u64);
        }
        bar.finish_and_clear();
        let began = Instant::now();
        if let Some(log) = &self.log {
            log.writer.close()?;
        }
        self.figures.write += began.elapsed();
        Ok(interrupted)
    }

    /// Pools one batch, and logs it before and after.
    fn pool(&mut self, batch: &Batch) -> Result<()> {
        let began = Instant::now();
        let plan = self.layer.plan(batch.images.shape())?;
        if plan.output_len() == 0 {
            let shape = batch.images.shape();
            bail!(
                "{} makes images without a pixel of those of shape {shape:?}: ask for a larger output",
                self.layer
            );
        }
        let mut output = zeros(plan.output_len())?;
        let input = batch
            .images
            .as_slice()
            .context("a batch is one piece of memory")?;
        plan.forward_into(input, &mut output)?;
        let shape: [usize; 4] = plan.output_shape().try_into()?;
        let output = Array4::from_shape_vec(shape, output)?;
        self.figures.pool += began.elapsed();

        let began = Instant::now();
        let step = i64::try_from(batch.step)?;
        let log = match &mut self.log {
            Some(log) => log,
            none => none.insert(Log::new(self.log_dir, &self.source, &*self.layer)?),
        };
        log.input.add_images("input", &batch.images, step)?;
        log.output.add_images("output", &output, step)?;
        self.figures.write += began.elapsed();

        self.figures.images += batch.labels.len();
        self.figures.batches += 1;
        self.figures.values.0 += batch.images.len();
        self.figures.values.1 += output.len();
        self.figures
            .shapes
            .get_or_insert_with(|| (batch.images.shape().to_vec(), shape.to_vec()));
        Ok(())
    }
}

/// What went wrong, and what to do about it here.
fn with_advice(error: cenote_data::Error) -> anyhow::Error {
    let is_mixed = matches!(error, cenote_data::Error::MixedSizes { .. });
    let error = anyhow::Error::new(error);
    if is_mixed {
        error.context("make all images of one size with --resize PIXELS --center-crop PIXELS")
    } else {
        error
    }
}

/// The batch, or as many of its images as are wanted.
fn first_images(mut batch: Batch, wanted: usize) -> Batch {
    if batch.labels.len() > wanted {
        batch.labels.truncate(wanted);
        batch.images = batch
            .images
            .slice_axis(ndarray::Axis(0), (0..wanted).into())
            .to_owned();
    }
    batch
}
