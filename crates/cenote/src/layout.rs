//! How a tensor lies in memory, as `outer × [depth, height, width] × inner`.
//!
//! Every pooling is this one shape: NCHW has `outer` N·C and `inner` 1, channels-last has `outer` N and
//! `inner` C, and 1-D and 2-D tensors lead with axes of length one. So there is one set of kernels.

use crate::error::{Error, Result};

/// Where the channels lie, in torch's word. Shapes are always logical, `(N, C, …)` or `(C, …)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MemoryFormat {
    /// Row-major over the logical shape: NCW, NCHW, NCDHW.
    #[default]
    Contiguous,
    /// The channels of one position are neighbours: NWC, NHWC, NDHWC.
    ChannelsLast,
}

/// A shape checked and split into what pooling treats alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Planes that are pooled each on its own.
    pub(crate) outer: usize,
    /// Depth, height and width; leading ones for fewer axes.
    pub(crate) spatial: [usize; 3],
    /// Neighbouring elements that are pooled each on its own.
    pub(crate) inner: usize,
}

impl Layout {
    /// Checks `shape` for a layer that pools `pooled` axes: `(N, C, …)`, or `(C, …)` without a batch.
    pub(crate) fn new(shape: &[usize], pooled: usize, format: MemoryFormat) -> Result<Self> {
        if !(1..=3).contains(&pooled) {
            return Err(Error::Unsupported {
                what: format!("pooling over {pooled} axes"),
                instead: "use a layer of 1 to 3",
            });
        }
        let leading = shape
            .len()
            .checked_sub(pooled)
            .filter(|leading| matches!(leading, 1 | 2));
        let Some(leading) = leading else {
            return Err(Error::Rank {
                shape: shape.to_vec(),
                pooled,
            });
        };
        if shape[leading - 1..].contains(&0) {
            return Err(Error::EmptyAxis {
                shape: shape.to_vec(),
            });
        }
        Self::addressable(shape)?;
        let mut spatial = [1; 3];
        spatial[3 - pooled..].copy_from_slice(&shape[leading..]);
        let channels = shape[leading - 1];
        let batch = if leading == 2 { shape[0] } else { 1 };
        Ok(match format {
            MemoryFormat::Contiguous => Self {
                outer: batch * channels,
                spatial,
                inner: 1,
            },
            MemoryFormat::ChannelsLast => Self {
                outer: batch,
                spatial,
                inner: channels,
            },
        })
    }

    /// Refuses a shape whose tensor no machine can address. An empty axis does not excuse the others: their products
    /// are computed too.
    pub(crate) fn addressable(shape: &[usize]) -> Result<()> {
        let bytes = shape.iter().try_fold(16usize, |product, &length| {
            product.checked_mul(length.max(1))
        });
        match bytes {
            Some(bytes) if bytes <= isize::MAX as usize => Ok(()),
            _ => Err(Error::TooLarge {
                what: format!("the product of shape {shape:?}"),
            }),
        }
    }

    /// Elements of one plane: one channel of one image.
    pub(crate) fn plane(&self) -> usize {
        self.spatial.iter().product()
    }

    /// Elements that one outer index owns.
    pub(crate) fn block(&self) -> usize {
        self.plane() * self.inner
    }

    /// All elements.
    pub(crate) fn len(&self) -> usize {
        self.outer * self.block()
    }
}
