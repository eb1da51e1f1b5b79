//! What layers are besides poolings: text, and keys.

use std::collections::HashMap;

use cenote::{
    AdaptiveAvgPool2d, AdaptiveAvgPool3d, AdaptiveMaxPool2d, AvgPool2d, AvgPool3d,
    FractionalMaxPool2d, LPPool2d, LPPool3d, Layer, MaxPool1d, MaxPool2d, MaxPool3d, MaxUnpool2d,
    MaxUnpool3d,
};

/// What torch 2.15 prints for the same layers.
#[test]
fn layers_print_as_in_torch() {
    let printed = [
        (
            MaxPool2d::new(3).ceil_mode(true).to_string(),
            "MaxPool2d(kernel_size=3, stride=3, padding=0, dilation=1, ceil_mode=True)",
        ),
        (
            MaxPool1d::new(3)
                .stride(2)
                .padding(1)
                .dilation(2)
                .to_string(),
            "MaxPool1d(kernel_size=3, stride=2, padding=1, dilation=2, ceil_mode=False)",
        ),
        (
            MaxPool3d::new([1, 2, 3])
                .stride(2)
                .padding([0, 1, 1])
                .to_string(),
            "MaxPool3d(kernel_size=(1, 2, 3), stride=2, padding=(0, 1, 1), dilation=1, ceil_mode=False)",
        ),
        (
            AvgPool2d::new(3).stride(2).padding(1).to_string(),
            "AvgPool2d(kernel_size=3, stride=2, padding=1)",
        ),
        (
            LPPool2d::new(1.5, [3, 2])
                .stride(2)
                .ceil_mode(true)
                .to_string(),
            "LPPool2d(norm_type=1.5, kernel_size=(3, 2), stride=2, ceil_mode=True)",
        ),
        (
            LPPool3d::new(f64::INFINITY, 3).stride(3).to_string(),
            "LPPool3d(norm_type=inf, kernel_size=3, stride=3, ceil_mode=False)",
        ),
        (
            AdaptiveMaxPool2d::new([None, Some(7)]).to_string(),
            "AdaptiveMaxPool2d(output_size=(None, 7))",
        ),
        (
            AdaptiveAvgPool3d::new(1).to_string(),
            "AdaptiveAvgPool3d(output_size=1)",
        ),
        (
            AdaptiveAvgPool2d::new((5, 6)).to_string(),
            "AdaptiveAvgPool2d(output_size=(5, 6))",
        ),
        (
            MaxUnpool3d::new([2, 3, 4]).padding([1, 0, 1]).to_string(),
            "MaxUnpool3d(kernel_size=(2, 3, 4), stride=(2, 3, 4), padding=(1, 0, 1))",
        ),
    ];
    for (printed, expected) in printed {
        assert_eq!(printed, expected);
    }
}

#[test]
fn what_torch_leaves_out_is_printed_where_it_is_not_the_default() {
    let printed = [
        (
            AvgPool2d::new(3).count_include_pad(false).to_string(),
            "AvgPool2d(kernel_size=3, stride=3, padding=0, count_include_pad=False)",
        ),
        (
            AvgPool3d::new(2)
                .dilation(2)
                .ceil_mode(true)
                .divisor_override(3)
                .to_string(),
            "AvgPool3d(kernel_size=2, stride=2, padding=0, dilation=2, ceil_mode=True, divisor_override=3)",
        ),
        (
            LPPool2d::new(2.0, 3)
                .asymmetric_padding(0, 1)
                .absolute(true)
                .scale_clipped(false)
                .to_string(),
            "LPPool2d(norm_type=2, kernel_size=3, stride=3, padding=0, padding_after=1, ceil_mode=False, \
             absolute=True, scale_clipped=False)",
        ),
        (
            MaxPool2d::new(3).any_padding(true).same_lower().to_string(),
            "MaxPool2d(kernel_size=3, stride=3, auto_pad=SAME_LOWER, dilation=1, ceil_mode=False, any_padding=True)",
        ),
        (
            FractionalMaxPool2d::with_output_size(3, [13, 12])
                .seed(7)
                .to_string(),
            "FractionalMaxPool2d(kernel_size=3, output_size=(13, 12), seed=7)",
        ),
        (
            FractionalMaxPool2d::with_output_ratio(2, 0.5)
                .samples(vec![0.5; 6])
                .to_string(),
            "FractionalMaxPool2d(kernel_size=2, output_ratio=0.5, samples=6 given)",
        ),
        (
            MaxUnpool2d::new(2)
                .output_size((5, 7))
                .rebase_indices(true)
                .to_string(),
            "MaxUnpool2d(kernel_size=2, stride=2, padding=0, output_size=(5, 7), rebase_indices=True)",
        ),
    ];
    for (printed, expected) in printed {
        assert_eq!(printed, expected);
    }
}

#[test]
fn layers_are_keys_of_plans() {
    let layer = MaxPool2d::new(3).stride(2);
    let mut plans = HashMap::from([((layer.clone(), [1, 8, 8]), layer.plan(&[1, 8, 8]).unwrap())]);
    assert!(plans.contains_key(&(MaxPool2d::new(3).stride([2, 2]), [1, 8, 8])));
    assert!(
        plans
            .remove(&(MaxPool2d::new(3).stride(1), [1, 8, 8]))
            .is_none()
    );
}
