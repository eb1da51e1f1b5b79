use super::*;
use crate::message::{AudioValue, ImageValue, TensorShapeProto};
use proptest::prelude::*;

fn value(kind: Kind) -> Value {
    Value {
        tag: "t".to_owned(),
        metadata: None,
        value: Some(kind),
    }
}

fn tensor(dtype: DataType, shape: &[usize]) -> TensorProto {
    TensorProto {
        dtype: dtype.into(),
        tensor_shape: Some(TensorShapeProto::new(shape)),
        ..TensorProto::default()
    }
}

fn strings(shape: &[usize], strings: &[&str]) -> Value {
    let string_val = strings
        .iter()
        .map(|string| string.as_bytes().to_vec())
        .collect();
    value(Kind::Tensor(TensorProto {
        string_val,
        ..tensor(DataType::String, shape)
    }))
}

#[test]
fn images_of_both_styles() {
    let old = ImageValue {
        width: 3,
        height: 2,
        encoded_image_string: b"png".to_vec(),
        ..ImageValue::default()
    };
    let old = value(Kind::Image(old));
    assert_eq!(
        (old.images(), old.image_size()),
        (vec![&b"png"[..]], Some((3, 2)))
    );
    let new = strings(&[4], &["30", "20", "one", "two"]);
    assert_eq!(
        (new.images(), new.image_size()),
        (vec![&b"one"[..], b"two"], Some((30, 20)))
    );
    assert_eq!(
        (
            strings(&[1], &["x"]).images().len(),
            strings(&[1], &["x"]).image_size()
        ),
        (0, None)
    );
}

#[test]
fn sounds_of_both_styles() {
    let old = AudioValue {
        encoded_audio_string: b"wav".to_vec(),
        ..AudioValue::default()
    };
    let sound = |encoded, label| Audio {
        encoded,
        content_type: "audio/wav",
        label,
    };
    assert_eq!(value(Kind::Audio(old)).audio(), [sound(b"wav", b"")]);
    assert_eq!(
        strings(&[2, 2], &["a", "la", "b", "lb"]).audio(),
        [sound(b"a", b"la"), sound(b"b", b"lb")]
    );
    assert_eq!(
        strings(&[2], &["a", "b"]).audio(),
        [sound(b"a", b""), sound(b"b", b"")]
    );
}

#[test]
fn a_torch_histogram_has_no_backward_bucket() {
    let proto = HistogramProto {
        min: -3.7,
        max: 2.5,
        bucket_limit: vec![-3.8, -1.0, 2.0, 3.0],
        bucket: vec![0.0, 1.0, 0.0, 2.0],
        ..HistogramProto::default()
    };
    let buckets = value(Kind::Histo(proto)).histogram().unwrap().buckets;
    assert_eq!(
        buckets,
        [[-3.7, -1.0, 1.0], [-1.0, 2.0, 0.0], [2.0, 2.5, 2.0]]
    );
    assert_eq!(
        value(Kind::Histo(HistogramProto::default()))
            .histogram()
            .unwrap()
            .buckets
            .len(),
        0
    );
    let new = TensorProto {
        double_val: vec![0.0, 1.0, 5.0],
        ..tensor(DataType::Double, &[1, 3])
    };
    assert_eq!(
        value(Kind::Tensor(new)).histogram().unwrap().buckets,
        [[0.0, 1.0, 5.0]]
    );
}

#[test]
fn numbers_come_listed_packed_or_shortened() {
    let listed = TensorProto {
        int_val: vec![1, 2, 3, 4],
        ..tensor(DataType::Int32, &[2, 2])
    };
    let packed = TensorProto {
        tensor_content: [1, 0, 2, 0, 3, 0, 4, 0].to_vec(),
        ..tensor(DataType::Int16, &[2, 2])
    };
    let repeated = TensorProto {
        float_val: vec![1.0, 7.0],
        ..tensor(DataType::Float, &[4])
    };
    let half = TensorProto {
        half_val: vec![0x3c00],
        ..tensor(DataType::Half, &[])
    };
    let of = |tensor| value(Kind::Tensor(tensor)).numbers().unwrap().values;
    assert_eq!(
        (of(listed), of(packed)),
        (vec![1.0, 2.0, 3.0, 4.0], vec![1.0, 2.0, 3.0, 4.0])
    );
    assert_eq!(
        (of(repeated), of(half)),
        (vec![1.0, 7.0, 7.0, 7.0], vec![1.0])
    );
}

#[test]
fn what_is_not_of_the_kind_is_refused_by_name() {
    let huge = TensorProto {
        float_val: vec![1.0],
        ..tensor(DataType::Float, &[usize::MAX >> 1])
    };
    let message = value(Kind::Tensor(huge)).numbers().unwrap_err().to_string();
    assert!(
        message.starts_with(
            "the value of \"t\" is not a tensor of numbers: it has 1 elements for the shape"
        ),
        "{message}"
    );
    let scalar = value(Kind::SimpleValue(1.0));
    assert!(
        scalar
            .histogram()
            .unwrap_err()
            .to_string()
            .contains("is not a histogram: it is not a tensor")
    );
    assert!(
        scalar
            .text()
            .unwrap_err()
            .to_string()
            .contains("is not text")
    );
    assert!(scalar.pr_curve().is_err() && scalar.layout().is_err());
    assert!(
        strings(&[3], &["a"])
            .text()
            .unwrap_err()
            .to_string()
            .contains("1 strings for the shape [3]")
    );
}

proptest! {
    #[test]
    fn random_messages_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(value) = Value::decode(bytes.as_slice()) {
            let _ = (value.images(), value.image_size(), value.audio());
            let _ = (value.histogram(), value.text(), value.numbers(), value.pr_curve(), value.layout());
        }
        if let Ok(metadata) = SummaryMetadata::decode(bytes.as_slice()) {
            let _ = (metadata.hparams(), metadata.mesh());
        }
    }

    #[test]
    fn random_tensors_never_panic(dtype in 0i32..24, sizes in proptest::collection::vec(-3i64..10, 0..4), content in proptest::collection::vec(any::<u8>(), 0..40), floats in proptest::collection::vec(any::<f32>(), 0..9)) {
        let dim = sizes.into_iter().map(|size| crate::message::tensor_shape::Dim { size }).collect();
        let tensor = TensorProto { dtype, tensor_shape: Some(TensorShapeProto { dim }), tensor_content: content, float_val: floats, ..TensorProto::default() };
        let value = value(Kind::Tensor(tensor));
        let _ = (value.histogram(), value.text(), value.numbers(), value.pr_curve());
    }
}

#[test]
fn a_shape_whose_size_overflows_is_an_error() {
    let shape = [1 << 62, 1 << 62];
    let text = strings(&shape, &["a"]).text().unwrap_err().to_string();
    assert!(text.contains("1 strings for the shape"), "{text}");
    let numbers = value(Kind::Tensor(tensor(DataType::Float, &shape)));
    assert!(numbers.numbers().is_err());
}
