//! Changes of colour.

use std::fmt;

use super::ImageTransform;
use crate::{Error, Image, ImageLayout, Random, Result};

/// Changes brightness, contrast, saturation and hue at random, in random order: torchvision's `ColorJitter` on a picture.
///
/// Each factor is drawn evenly from its range; what has no range stays as it is. What becomes of the bytes is torchvision's
/// (and so Pillow's) to the last bit. The numbers drawn are not, as everywhere here.
///
/// Where torchvision takes one number, say `brightness=0.4`, that is the range from 0.6 to 1.4 here: 1 less and 1 more by
/// it, but never below 0; and for `hue=0.1` from -0.1 to 0.1.
///
/// ```
/// use cenote_data::transforms::{ColorJitter, ImageTransform};
/// use cenote_data::{Dataset, Random, Sample};
///
/// let jitter = ColorJitter::new().brightness(0.6, 1.4)?.saturation(0.0, 2.0)?.hue(-0.1, 0.1)?;
/// let sample = Sample::new();
/// let image = jitter.apply(sample.get(0)?.image, &mut Random::new(7, 0, 0))?;
/// assert_eq!(image.shape().to_string(), "3x32x32");
/// # Ok::<(), cenote_data::Error>(())
/// ```
///
/// Images are grey or red, green and blue; others are refused. Grey has no saturation and no hue to change.
#[derive(Clone, Copy, PartialEq, Default)]
pub struct ColorJitter {
    /// In the order of [`Change::ALL`].
    ranges: [Option<(f64, f64)>; 4],
}

/// What is changed.
#[derive(Debug, Clone, Copy)]
enum Change {
    Brightness,
    Contrast,
    Saturation,
    Hue,
}

impl Change {
    const ALL: [Self; 4] = [
        Self::Brightness,
        Self::Contrast,
        Self::Saturation,
        Self::Hue,
    ];

    /// The factor that leaves an image as it is.
    fn neutral(self) -> f64 {
        match self {
            Self::Hue => 0.0,
            _ => 1.0,
        }
    }

    /// The image with this changed by `factor`.
    fn make(self, image: &mut Image<'_>, factor: f64) {
        let share = factor as f32;
        let is_grey = image.shape().channels == 1;
        match self {
            Self::Brightness => each_level(image, |level| blend(0, level, share)),
            Self::Contrast => {
                let mean = mean_of_grey(image);
                each_level(image, |level| blend(mean, level, share));
            }
            Self::Saturation if !is_grey => each_pixel(image, |pixel| {
                let grey = grey(pixel);
                pixel.map(|level| blend(grey, level, share))
            }),
            Self::Hue if !is_grey => {
                // Cut off, not rounded, and then around the circle: numpy's conversions.
                let turn = (factor * 255.0) as i32 as u8;
                each_pixel(image, |pixel| {
                    let [hue, saturation, value] = to_hsv(pixel);
                    to_rgb([hue.wrapping_add(turn), saturation, value])
                });
            }
            _ => {}
        }
    }
}

impl ColorJitter {
    /// No change yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The lowest and the highest share of the brightness: 0 makes the image black, 1 leaves it, 2 makes it twice as light.
    ///
    /// # Errors
    /// [`Error::Argument`] unless 0 <= `lowest` <= `highest`, both finite.
    pub fn brightness(self, lowest: f64, highest: f64) -> Result<Self> {
        let what = "the brightness of ColorJitter";
        self.with(Change::Brightness, what, (lowest, highest), f64::MAX)
    }

    /// The lowest and the highest share of the contrast: 0 makes all pixels the mean grey, 1 leaves them.
    ///
    /// # Errors
    /// [`Error::Argument`] unless 0 <= `lowest` <= `highest`, both finite.
    pub fn contrast(self, lowest: f64, highest: f64) -> Result<Self> {
        let what = "the contrast of ColorJitter";
        self.with(Change::Contrast, what, (lowest, highest), f64::MAX)
    }

    /// The lowest and the highest share of the saturation: 0 makes the image grey, 1 leaves it.
    ///
    /// # Errors
    /// [`Error::Argument`] unless 0 <= `lowest` <= `highest`, both finite.
    pub fn saturation(self, lowest: f64, highest: f64) -> Result<Self> {
        let what = "the saturation of ColorJitter";
        self.with(Change::Saturation, what, (lowest, highest), f64::MAX)
    }

    /// The lowest and the highest turn of the hue, in circles: 0 leaves it, 0.5 and -0.5 make red cyan.
    ///
    /// # Errors
    /// [`Error::Argument`] unless -0.5 <= `lowest` <= `highest` <= 0.5.
    pub fn hue(self, lowest: f64, highest: f64) -> Result<Self> {
        let what = "the hue of ColorJitter";
        self.with(Change::Hue, what, (lowest, highest), 0.5)
    }

    fn with(
        mut self,
        change: Change,
        what: &'static str,
        (lowest, highest): (f64, f64),
        most: f64,
    ) -> Result<Self> {
        let least = match change {
            Change::Hue => -most,
            _ => 0.0,
        };
        if !(least <= lowest && lowest <= highest && highest <= most) {
            let allowed = match change {
                Change::Hue => "turns lie from -0.5 to 0.5, the lower one first",
                _ => "factors are 0 or more and finite, the lower one first",
            };
            return Err(Error::argument(
                what,
                format!("{lowest} to {highest}"),
                allowed,
            ));
        }
        let changes = (lowest, highest) != (change.neutral(), change.neutral());
        self.ranges[change as usize] = changes.then_some((lowest, highest));
        Ok(self)
    }
}

impl ImageTransform for ColorJitter {
    fn apply<'a>(&self, mut image: Image<'a>, random: &mut Random) -> Result<Image<'a>> {
        let channels = image.shape().channels;
        if channels != 1 && channels != 3 {
            let allowed = "it is grey (1) or red, green and blue (3)";
            return Err(Error::argument(
                "the number of channels of an image for ColorJitter",
                channels,
                allowed,
            ));
        }
        let mut order = Change::ALL;
        for last in (1..order.len()).rev() {
            order.swap(last, random.below(last + 1));
        }
        for change in order {
            if let Some((lowest, highest)) = self.ranges[change as usize] {
                let factor = lowest + (highest - lowest) * random.uniform();
                change.make(&mut image, factor);
            }
        }
        Ok(image)
    }
}

impl fmt::Debug for ColorJitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ColorJitter");
        for (change, range) in Change::ALL.iter().zip(self.ranges) {
            if let Some((lowest, highest)) = range {
                shown.field(&format!("{change:?}").to_lowercase(), &(lowest..=highest));
            }
        }
        shown.finish()
    }
}

/// From `other` towards `level` and beyond, as Pillow computes it: in 32 bits, cut off and not rounded.
fn blend(other: u8, level: u8, share: f32) -> u8 {
    let (other, level) = (f32::from(other), f32::from(level));
    (other + share * (level - other)) as u8
}

/// Every byte by a table.
fn each_level(image: &mut Image<'_>, change: impl Fn(u8) -> u8) {
    let table: [u8; 256] = std::array::from_fn(|level| change(level as u8));
    for level in image.pixels_mut() {
        *level = table[usize::from(*level)];
    }
}

/// Every pixel of red, green and blue.
fn each_pixel(image: &mut Image<'_>, change: impl Fn([u8; 3]) -> [u8; 3]) {
    let layout = image.layout();
    let pixels = image.pixels_mut();
    match layout {
        ImageLayout::Hwc => {
            for pixel in pixels.as_chunks_mut().0 {
                *pixel = change(*pixel);
            }
        }
        ImageLayout::Chw => {
            let (red, others) = pixels.split_at_mut(pixels.len() / 3);
            let (green, blue) = others.split_at_mut(red.len());
            for ((red, green), blue) in red.iter_mut().zip(green).zip(blue) {
                [*red, *green, *blue] = change([*red, *green, *blue]);
            }
        }
    }
}

/// The brightness of a pixel, as Pillow weighs its colours.
fn grey([red, green, blue]: [u8; 3]) -> u8 {
    let weighted = u32::from(red) * 19_595 + u32::from(green) * 38_470 + u32::from(blue) * 7_471;
    ((weighted + (1 << 15)) >> 16) as u8
}

/// The mean brightness of the pixels, rounded.
fn mean_of_grey(image: &Image<'_>) -> u8 {
    let pixels = image.pixels();
    let count = pixels.len() / image.shape().channels;
    let sum: u64 = match (image.shape().channels, image.layout()) {
        (1, _) => pixels.iter().map(|&level| u64::from(level)).sum(),
        (_, ImageLayout::Hwc) => {
            let pixels = pixels.as_chunks().0.iter();
            pixels.map(|&pixel| u64::from(grey(pixel))).sum()
        }
        (_, ImageLayout::Chw) => {
            let (red, others) = pixels.split_at(count);
            let (green, blue) = others.split_at(count);
            let pixels = red.iter().zip(green).zip(blue);
            pixels
                .map(|((&red, &green), &blue)| u64::from(grey([red, green, blue])))
                .sum()
        }
    };
    (sum as f64 / count as f64 + 0.5) as u8
}

/// Hue, saturation and value as Pillow computes them: numbers of 32 bits, constants of 64, and the results cut off.
fn to_hsv([red, green, blue]: [u8; 3]) -> [u8; 3] {
    let most = red.max(green).max(blue);
    let least = red.min(green).min(blue);
    if most == least {
        return [0, 0, most];
    }
    let range = f32::from(most - least);
    let saturation = range / f32::from(most);
    let [from_red, from_green, from_blue] =
        [red, green, blue].map(|level| f32::from(most - level) / range);
    let ahead =
        |constant: f64, one: f32, other: f32| (constant + f64::from(one) - f64::from(other)) as f32;
    let sixths = if red == most {
        from_blue - from_green
    } else if green == most {
        ahead(2.0, from_red, from_blue)
    } else {
        ahead(4.0, from_green, from_red)
    };
    let hue = ((f64::from(sixths) / 6.0 + 1.0) % 1.0) as f32;
    let byte = |share: f32| (f64::from(share) * 255.0) as u8;
    [byte(hue), byte(saturation), most]
}

/// The way back, as Pillow computes it.
fn to_rgb([hue, saturation, value]: [u8; 3]) -> [u8; 3] {
    if saturation == 0 {
        return [value; 3];
    }
    let sixths = f64::from(hue) * 6.0 / 255.0;
    let sector = sixths.floor();
    let beyond = (sixths - sector) as f32;
    let saturation = (f64::from(saturation) / 255.0) as f32;
    let level = |share: f64| (f64::from(value) * share).round() as u8;
    let least = level(1.0 - f64::from(saturation));
    let falling = level(1.0 - f64::from(saturation * beyond));
    let rising = level(1.0 - f64::from(saturation) * (1.0 - f64::from(beyond)));
    match sector as u8 % 6 {
        0 => [value, rising, least],
        1 => [falling, value, least],
        2 => [least, value, rising],
        3 => [least, falling, value],
        4 => [rising, least, value],
        _ => [value, least, falling],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ImageShape;

    #[test]
    fn impossible_ranges_and_channels_are_refused() {
        let message = |jitter: Result<ColorJitter>| jitter.unwrap_err().to_string();
        assert_eq!(
            message(ColorJitter::new().brightness(-0.1, 1.0)),
            "the brightness of ColorJitter is -0.1 to 1; factors are 0 or more and finite, the lower one first"
        );
        assert!(message(ColorJitter::new().contrast(1.0, 0.5)).starts_with("the contrast of"));
        assert!(message(ColorJitter::new().saturation(0.0, f64::INFINITY)).contains("0 to inf"));
        assert_eq!(
            message(ColorJitter::new().hue(-0.6, f64::NAN)),
            "the hue of ColorJitter is -0.6 to NaN; turns lie from -0.5 to 0.5, the lower one first"
        );
        let image = Image::new(ImageShape::new(4, 1, 1), ImageLayout::Hwc, vec![0; 4]).unwrap();
        let refused = ColorJitter::new().apply(image, &mut Random::new(0, 0, 0));
        assert_eq!(
            refused.unwrap_err().to_string(),
            "the number of channels of an image for ColorJitter is 4; it is grey (1) or red, green and blue (3)"
        );
    }

    #[test]
    fn grey_has_neither_saturation_nor_hue() {
        let grey =
            Image::new(ImageShape::new(1, 1, 3), ImageLayout::Hwc, vec![0, 50, 250]).unwrap();
        let jitter = ColorJitter::new()
            .saturation(0.0, 0.0)
            .unwrap()
            .hue(0.2, 0.2)
            .unwrap();
        let mut random = Random::new(0, 0, 0);
        assert_eq!(jitter.apply(grey.clone(), &mut random).unwrap(), grey);
        let lighter = ColorJitter::new().brightness(1.5, 1.5).unwrap();
        assert_eq!(
            lighter.apply(grey, &mut random).unwrap().pixels(),
            [0, 75, 255]
        );
    }

    #[test]
    fn factors_and_their_order_are_drawn_at_random() {
        let image = Image::new(ImageShape::new(1, 1, 2), ImageLayout::Hwc, vec![100, 200]).unwrap();
        let outcomes = |jitter: ColorJitter| {
            let outcome = |index| {
                let mut random = Random::new(1, 0, index);
                jitter
                    .apply(image.clone(), &mut random)
                    .unwrap()
                    .pixels()
                    .to_vec()
            };
            let mut outcomes: Vec<_> = (0..200).map(outcome).collect();
            outcomes.sort();
            outcomes.dedup();
            outcomes
        };
        // Twice the brightness and then half the contrast, or the other way round.
        let jitter = ColorJitter::new()
            .brightness(2.0, 2.0)
            .unwrap()
            .contrast(0.5, 0.5)
            .unwrap();
        assert_eq!(outcomes(jitter), [[214, 241], [250, 255]]);
        assert_eq!(
            format!("{jitter:?}"),
            "ColorJitter { brightness: 2.0..=2.0, contrast: 0.5..=0.5 }"
        );
        let levels = outcomes(ColorJitter::new().brightness(0.5, 1.0).unwrap());
        assert!(levels.len() > 40, "{}", levels.len());
        assert!(levels.iter().all(|levels| (50..=100).contains(&levels[0])));
        assert_eq!(
            outcomes(ColorJitter::new().hue(0.0, 0.0).unwrap()),
            [[100, 200]]
        );
    }
}
