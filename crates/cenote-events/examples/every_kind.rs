//! Writes a log directory with every kind of summary: something to look at, and what `tests/conformance` reads back.
//!
//! usage: every_kind LOGDIR
//!
//! All inputs are small formulas, so that the same log can be written from Python.
use cenote_events::message::HistogramProto;
use cenote_events::message::graph::{Attr, GraphDef, NodeDef};
use cenote_events::message::plugin::{Category, Layout, MarginSeries};
use cenote_events::{
    Bins, Boxes, DataFormat, Embedding, Hparams, ImageTensor, Mesh, SummaryWriter,
};
use ndarray::{Array1, Array2, Array3, Array4, Array5, array};

/// How many steps the series have.
const STEPS: i64 = 12;

/// A multiple of 1/256 in 0..=1 that looks like a pattern.
fn pattern(n: usize, c: usize, y: usize, x: usize) -> f32 {
    ((n * 31 + c * 57 + y * 7 + x * 3) % 257) as f32 / 256.0
}

/// A multiple of 1/1024 between −2 and 2, spread unevenly.
fn spread(i: usize) -> f64 {
    let a = ((i * 7919) % 1021) as f64 - 510.0;
    a * a.abs() / 262_144.0 * 2.0
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let logdir = std::env::args().nth(1).ok_or("usage: every_kind LOGDIR")?;
    let writer = SummaryWriter::new(format!("{logdir}/run1"))?;
    for step in 0..STEPS {
        series(&writer, step)?;
    }
    images(&writer)?;
    numbers(&writer)?;
    media(&writer)?;
    models(&writer)?;
    writer.close()?;
    restart(&logdir)
}

/// Kinds that change from step to step.
fn series(writer: &SummaryWriter, step: i64) -> cenote_events::Result<()> {
    let i = usize::try_from(step).unwrap_or_default();
    writer.add_scalar("loss/train", 1.0 / (step + 1) as f64, step)?;
    writer.add_scalar("loss/test", 1.5 / (step + 1) as f64, step)?;
    writer.add_scalar("loss/low", 1.25 / (step + 1) as f64, step)?;
    writer.add_scalar("loss/high", 2.0 / (step + 1) as f64, step)?;
    writer.add_scalars(
        "waves",
        [
            ("sin", (step as f64 / 4.0).sin()),
            ("cos", (step as f64 / 4.0).cos()),
        ],
        step,
    )?;
    writer.add_image(
        "moving",
        &Array3::from_shape_fn((3, 20, 30), |(c, y, x)| pattern(i, c, y, x)),
        step,
    )?;
    writer.add_histogram(
        "weights",
        (0..500).map(|k| spread(k + 500 * i) + step as f64 / 8.0),
        step,
    )?;
    let ramp = Array1::from_shape_fn(64, |k| spread(k * (i + 1)));
    writer.add_histogram_with_bins("ramp", &ramp, &Bins::uniform(10), step)?;
    writer.add_text("note", &format!("# Step {step}\n\n* one\n* two"), step)?;
    let labels: Vec<bool> = (0..200).map(|k| (k * 7 + i) % 3 == 0).collect();
    let predictions: Vec<f32> = (0..200)
        .map(|k| ((k * 37 + i) % 129) as f32 / 128.0)
        .collect();
    writer.add_pr_curve("pr", &labels, &predictions, step)
}

/// A batch of patterns.
fn batch(shape: [usize; 4]) -> Array4<f32> {
    Array4::from_shape_fn(shape, |(n, c, y, x)| pattern(n, c, y, x))
}

/// One pattern.
fn image(shape: [usize; 3]) -> Array3<f32> {
    Array3::from_shape_fn(shape, |(c, y, x)| pattern(0, c, y, x))
}

/// Images of every format and type.
fn images(writer: &SummaryWriter) -> cenote_events::Result<()> {
    let grid = batch([10, 3, 8, 12]);
    writer.add_images("grid", &grid, 0)?;
    let last = grid.view().permuted_axes([0, 2, 3, 1]);
    writer.add_images(
        "grid_nhwc",
        ImageTensor::from(last).format(DataFormat::Nhwc),
        0,
    )?;
    writer.add_images("grid_f64", &grid.mapv(f64::from), 0)?;
    writer.add_images("grid_u8", &grid.mapv(|value| (value * 255.0) as u8), 0)?;
    writer.add_images("grid_grey", &batch([3, 1, 8, 12]), 0)?;
    writer.add_images("grid_rgba", &batch([3, 4, 8, 12]), 0)?;
    writer.add_image("clipped", &(image([3, 8, 12]) * 3.0 - 1.0), 0)?;
    writer.add_image("grey", &image([1, 8, 12]), 0)?;
    writer.add_image("grey_alpha", &image([2, 8, 12]), 0)?;
    writer.add_image("rgba", &image([4, 8, 12]), 0)?;
    let plane = Array2::from_shape_fn((8, 12), |(y, x)| pattern(0, 0, y, x));
    writer.add_image("hw", ImageTensor::from(&plane).format(DataFormat::Hw), 0)?;
    let interleaved = Array3::from_shape_fn((8, 12, 3), |(y, x, c)| pattern(0, c, y, x));
    writer.add_image(
        "hwc",
        ImageTensor::from(&interleaved).format(DataFormat::Hwc),
        0,
    )?;
    let large = image([3, 40, 60]) / 4.0;
    let corners = [
        [3.0, 5.0, 20.0, 30.0],
        [25.5, 10.25, 70.0, 39.0],
        [40.0, 20.0, 30.0, 8.0],
    ];
    writer.add_image_with_boxes("boxes", &large, &Boxes::new(corners), 0)?;
    let labelled = Boxes::new(corners).labels(["cat", "dog", "é"]);
    writer.add_image_with_boxes("labels", &large, &labelled, 0)
}

/// Numbers in every form.
fn numbers(writer: &SummaryWriter) -> cenote_events::Result<()> {
    writer.add_scalar_new_style("new_style", 1.5, 0)?;
    writer.add_scalar_double("double", 0.1, 0)?;
    writer.add_scalar("nan", f64::NAN, 0)?;
    let values = || (0..1000).map(spread);
    let edges: Vec<f64> = (-4..=4).map(f64::from).collect();
    writer.add_histogram_with_bins("edges", values(), &Bins::edges(edges), 0)?;
    writer.add_histogram_with_bins("merged", values(), &Bins::tensorflow().max_bins(100), 0)?;
    let (bucket_limit, bucket) = (vec![0.0, 1.0, 2.0], vec![0.0, 3.0, 2.0]);
    let (min, max, num, sum, sum_squares) = (0.0, 2.0, 5.0, 6.0, 8.0);
    let counted = HistogramProto {
        min,
        max,
        num,
        sum,
        sum_squares,
        bucket_limit,
        bucket,
    };
    writer.add_histogram_raw("counted", counted, 0)
}

/// Sound, video, meshes and tensors.
fn media(writer: &SummaryWriter) -> cenote_events::Result<()> {
    let tone: Vec<f32> = (0..4000usize)
        .map(|k| ((k * 40) % 257) as f32 / 100.0 - 1.28)
        .collect();
    writer.add_audio("tone", &tone, 8000, 0)?;
    let video = Array5::from_shape_fn((3, 6, 3, 16, 24), |(n, t, c, y, x)| pattern(n + t, c, y, x));
    writer.add_video("video", &video, 4, 0)?;
    let corner = |(_, i, j): (usize, usize, usize)| if i == j + 1 { 1.0f32 } else { 0.0 };
    let vertices = Array3::from_shape_fn((1, 4, 3), corner);
    let colors = array![[[255u8, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]]];
    let faces = array![[[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]]];
    let tetrahedron = Mesh::new(&vertices).colors(&colors).faces(&faces);
    writer.add_mesh("tetrahedron", &tetrahedron, 0)?;
    let losses = Category::new("Losses")
        .multiline("train and test", ["loss/train", "loss/test"])
        .margin(
            "with spread",
            MarginSeries::new("loss/test", "loss/low", "loss/high"),
        );
    writer.add_custom_scalars(&Layout::new().category(losses))?;
    writer.add_tensor("tensor", &array![[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]], 0)
}

/// Hyperparameters, an embedding and a graph.
fn models(writer: &SummaryWriter) -> cenote_events::Result<()> {
    for (i, (lr, momentum)) in [(0.1, true), (0.01, false), (0.001, true)]
        .into_iter()
        .enumerate()
    {
        let hparams = Hparams::new()
            .set("lr", lr)
            .set("name", "abc")
            .set("momentum", momentum)
            .domain("lr", [0.1, 0.01, 0.001])
            .run_name(format!("session{i}"));
        writer.add_hparams(&hparams, [("accuracy", 0.5 + lr)], 0)?;
    }
    let points = Array2::from_shape_fn((10, 4), |(i, j)| pattern(i, j, i * j, 0));
    let pictures = Array4::from_shape_fn((10, 3, 8, 8), |(n, c, y, x)| pattern(n * 20, c, y, x));
    let embedding = Embedding::new(&points)?
        .metadata((0..10).map(|i| format!("point {i}")))?
        .label_images(&pictures)?;
    writer.add_embedding("points/a", &embedding, 1)?;
    let pool = NodeDef::new("net/pool", "MaxPool2d")
        .input("input")
        .output_shape(&[64, 3, 11, 11])
        .attribute("attr", Attr::S(b"{ kernel_size: 3 }".to_vec()));
    let graph = GraphDef::new()
        .node(NodeDef::new("input", "IO Node").output_shape(&[64, 3, 32, 32]))
        .node(pool)
        .node(NodeDef::new("output", "IO Node").input("net/pool"));
    writer.add_graph(&graph)
}

/// A run that goes on from an earlier step: a second file, which voids the end of the first.
fn restart(logdir: &str) -> Result<(), Box<dyn std::error::Error>> {
    let first = SummaryWriter::new(format!("{logdir}/restarted"))?;
    for step in 0..15 {
        first.add_scalar("loss", step as f64, step)?;
    }
    first.close()?;
    let second = SummaryWriter::builder()
        .log_dir(format!("{logdir}/restarted"))
        .purge_step(10)
        .filename_suffix(".again")
        .build()?;
    second.add_scalar("loss", 100.0, 10)?;
    second.close()?;
    Ok(())
}
