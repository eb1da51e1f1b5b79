//! N images side by side in one, as torch's `make_grid` lays them out.

use ndarray::{Array4, Axis};

use crate::{Error, Result};

/// torch's number of columns.
const COLUMNS: usize = 8;

/// A picture in memory: rows of `width` pixels of `channels` bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Canvas {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) channels: u8,
    pub(crate) bytes: Vec<u8>,
}

impl Canvas {
    /// A black (and, with alpha, transparent) picture.
    pub(crate) fn new(width: u32, height: u32, channels: u8) -> Self {
        let bytes = vec![0; width as usize * height as usize * usize::from(channels)];
        Self {
            width,
            height,
            channels,
            bytes,
        }
    }
}

/// Images as bytes, and the size of the grid that they will make. The cheap half of the work: the caller's thread does
/// it, since it borrows the caller's data.
#[derive(Debug, Clone)]
pub(crate) struct Tiles {
    /// N, C, H, W.
    images: Array4<u8>,
    columns: usize,
    width: u32,
    height: u32,
}

impl Tiles {
    /// `min(N, 8)` columns and as many rows as needed. `shape` is what the caller gave, for the message.
    pub(crate) fn new(images: Array4<u8>, shape: &[usize]) -> Result<Self> {
        Self::with_columns(images, shape, COLUMNS)
    }

    /// `min(N, columns)` columns and as many rows as needed.
    pub(crate) fn with_columns(
        images: Array4<u8>,
        shape: &[usize],
        columns: usize,
    ) -> Result<Self> {
        let (count, _, height, width) = images.dim();
        let columns = count.min(columns);
        let side = |len: usize, times: usize| {
            len.checked_mul(times)
                .and_then(|side| i32::try_from(side).ok())
                .map(i32::cast_unsigned)
        };
        match (side(width, columns), side(height, count.div_ceil(columns))) {
            (Some(width), Some(height)) => Ok(Self {
                images,
                columns,
                width,
                height,
            }),
            _ => Err(Error::shape(
                "the image",
                shape,
                "a picture can be 2147483647 pixels wide and high at most: log fewer or smaller images",
            )),
        }
    }

    /// Bytes of memory held.
    pub(crate) fn len(&self) -> usize {
        self.images.len()
    }

    /// How many images there are.
    pub(crate) fn count(&self) -> usize {
        self.images.dim().0
    }

    /// Width and height of one image.
    pub(crate) fn single(&self) -> [usize; 2] {
        let (_, _, height, width) = self.images.dim();
        [width, height]
    }

    /// The same images in another number of columns.
    pub(crate) fn arrange(self, columns: usize) -> Result<Self> {
        let shape = self.images.shape().to_vec();
        Self::with_columns(self.images, &shape, columns)
    }

    /// Bytes a pixel of the finished grid: grey is replicated to RGB, as in torch.
    pub(crate) fn channels(&self) -> u8 {
        match self.images.dim().1 {
            2 => 2,
            4 => 4,
            _ => 3,
        }
    }

    /// Lays the images out row by row without padding; cells left over stay black.
    pub(crate) fn into_canvas(self) -> Canvas {
        let (count, _, height, width) = self.images.dim();
        let mut canvas = Canvas::new(self.width, self.height, self.channels());
        let pixel = usize::from(canvas.channels);
        let stride = self.width as usize * pixel;
        for n in 0..count {
            let left = n % self.columns * width * pixel;
            let top = n / self.columns * height;
            for y in 0..height {
                let start = (top + y) * stride + left;
                self.copy_row(n, y, &mut canvas.bytes[start..start + width * pixel]);
            }
        }
        canvas
    }

    /// Interleaves one row of one image. Rows that are contiguous in memory (NCHW), or interleaved already (NHWC), are
    /// taken as slices.
    fn copy_row(&self, n: usize, y: usize, out: &mut [u8]) {
        let image = self.images.index_axis(Axis(0), n);
        let row = image.index_axis(Axis(1), y);
        let channel = |c: usize| row.index_axis(Axis(0), c).to_slice();
        if row.len_of(Axis(0)) == 1 {
            out.chunks_exact_mut(3)
                .zip(&row)
                .for_each(|(pixel, &grey)| pixel.fill(grey));
        } else if row.len_of(Axis(0)) == 3
            && let (Some(r), Some(g), Some(b)) = (channel(0), channel(1), channel(2))
        {
            for (pixel, ((&r, &g), &b)) in out.chunks_exact_mut(3).zip(r.iter().zip(g).zip(b)) {
                pixel.copy_from_slice(&[r, g, b]);
            }
        } else if let Some(interleaved) = row.reversed_axes().to_slice() {
            out.copy_from_slice(interleaved);
        } else {
            out.iter_mut()
                .zip(row.reversed_axes())
                .for_each(|(out, &value)| *out = value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DataFormat, ImageTensor};
    use ndarray::{Array, Array2, Array3, Slice};
    use proptest::prelude::*;

    /// torch's `make_grid` and `convert_to_HWC`, element by element.
    fn by_hand(images: &Array4<u8>) -> Canvas {
        let (n, c, h, w) = images.dim();
        let columns = n.min(8);
        let channels = if c == 1 { 3 } else { c };
        let (width, height) = (w * columns, h * n.div_ceil(columns));
        let mut bytes = vec![0; width * height * channels];
        for ((n, c, y, x), &value) in images.indexed_iter() {
            let at = ((n / columns * h + y) * width + n % columns * w + x) * channels;
            let copies = if channels == images.dim().1 {
                c..c + 1
            } else {
                0..3
            };
            copies.for_each(|c| bytes[at + c] = value);
        }
        Canvas {
            width: width as u32,
            height: height as u32,
            channels: channels as u8,
            bytes,
        }
    }

    fn batch(n: usize, c: usize, h: usize, w: usize) -> Array4<u8> {
        Array::from_shape_fn((n, c, h, w), |(n, c, y, x)| {
            (n * 31 + c * 97 + y * 7 + x * 3 + 1) as u8
        })
    }

    proptest! {
        #[test]
        fn every_format_and_any_strides_give_the_same_grid(n in 1usize..20, c in 1usize..5, h in 1usize..6, w in 1usize..6) {
            let nchw = batch(n, c, h, w);
            let want = by_hand(&nchw);
            let canvas = |image: ImageTensor<'_, u8>| image.to_tiles(DataFormat::Nchw).unwrap().into_canvas();
            prop_assert_eq!(&canvas((&nchw).into()), &want);
            let nhwc = nchw.view().permuted_axes([0, 2, 3, 1]);
            let packed = nhwc.as_standard_layout();
            prop_assert_eq!(&canvas(ImageTensor::from(nhwc.view()).format(DataFormat::Nhwc)), &want);
            prop_assert_eq!(&canvas(ImageTensor::from(&packed).format(DataFormat::Nhwc)), &want);
            let mut flipped = nchw.clone();
            flipped.invert_axis(Axis(3));
            flipped = flipped.as_standard_layout().into_owned();
            flipped.invert_axis(Axis(3));
            prop_assert_eq!(&canvas((&flipped).into()), &want);
            let wide = Array::from_shape_fn((n, c, h, 2 * w), |(n, c, y, x)| nchw[[n, c, y, x / 2]]);
            let every_second = Slice::new(0, None, 2);
            prop_assert_eq!(&canvas(wide.slice_axis(Axis(3), every_second).into()), &want);
        }
    }

    #[test]
    fn ten_images_of_4x4_make_8_columns_and_two_rows_with_black_left_over() {
        let canvas = ImageTensor::from(&Array4::from_elem((10, 3, 4, 4), 1.0f32))
            .to_tiles(DataFormat::Nchw)
            .unwrap()
            .into_canvas();
        assert_eq!((canvas.width, canvas.height, canvas.channels), (32, 8, 3));
        let white = |x: usize, y: usize| canvas.bytes[(y * 32 + x) * 3..][..3] == [255; 3];
        assert!(white(31, 3) && white(7, 7) && !white(8, 4) && !white(31, 7));
    }

    #[test]
    fn one_image_in_three_formats() {
        let chw = Array3::from_shape_fn((3, 2, 5), |(c, y, x)| (c * 50 + y * 10 + x) as u8);
        let hwc = chw.view().permuted_axes([1, 2, 0]);
        let a = ImageTensor::from(&chw)
            .to_tiles(DataFormat::Chw)
            .unwrap()
            .into_canvas();
        let b = ImageTensor::from(hwc)
            .format(DataFormat::Hwc)
            .to_tiles(DataFormat::Chw)
            .unwrap()
            .into_canvas();
        assert_eq!(a, b);
        assert_eq!(&a.bytes[..6], &[0, 50, 100, 1, 51, 101]);
        let hw = Array2::from_shape_fn((2, 5), |(y, x)| (y * 10 + x) as u8);
        let grey = ImageTensor::from(&hw)
            .format(DataFormat::Hw)
            .to_tiles(DataFormat::Chw)
            .unwrap()
            .into_canvas();
        assert_eq!(
            (grey.width, grey.height, &grey.bytes[3..6]),
            (5, 2, &[1, 1, 1][..])
        );
    }

    #[test]
    fn wrong_shapes_are_named() {
        let refused = |shape: &[usize], format: DataFormat| {
            let data = vec![0u8; shape.iter().product()];
            ImageTensor::from_slice(&data, shape)
                .unwrap()
                .format(format)
                .to_tiles(format)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            refused(&[32, 32], DataFormat::Chw),
            "the image: given shape [32, 32]; it needs the 3 axes of CHW: reshape it, or name its order with ImageTensor::format"
        );
        assert!(refused(&[0, 3, 4, 4], DataFormat::Nchw).contains("one image"));
        assert!(refused(&[3, 0, 4], DataFormat::Chw).contains("at least one row"));
        assert!(refused(&[32, 32, 3], DataFormat::Chw).contains("as CHW has 32 channels"));
        let error = ImageTensor::from_slice(&[0u8; 5], &[2, 3])
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "the image: given shape [2, 3]; its product must be the 5 elements given"
        );
    }
}
