//! Every pooling layer of torch.nn, exactly, and mostly many times as fast.
//!
//! A layer is a value with torch's name, parameters and defaults. It pools `ndarray` views:
//!
//! ```
//! # #[cfg(feature = "ndarray")] {
//! use cenote::{Layer, MaxPool2d};
//! use ndarray::array;
//!
//! let image = array![[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]]; // (C, H, W)
//! let pool = MaxPool2d::new(2).ceil_mode(true);
//! assert_eq!(pool.forward(&image)?, array![[[5.0, 6.0], [8.0, 9.0]]]);
//!
//! let (maxima, indices) = pool.return_indices().forward(&image)?;
//! assert_eq!(indices, array![[[4, 5], [7, 8]]]);
//!
//! let grad = pool.backward(&maxima, &image)?;
//! assert_eq!(grad, array![[[0.0, 0.0, 0.0], [0.0, 5.0, 6.0], [0.0, 8.0, 9.0]]]);
//! # }
//! # Ok::<(), cenote::Error>(())
//! ```
//!
//! or, without `ndarray`, slices through a [`Plan`], which is checked once and whose forward pass does not allocate:
//!
//! ```
//! use cenote::{AvgPool2d, Layer};
//!
//! let plan = AvgPool2d::new(2).plan(&[64, 3, 32, 32])?;
//! let input = vec![1.0f32; plan.input_len()];
//! let mut output = vec![0.0; plan.output_len()];
//! plan.forward_into(&input, &mut output)?;
//! assert_eq!(plan.output_shape(), [64, 3, 16, 16]);
//! assert!(output.iter().all(|&mean| mean == 1.0));
//! # Ok::<(), cenote::Error>(())
//! ```
//!
//! # Layers
//! | layer | 1-D | 2-D | 3-D |
//! | --- | --- | --- | --- |
//! | [`MaxPool`] | [`MaxPool1d`] | [`MaxPool2d`] | [`MaxPool3d`] |
//! | [`AvgPool`] | [`AvgPool1d`] | [`AvgPool2d`] | [`AvgPool3d`] |
//! | [`LPPool`] | [`LPPool1d`] | [`LPPool2d`] | [`LPPool3d`] |
//! | [`AdaptiveMaxPool`] | [`AdaptiveMaxPool1d`] | [`AdaptiveMaxPool2d`] | [`AdaptiveMaxPool3d`] |
//! | [`AdaptiveAvgPool`] | [`AdaptiveAvgPool1d`] | [`AdaptiveAvgPool2d`] | [`AdaptiveAvgPool3d`] |
//! | [`FractionalMaxPool`] | | [`FractionalMaxPool2d`] | [`FractionalMaxPool3d`] |
//! | [`MaxUnpool`] | [`MaxUnpool1d`] | [`MaxUnpool2d`] | [`MaxUnpool3d`] |
//!
//! Each takes tensors of f32, f64, f16, bf16, u8, i8, i16, i32 and i64 ([`Element`]), with a batch or without,
//! contiguous or with channels last ([`MemoryFormat`]; plans of fractional ones are contiguous), and each has its gradient.
//!
//! # Differences from PyTorch
//! Results are PyTorch's: maxima and indices bit for bit (but for the bits of a NaN, of which there are many). Sums of f32
//! are rounded once, from f64; those of f64, f16 and bf16 are added in another order, and within the rounding of that.
//! Where PyTorch is unsafe or wrong, a layer's page says what happens here instead. What PyTorch cannot do is an option
//! whose default is PyTorch's behaviour: asymmetric and `same` padding, padding beyond
//! half a kernel, dilation for averages, power averages of magnitudes.
//!
//! # Speed
//! Vector instructions are chosen when the program runs (SSE4.2 to AVX-512, NEON, wasm); large tensors are
//! shared among [rayon]'s threads, in the pool of the caller; a caller from outside of any is one of them. Small ones
//! start no threads. Results do not depend on either, but that processors without SSE4.2 add f64, f16 and bf16 in another
//! order. The repository's COMPARE.md has a table of cases beside PyTorch, ONNX
//! Runtime, OpenVINO and a copy of the same bytes.
//!
//! It is measured with `lto = "thin"` in the release profile. Without it pooling takes as many instructions, adaptive
//! layers a tenth more. x86-64 processors without SSE4.2, of before 2008, pool correctly
//! but several times slower. So do those without AVX2 for i16, i32 and i64, whose kernels are for AVX2 at most.
//!
//! # Features
//! - `threads` (default): shares large poolings among threads.
//! - `ndarray` (default): views in and arrays out, in place of slices and shapes. The crate is [ndarray] 0.17.
//!
//! [rayon]: https://docs.rs/rayon
//! [ndarray]: https://docs.rs/ndarray

#[cfg(feature = "ndarray")]
mod array;
mod backward;
mod buffers;
mod columns;
mod direct;
mod divisors;
mod element;
mod engine;
mod error;
mod fetch;
mod fold;
mod fractional;
mod fused;
mod gather;
mod index;
mod kernel;
mod lane;
mod layout;
mod level;
mod long;
mod look;
mod lp;
mod mend;
mod name;
pub mod nn;
mod number;
mod ordered;
mod pass;
mod plain;
mod plan;
mod plane;
mod reduce;
#[doc(hidden)]
pub mod reference;
mod rows;
mod scatter;
mod scratch;
mod sink;
mod slide;
mod stage;
mod stuffed;
mod sums;
mod sweep;
mod table;
mod threads;
mod threes;
mod transpose;
mod turn;
mod ways;
#[doc(hidden)]
pub mod window;

#[cfg(feature = "ndarray")]
pub use array::WithIndices;
pub use element::Element;
pub use error::{Error, Result};
/// The crate of the element types f16 and bf16.
pub use half;
pub use index::Index;
pub use layout::MemoryFormat;
/// The crate of the arrays.
#[cfg(feature = "ndarray")]
pub use ndarray;
#[doc(inline)]
pub use nn::{
    AdaptiveAvgPool, AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d, AdaptiveMaxPool,
    AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d, AdaptivePool, AvgPool, AvgPool1d,
    AvgPool2d, AvgPool3d, FractionalMaxPool, FractionalMaxPool2d, FractionalMaxPool3d, LPPool,
    LPPool1d, LPPool2d, LPPool3d, Layer, MaxPool, MaxPool1d, MaxPool2d, MaxPool3d, MaxUnpool,
    MaxUnpool1d, MaxUnpool2d, MaxUnpool3d, OutputRatio, OutputSize, PerAxis, SlidingPool,
    UnpoolPlan,
};
pub use plan::Plan;
