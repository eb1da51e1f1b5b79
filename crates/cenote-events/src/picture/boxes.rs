//! Boxes on a picture.

use font8x8::UnicodeFonts as _;

use super::Canvas;

/// torch's colour for boxes.
const RED: [u8; 4] = [255, 0, 0, 255];
const BLACK: [u8; 4] = [0, 0, 0, 255];
/// Pixels of a letter, both ways, and around the text.
const LETTER: i64 = 8;
const MARGIN: i64 = 1;

/// Boxes to draw on an image: the corners' x and y in pixels, `[xmin, ymin, xmax, ymax]`, and labels.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Boxes {
    pub(crate) corners: Vec<[f32; 4]>,
    pub(crate) labels: Vec<String>,
}

impl Boxes {
    /// Boxes without labels.
    #[must_use]
    pub fn new(corners: impl Into<Vec<[f32; 4]>>) -> Self {
        Self {
            corners: corners.into(),
            labels: Vec::new(),
        }
    }

    /// One label for each box, written into its lower left corner.
    #[must_use]
    pub fn labels<L: Into<String>>(self, labels: impl IntoIterator<Item = L>) -> Self {
        Self {
            labels: labels.into_iter().map(Into::into).collect(),
            ..self
        }
    }

    /// Draws the boxes in order, as Pillow draws them for torch: lines of two pixels.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "Pillow truncates coordinates too; the cast saturates"
    )]
    pub(crate) fn draw(&self, canvas: &mut Canvas) {
        for (i, corners) in self.corners.iter().enumerate() {
            let [left, top, right, bottom] = corners.map(|at| (at as i32).into());
            // The line goes down the left side, along the bottom, up the right side and back along the top. Pillow puts the
            // second pixel of its width after the first on the way down and right, and before it on the way up and left.
            let beside = |from: i64, to: i64, at: i64| {
                if from <= to {
                    [at, at + 1]
                } else {
                    [at - 1, at]
                }
            };
            let across = |from: i64, to: i64| [from.min(to), from.max(to)];
            fill(canvas, beside(top, bottom, left), across(top, bottom), RED);
            fill(
                canvas,
                across(left, right),
                beside(left, right, bottom),
                RED,
            );
            fill(canvas, beside(bottom, top, right), across(top, bottom), RED);
            fill(canvas, across(left, right), beside(right, left, top), RED);
            if let Some(label) = self.labels.get(i) {
                write(canvas, label, left, bottom);
            }
        }
    }
}

/// Text on a red ground whose lower left corner is given.
fn write(canvas: &mut Canvas, text: &str, left: i64, bottom: i64) {
    let top = bottom - LETTER - 2 * MARGIN;
    let letters = || text.chars().zip(0i64..);
    let width = letters().count() as i64 * LETTER;
    fill(canvas, [left, left + width + MARGIN], [top, bottom], RED);
    for (letter, i) in letters() {
        let glyph = font8x8::BASIC_FONTS
            .get(letter)
            .or_else(|| font8x8::LATIN_FONTS.get(letter));
        // What the font lacks is a filled block, so that it is seen to be missing.
        for (row, y) in glyph.unwrap_or([0xff; 8]).into_iter().zip(top + MARGIN..) {
            for x in (0..LETTER).filter(|x| row >> x & 1 == 1) {
                let x = left + MARGIN + i * LETTER + x;
                fill(canvas, [x, x], [y, y], BLACK);
            }
        }
    }
}

/// Fills from a first to a last column and row, as far as they are on the picture.
fn fill(canvas: &mut Canvas, columns: [i64; 2], rows: [i64; 2], color: [u8; 4]) {
    let pixel = usize::from(canvas.channels);
    let clip = |[first, last]: [i64; 2], len: u32| {
        let clip = |at: i64| usize::try_from(at.clamp(0, len.into())).unwrap_or(0);
        clip(first)..clip(last + 1)
    };
    let (columns, rows) = (clip(columns, canvas.width), clip(rows, canvas.height));
    let stride = canvas.width as usize * pixel;
    for row in canvas
        .bytes
        .chunks_exact_mut(stride)
        .take(rows.end)
        .skip(rows.start)
    {
        for out in row
            .chunks_exact_mut(pixel)
            .take(columns.end)
            .skip(columns.start)
        {
            out.copy_from_slice(&color[..pixel]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(boxes: &Boxes, width: u32, height: u32) -> Vec<String> {
        let mut canvas = Canvas::new(width, height, 3);
        boxes.draw(&mut canvas);
        let row = |row: &[u8]| {
            row.chunks_exact(3)
                .map(|pixel| if pixel[0] == 255 { '#' } else { '.' })
                .collect()
        };
        canvas
            .bytes
            .chunks_exact(width as usize * 3)
            .map(row)
            .collect()
    }

    #[test]
    fn a_box_covers_the_pixels_that_pillow_fills() {
        let want = [
            "..........",
            "..........",
            "...####...",
            "...####...",
            "...####...",
            "...####...",
            "...####...",
            "...####...",
        ];
        assert_eq!(picture(&Boxes::new([[3.9, 3.0, 6.2, 6.0]]), 10, 8), want);
        let want = ["#######", "##...##", "##...##", "#######"];
        assert_eq!(picture(&Boxes::new([[0.0, 0.0, 6.0, 3.0]]), 7, 4), want);
        assert_eq!(
            picture(&Boxes::new([[f32::NAN, -1e30, 1e30, f32::INFINITY]]), 4, 2),
            ["##..", "##.."]
        );
    }

    #[test]
    fn a_label_is_written_on_red_inside_the_picture() {
        let boxes = Boxes::new([[1.0, 1.0, 30.0, 18.0]]).labels(["I"]);
        let rows = picture(&boxes, 32, 20);
        let letter: Vec<&str> = rows[9..17].iter().map(|row| &row[2..10]).collect();
        assert_eq!(
            letter,
            [
                "#....###", "##..####", "##..####", "##..####", "##..####", "##..####", "#....###",
                "########"
            ]
        );
    }
}
