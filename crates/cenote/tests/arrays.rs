//! Shapes and orders of tensors: which are taken, how they are read, and what is said of others.

#![cfg(feature = "ndarray")]

use std::sync::Arc;

use cenote::{
    AdaptiveAvgPool1d, AdaptiveMaxPool1d, AvgPool2d, Error, FractionalMaxPool2d, Layer, MaxPool1d,
    MaxPool2d, MaxPool3d, MaxUnpool1d, MaxUnpool2d, MemoryFormat,
};
use ndarray::{Array2, Array3, Array4, ArrayView4, Axis};

fn ramp() -> Array4<f32> {
    Array4::from_shape_fn((2, 3, 5, 7), |(n, c, y, x)| {
        ((n * 31 + c * 17 + y * 7 + x * 3) % 11) as f32
    })
}

/// The same array with its channels last in memory.
fn stored_channels_last(array: &Array4<f32>) -> Array4<f32> {
    let stored = array
        .view()
        .permuted_axes([0, 2, 3, 1])
        .as_standard_layout()
        .into_owned();
    stored.permuted_axes([0, 3, 1, 2])
}

#[test]
fn channels_last_in_is_channels_last_out() {
    let array = ramp();
    let pool = MaxPool2d::new(3).stride(2).padding(1);
    let expected = pool.forward(&array).unwrap();
    let output = pool.forward(&stored_channels_last(&array)).unwrap();
    assert_eq!(output, expected);
    assert!(
        output
            .view()
            .permuted_axes([0, 2, 3, 1])
            .is_standard_layout()
    );
    let (values, indices) = pool
        .return_indices()
        .forward(&stored_channels_last(&array))
        .unwrap();
    assert_eq!(values, expected);
    assert_eq!(indices, pool.return_indices().forward(&array).unwrap().1);
}

#[test]
fn any_other_order_is_copied() {
    let array = ramp();
    let mut mirrored = array.view();
    mirrored.invert_axis(Axis(2));
    let pool = AvgPool2d::new(2);
    assert_eq!(
        pool.forward(&mirrored).unwrap(),
        pool.forward(&mirrored.as_standard_layout()).unwrap()
    );
}

#[test]
fn gradients_by_index_and_by_input_agree() {
    let array = stored_channels_last(&ramp());
    let pool = MaxPool2d::new(3).stride(1);
    let (output, indices) = pool.return_indices().forward(&array).unwrap();
    let grad = output.mapv(|value| value + 0.5);
    let by_input = pool.backward(&grad, &array).unwrap();
    assert_eq!(by_input.sum(), grad.sum());
    assert_eq!(
        pool.return_indices()
            .backward(&grad, &indices, array.shape())
            .unwrap(),
        by_input
    );
}

#[test]
fn a_wrong_rank_is_an_error() {
    let view = ArrayView4::from_shape((1, 1, 1, 1), &[1.0f32]).unwrap();
    let error = MaxPool3d::new(1)
        .forward(&view.into_dyn().index_axis(Axis(0), 0))
        .unwrap_err();
    assert!(matches!(error, Error::Rank { pooled: 3, .. }));
}

#[test]
fn formats_read_the_same_shape() {
    // Two images of three channels of 2 by 2: the largest of each plane, and of each channel.
    let input: Vec<f32> = (0..24u8).map(f32::from).collect();
    for (format, expected) in [
        (MemoryFormat::Contiguous, [3, 7, 11, 15, 19, 23]),
        (MemoryFormat::ChannelsLast, [9, 10, 11, 21, 22, 23]),
    ] {
        let plan = MaxPool2d::new(2).plan_in(&[2, 3, 2, 2], format).unwrap();
        let mut output = [0.0; 6];
        plan.forward_into(&input, &mut output).unwrap();
        assert_eq!(
            output,
            expected.map(|value: u8| f32::from(value)),
            "{format:?}"
        );
    }
}

#[test]
fn only_the_batch_may_be_empty() {
    let plan = |shape: &[usize]| MaxPool1d::new(1).plan(shape);
    assert!(plan(&[0, 3, 4]).is_ok());
    for shape in [[2, 0, 4], [2, 3, 0], [0, 0, 4]] {
        let shape = shape.to_vec();
        assert_eq!(plan(&shape).unwrap_err(), Error::EmptyAxis { shape });
    }
}

#[test]
fn a_rank_that_no_axis_or_too_many_belong_to_is_refused() {
    for shape in [&[][..], &[3], &[3, 4], &[1, 2, 3, 4, 5]] {
        let error = MaxPool2d::new(1).plan(shape).unwrap_err();
        let shape = shape.to_vec();
        assert_eq!(error, Error::Rank { shape, pooled: 2 });
    }
}

#[test]
fn layers_are_chosen_when_the_program_runs() {
    let layers: [Box<dyn Layer>; 3] = [
        Box::new(MaxPool2d::new(2)),
        Box::new(AvgPool2d::new(2)),
        Box::new(FractionalMaxPool2d::with_output_size(2, 2)),
    ];
    let image = Array3::from_shape_fn((1, 4, 4), |(_, y, x)| (4 * y + x) as f32);
    let corners = layers.each_ref().map(|layer| {
        assert_eq!(layer.pooled_axes(), 2);
        layer.forward(&image).unwrap()[[0, 1, 1]]
    });
    assert_eq!(corners, [15.0, 12.5, 15.0]);
    // A fractional layer pools no channels that lie last: those are copied.
    let batch = ramp();
    assert_eq!(
        layers[2].forward(&stored_channels_last(&batch)).unwrap(),
        layers[2].forward(&batch).unwrap()
    );
    let shared: Arc<dyn Layer> = Arc::new(MaxPool2d::new(2));
    assert_eq!(
        (&&*shared).forward(&image).unwrap(),
        shared.forward(&image).unwrap()
    );
}

#[test]
fn unpooling_keeps_the_order_of_channels_and_gives_the_gradient_back() {
    let array = ramp();
    let (maxima, indices) = MaxPool2d::new(2).return_indices().forward(&array).unwrap();
    let unpool = MaxUnpool2d::new(2).output_size((5, 7));
    let unpooled = unpool.forward(&maxima, &indices).unwrap();
    assert_eq!(unpooled.shape(), array.shape());
    for (element, original) in unpooled.iter().zip(&array) {
        assert!(*element == 0.0 || element == original);
    }
    assert_eq!(unpooled.sum(), maxima.sum());
    assert_eq!(unpool.backward(&array, &indices).unwrap(), maxima);

    let last = unpool.forward(&stored_channels_last(&maxima), &indices);
    let last = last.unwrap();
    assert_eq!(last, unpooled);
    assert!(last.view().permuted_axes([0, 2, 3, 1]).is_standard_layout());
    let grad = unpool.backward(&stored_channels_last(&array), &indices);
    assert_eq!(grad.unwrap(), maxima);

    let other = indices.slice_axis(Axis(0), (..1).into());
    assert!(matches!(
        unpool.forward(&maxima, &other),
        Err(Error::Shape { .. })
    ));
    let small = array.slice_axis(Axis(2), (1..).into());
    assert!(matches!(
        unpool.backward(&small, &indices),
        Err(Error::Shape { .. })
    ));
}

#[test]
fn parameters_that_ask_for_more_than_there_is_memory_for_are_refused() {
    fn refused<A: std::fmt::Debug>(array: Result<A, Error>) {
        assert!(matches!(array, Err(Error::Memory { .. })), "{array:?}");
    }
    let row = Array2::<f32>::zeros((1, 4));
    let indices = Array2::<i64>::zeros((1, 4));
    let far = 1 << 50;
    refused(AdaptiveAvgPool1d::new(far).forward(&row));
    refused(AdaptiveMaxPool1d::new(far).return_indices().forward(&row));
    refused(MaxUnpool1d::new(far).forward(&row, &indices));
    refused(
        MaxPool1d::new(1)
            .padding(far)
            .any_padding(true)
            .forward(&row),
    );
    let shape = [1, far];
    refused(
        AdaptiveMaxPool1d::new(4)
            .return_indices()
            .backward(&row, &indices, &shape),
    );
}
