//! The drawings on the layers' pages: which elements each window covers, drawn from what the layers compute.
//!
//! `UPDATE_DRAWINGS=1 cargo test -p cenote --test drawings` draws them again; without it, they must be up to date.

use std::fmt::Write as _;
use std::path::Path;

use cenote::{
    AdaptiveAvgPool1d, AvgPool1d, FractionalMaxPool2d, LPPool1d, Layer, MaxPool1d, MaxUnpool1d,
    Plan,
};

/// How an output has a position of the input.
#[derive(Clone, Copy, PartialEq)]
enum Mark {
    /// Not at all.
    No,
    /// As a tap.
    Tap,
    /// As a tap that is padding, or beyond it.
    Outside,
    /// As a place that its element could have been put to.
    Free,
}

/// One output: a label, its marks from the first position drawn on, and a remark.
struct Row {
    label: String,
    marks: Vec<Mark>,
    remark: String,
}

struct Drawing {
    title: String,
    /// What the positions are.
    axis: &'static str,
    /// Positions of padding before, of the input, of padding after, and beyond it.
    positions: [usize; 4],
    rows: Vec<Row>,
}

const CELL: usize = 26;
const LEFT: usize = 96;
const TOP: usize = 54;
const RIGHT: usize = 96;
const TAP: &str = "#d9822b";

impl Drawing {
    /// Inline SVG for a page of documentation: no blank lines, and colours that suit light and dark.
    fn svg(&self) -> String {
        let [before, inside, after, beyond] = self.positions;
        let columns = before + inside + after + beyond;
        let (width, height) = (
            (LEFT + columns * CELL + RIGHT).max(self.title.len() * 7 + 16),
            TOP + self.rows.len() * (CELL + 4) + 8,
        );
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" role=\"img\" font-family=\"sans-serif\" font-size=\"12\" fill=\"currentColor\">\n\
             <title>{0}</title>\n<text x=\"4\" y=\"16\" font-size=\"13\">{0}</text>\n",
            self.title
        );
        for column in 0..columns {
            let x = LEFT + column * CELL + CELL / 2;
            let label = match column.checked_sub(before) {
                Some(input) if input < inside => input.to_string(),
                Some(input) if input >= inside + after => "·".to_owned(),
                _ => "pad".to_owned(),
            };
            let opacity = if label.parse::<usize>().is_ok() {
                1.0
            } else {
                0.55
            };
            let _ = writeln!(
                svg,
                "<text x=\"{x}\" y=\"44\" text-anchor=\"middle\" font-size=\"11\" opacity=\"{opacity}\">{label}</text>"
            );
        }
        let _ = writeln!(
            svg,
            "<text x=\"4\" y=\"44\" font-size=\"11\" opacity=\"0.7\">{}</text>",
            self.axis
        );
        for (number, row) in self.rows.iter().enumerate() {
            self.row(&mut svg, TOP + number * (CELL + 4), row);
        }
        svg.push_str("</svg>\n");
        svg
    }

    fn row(&self, svg: &mut String, y: usize, row: &Row) {
        let [before, inside, ..] = self.positions;
        let middle = y + CELL / 2 + 4;
        let _ = writeln!(svg, "<text x=\"4\" y=\"{middle}\">{}</text>", row.label);
        for (column, mark) in row.marks.iter().enumerate() {
            let (x, size) = (LEFT + column * CELL + 1, CELL - 2);
            let is_input = (before..before + inside).contains(&column);
            let style = match mark {
                Mark::Tap => format!("fill=\"{TAP}\""),
                Mark::Outside => format!("fill=\"none\" stroke=\"{TAP}\" stroke-dasharray=\"3 2\""),
                Mark::Free => format!("fill=\"{TAP}\" fill-opacity=\"0.25\""),
                Mark::No if is_input => "fill=\"currentColor\" fill-opacity=\"0.08\"".to_owned(),
                Mark::No => continue,
            };
            let _ = writeln!(
                svg,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{size}\" height=\"{size}\" rx=\"3\" {style}/>"
            );
        }
        let x = LEFT + row.marks.len() * CELL + 10;
        let _ = writeln!(
            svg,
            "<text x=\"{x}\" y=\"{middle}\" opacity=\"0.8\">{}</text>",
            row.remark
        );
    }
}

/// `weights[output][input]`: what a layer makes of an input that is 1 at one place and 0 elsewhere.
fn weights(plan: &Plan) -> Vec<Vec<f64>> {
    let inputs = plan.input_len();
    let mut weights = vec![vec![0.0; inputs]; plan.output_len()];
    for input in 0..inputs {
        let mut one = vec![0.0; inputs];
        one[input] = 1.0;
        let mut output = vec![0.0; plan.output_len()];
        plan.forward_into(&one, &mut output).unwrap();
        for (row, value) in weights.iter_mut().zip(output) {
            row[input] = value;
        }
    }
    weights
}

/// Of how many elements an output is.
fn taps(weights: &[f64]) -> String {
    format!(
        "of {}",
        weights.iter().filter(|weight| **weight != 0.0).count()
    )
}

/// Sliding windows as torch's parameters place them, which must be what the layer computes.
fn sliding(
    title: &str,
    plan: cenote::Result<Plan>,
    [kernel_size, stride, padding, dilation]: [usize; 4],
    remark: impl Fn(&[f64]) -> String,
) -> Drawing {
    let plan = plan.unwrap();
    let weights = weights(&plan);
    let inside = plan.input_len();
    let reach = (weights.len() - 1) * stride + (kernel_size - 1) * dilation + 1;
    let beyond = reach.saturating_sub(inside + 2 * padding);
    let rows = weights.iter().enumerate().map(|(output, weights)| {
        let mut marks = vec![Mark::No; padding + inside + padding + beyond];
        for tap in 0..kernel_size {
            let column = output * stride + tap * dilation;
            let is_input = (padding..padding + inside).contains(&column);
            marks[column] = if is_input { Mark::Tap } else { Mark::Outside };
        }
        for (input, weight) in weights.iter().enumerate() {
            assert_eq!(
                marks[padding + input] == Mark::Tap,
                *weight != 0.0,
                "{title}"
            );
        }
        Row {
            label: format!("output {output}"),
            marks,
            remark: remark(weights),
        }
    });
    Drawing {
        title: title.to_owned(),
        axis: "input",
        positions: [padding, inside, padding, beyond],
        rows: rows.collect(),
    }
}

/// Windows without padding, as the layer computes them.
fn covering(title: &str, plan: cenote::Result<Plan>) -> Drawing {
    let plan = plan.unwrap();
    let rows = weights(&plan)
        .into_iter()
        .enumerate()
        .map(|(output, weights)| Row {
            label: format!("output {output}"),
            marks: weights
                .iter()
                .map(|weight| if *weight == 0.0 { Mark::No } else { Mark::Tap })
                .collect(),
            remark: taps(&weights),
        });
    Drawing {
        title: title.to_owned(),
        axis: "input",
        positions: [0, plan.input_len(), 0, 0],
        rows: rows.collect(),
    }
}

fn unpooling() -> Drawing {
    let image = [1, 9, 7, 2, 3, 8];
    let pool = MaxPool1d::new(2).plan(&[1, 6]).unwrap();
    let (mut maxima, mut indices) = ([0; 3], [0i64; 3]);
    pool.forward_with_indices_into(&image, &mut maxima, &mut indices)
        .unwrap();
    let unpool = MaxUnpool1d::new(2).plan(&[1, 3]).unwrap();
    let mut output = [0; 6];
    unpool.forward_into(&maxima, &indices, &mut output).unwrap();
    let rows = maxima
        .iter()
        .zip(indices)
        .enumerate()
        .map(|(number, (maximum, index))| {
            let place = usize::try_from(index).unwrap();
            assert_eq!(output[place], *maximum);
            let mut marks = vec![Mark::No; 6];
            marks[2 * number..2 * number + 2].fill(Mark::Free);
            marks[place] = Mark::Tap;
            Row {
                label: format!("element {number}"),
                marks,
                remark: format!("index {index}"),
            }
        });
    Drawing {
        title: "MaxUnpool1d(kernel_size=2): where the maxima of windows go back to".to_owned(),
        axis: "output",
        positions: [0, 6, 0, 0],
        rows: rows.collect(),
    }
}

#[expect(clippy::too_many_lines, reason = "a list")]
fn drawings() -> Vec<(&'static str, Drawing)> {
    let divisor = |weights: &[f64]| {
        let weight = weights.iter().copied().fold(0.0, f64::max);
        format!("sum ÷ {}", (1.0 / weight).round())
    };
    let scaled = |weights: &[f64]| {
        let weight = weights.iter().copied().fold(0.0, f64::max);
        format!("Σx² × {}", (weight * weight).round())
    };
    vec![
        (
            "max_pool",
            sliding(
                "MaxPool1d(kernel_size=3, stride=2, padding=1, ceil_mode=True)",
                MaxPool1d::new(3)
                    .stride(2)
                    .padding(1)
                    .ceil_mode(true)
                    .plan(&[1, 6]),
                [3, 2, 1, 1],
                taps,
            ),
        ),
        (
            "max_pool_dilation",
            sliding(
                "MaxPool1d(kernel_size=3, stride=1, padding=1, dilation=2)",
                MaxPool1d::new(3)
                    .stride(1)
                    .padding(1)
                    .dilation(2)
                    .plan(&[1, 7]),
                [3, 1, 1, 2],
                taps,
            ),
        ),
        (
            "avg_pool",
            sliding(
                "AvgPool1d(kernel_size=3, stride=2, padding=1, ceil_mode=True)",
                AvgPool1d::new(3)
                    .stride(2)
                    .padding(1)
                    .ceil_mode(true)
                    .plan(&[1, 6]),
                [3, 2, 1, 1],
                divisor,
            ),
        ),
        (
            "lp_pool",
            sliding(
                "LPPool1d(norm_type=2, kernel_size=2, ceil_mode=True)",
                LPPool1d::new(2.0, 2).ceil_mode(true).plan(&[1, 5]),
                [2, 2, 0, 1],
                scaled,
            ),
        ),
        (
            "adaptive_pool",
            covering(
                "AdaptiveAvgPool1d(3) and AdaptiveMaxPool1d(3)",
                AdaptiveAvgPool1d::new(3).plan(&[1, 8]),
            ),
        ),
        (
            "fractional_pool",
            covering(
                "FractionalMaxPool2d(kernel_size=2, output_size=6) along one axis",
                FractionalMaxPool2d::with_output_size([1, 2], [1, 6])
                    .samples(vec![0.4, 0.4])
                    .plan(&[1, 1, 10]),
            ),
        ),
        ("max_unpool", unpooling()),
    ]
}

#[test]
fn drawings_are_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    for (name, drawing) in drawings() {
        let (path, svg) = (folder.join(name).with_extension("svg"), drawing.svg());
        if std::env::var_os("UPDATE_DRAWINGS").is_some() {
            std::fs::write(&path, &svg).unwrap();
        }
        let drawn = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            drawn == svg,
            "{name}.svg is not what the layer computes: run this test with UPDATE_DRAWINGS=1"
        );
    }
}
