use std::io::Cursor as File;

use proptest::prelude::*;
use prost::Message as _;

use super::*;
use crate::message::{
    DataType, Event, ImageValue, Kind, PluginData, SessionLog, Summary, SummaryMetadata,
    TaggedRunMetadata, TensorProto, TensorShapeProto, Value, What,
};

fn skim_both_ways(payload: &[u8]) -> Result<Skimmed, SkimError> {
    let mut file = b"before".to_vec();
    file.extend_from_slice(payload);
    let end = file.len() as u64;
    file.extend_from_slice(b"after");
    let mut window = Window::new(File::new(file), end);
    let in_file = skim(
        &mut Payload {
            window: &mut window,
            start: 6,
        },
        payload.len() as u64,
    );
    let in_memory = skim(&mut &*payload, payload.len() as u64);
    match (&in_file, &in_memory) {
        (Ok(a), Ok(b)) => assert_eq!(format!("{a:?}"), format!("{b:?}")),
        (Err(_), Err(_)) => {}
        other => panic!("{other:?}"),
    }
    in_memory
}

fn value(tag: &str, value: Option<Kind>, metadata: Option<SummaryMetadata>) -> Value {
    Value {
        tag: tag.to_owned(),
        metadata,
        value,
    }
}

#[test]
fn an_image_is_stepped_over_and_the_metadata_behind_it_found() {
    let metadata = SummaryMetadata {
        plugin_data: Some(PluginData {
            plugin_name: "images".to_owned(),
            content: vec![1, 2],
        }),
        ..SummaryMetadata::default()
    };
    let image = ImageValue {
        encoded_image_string: vec![7; 300_000],
        ..ImageValue::default()
    };
    let summary = Summary {
        value: vec![value(
            "a/b",
            Some(Kind::Image(image)),
            Some(metadata.clone()),
        )],
    };
    let event = Event {
        wall_time: 2.5,
        step: -3,
        what: Some(What::Summary(summary)),
        source_metadata: None,
    };
    let skimmed = skim_both_ways(&event.encode_to_vec()).unwrap();
    let metadata = Some(metadata.encode_to_vec());
    let value = SkimmedValue {
        tag: "a/b".to_owned(),
        held: Held::Image,
        metadata,
    };
    assert_eq!(
        skimmed,
        Skimmed {
            wall_time: 2.5,
            step: -3,
            values: vec![value],
            ..Skimmed::default()
        }
    );
}

fn held(tensor: TensorProto) -> HeldTensor {
    let summary = Summary {
        value: vec![value("t", Some(Kind::Tensor(tensor)), None)],
    };
    let event = Event {
        what: Some(What::Summary(summary)),
        ..Event::default()
    };
    match skim_both_ways(&event.encode_to_vec())
        .unwrap()
        .values
        .remove(0)
        .held
    {
        Held::Tensor(tensor) => tensor,
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_number_in_any_form_is_a_scalar() {
    let tensor = |dtype: DataType| TensorProto {
        dtype: dtype.into(),
        ..TensorProto::default()
    };
    let content = |dtype: DataType, bytes: &[u8]| TensorProto {
        tensor_content: bytes.to_vec(),
        ..tensor(dtype)
    };
    let numbers = [
        TensorProto {
            float_val: vec![-2.0],
            ..tensor(DataType::Float)
        },
        TensorProto {
            double_val: vec![-2.0],
            ..tensor(DataType::Double)
        },
        TensorProto {
            int_val: vec![-2],
            ..tensor(DataType::Int32)
        },
        TensorProto {
            int64_val: vec![-2],
            ..tensor(DataType::Int64)
        },
        content(DataType::Float, &(-2f32).to_le_bytes()),
        content(DataType::Double, &(-2f64).to_le_bytes()),
        content(DataType::Int32, &(-2i32).to_le_bytes()),
        content(DataType::Int64, &(-2i64).to_le_bytes()),
    ];
    for tensor in numbers {
        assert_eq!(held(tensor.clone()).scalar, Some(-2.0), "{tensor:?}");
    }
    assert_eq!(held(content(DataType::Bool, &[1])).scalar, Some(1.0));
    assert_eq!(
        held(TensorProto {
            uint64_val: vec![u64::MAX],
            ..tensor(DataType::Uint64)
        })
        .scalar,
        Some(u64::MAX as f64)
    );
    let one_of_rank_two = TensorProto {
        float_val: vec![3.0],
        tensor_shape: Some(TensorShapeProto::new(&[1, 1])),
        ..tensor(DataType::Float)
    };
    assert_eq!(held(one_of_rank_two).scalar, Some(3.0));
}

#[test]
fn several_numbers_and_strings_are_none() {
    let many = TensorProto {
        dtype: DataType::Float.into(),
        float_val: vec![1.0, 2.0],
        tensor_shape: Some(TensorShapeProto::new(&[2])),
        ..TensorProto::default()
    };
    assert_eq!(
        held(many),
        HeldTensor {
            scalar: None,
            strings: 0,
            sounds: 0
        }
    );
    let strings = TensorProto {
        dtype: DataType::String.into(),
        string_val: vec![b"5".to_vec(); 3],
        ..TensorProto::default()
    };
    assert_eq!(
        held(strings),
        HeldTensor {
            scalar: None,
            strings: 3,
            sounds: 3
        }
    );
}

#[test]
fn a_number_is_one_to_the_index_when_it_is_one_to_whoever_reads_it() {
    let types = (0..24).filter_map(|number| DataType::try_from(number).ok());
    for dtype in types {
        let empty = TensorProto {
            dtype: dtype.into(),
            ..TensorProto::default()
        };
        let mut tensors = vec![empty.clone()];
        for len in 1..9 {
            tensors.push(TensorProto {
                tensor_content: vec![0x41; len],
                ..empty.clone()
            });
        }
        for count in 1..3 {
            tensors.push(TensorProto {
                float_val: vec![2.0; count],
                double_val: vec![2.0; count],
                int_val: vec![2; count],
                int64_val: vec![2; count],
                bool_val: vec![true; count],
                half_val: vec![0x4000; count],
                uint32_val: vec![2; count],
                uint64_val: vec![2; count],
                ..empty.clone()
            });
        }
        for tensor in tensors {
            let numbers = value("t", Some(Kind::Tensor(tensor.clone())), None).numbers();
            let want = numbers.ok().map(|numbers| numbers.values[0]);
            assert_eq!(held(tensor.clone()).scalar, want, "{tensor:?}");
        }
    }
}

#[test]
fn sounds_are_counted_without_their_labels() {
    for (shape, sounds) in [(&[2, 2][..], 2), (&[4], 4), (&[2, 2, 1], 4), (&[1, 4], 4)] {
        let tensor = TensorProto {
            dtype: DataType::String.into(),
            tensor_shape: Some(TensorShapeProto::new(shape)),
            string_val: vec![b"x".to_vec(); 4],
            ..TensorProto::default()
        };
        let value = value("t", Some(Kind::Tensor(tensor.clone())), None);
        assert_eq!(value.audio().len(), sounds);
        assert_eq!(held(tensor).sounds as usize, sounds, "{shape:?}");
    }
}

#[test]
fn sessions_graphs_and_run_metadata_are_told_apart() {
    let event = |what: What| {
        skim_both_ways(
            &Event {
                what: Some(what),
                ..Event::default()
            }
            .encode_to_vec(),
        )
        .unwrap()
    };
    assert!(
        event(What::SessionLog(SessionLog {
            status: 1,
            ..SessionLog::default()
        }))
        .session_start
    );
    assert!(
        !event(What::SessionLog(SessionLog {
            status: 2,
            ..SessionLog::default()
        }))
        .session_start
    );
    assert!(event(What::GraphDef(vec![1; 5000])).graph);
    assert!(event(What::MetaGraphDef(vec![1])).graph);
    let metadata = TaggedRunMetadata {
        tag: "step1".to_owned(),
        run_metadata: vec![1; 5000],
    };
    assert_eq!(
        event(What::TaggedRunMetadata(metadata))
            .run_metadata
            .as_deref(),
        Some("step1")
    );
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = skim_both_ways(&bytes);
    }

    #[test]
    fn damaged_events_never_panic(flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in any::<prop::sample::Index>()) {
        let tensor = TensorProto { dtype: 7, string_val: vec![b"x".to_vec(); 3], ..TensorProto::default() };
        let values = vec![value("a", Some(Kind::SimpleValue(1.0)), None), value("b", Some(Kind::Tensor(tensor)), Some(SummaryMetadata::default()))];
        let event = Event { wall_time: 1.0, step: 5, what: Some(What::Summary(Summary { value: values })), source_metadata: None };
        let mut bytes = event.encode_to_vec();
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len() + 1));
        let _ = skim_both_ways(&bytes);
    }

    #[test]
    fn what_decodes_is_skimmed_with_the_same_step_and_tags(step in any::<i64>(), tags in proptest::collection::vec("[a-zü/]{0,9}", 0..5)) {
        let values = tags.iter().map(|tag| value(tag, Some(Kind::SimpleValue(0.5)), None)).collect();
        let event = Event { wall_time: 9.0, step, what: Some(What::Summary(Summary { value: values })), source_metadata: None };
        let skimmed = skim_both_ways(&event.encode_to_vec()).unwrap();
        prop_assert_eq!(skimmed.step, step);
        let skimmed: Vec<String> = skimmed.values.into_iter().map(|value| value.tag).collect();
        prop_assert_eq!(skimmed, tags);
    }
}

#[test]
fn groups_are_stepped_over_as_protobuf_does() {
    // step = 5; group 15 { 1: 7, group 2 {}, 3: "ab" }; step = 6
    let payload = [
        0x10, 5, 0x7b, 0x08, 7, 0x13, 0x14, 0x1a, 2, b'a', b'b', 0x7c, 0x10, 6,
    ];
    assert_eq!(Event::decode(payload.as_slice()).unwrap().step, 6);
    assert_eq!(skim_both_ways(&payload).unwrap().step, 6);
    // One that does not end, one that ends another, one that is too deep.
    let deep = [[0x7b; 101], [0x7c; 101]].concat();
    for bad in [&payload[..11], &[0x7b, 0x14], &deep] {
        assert!(Event::decode(bad).is_err());
        assert!(skim_both_ways(bad).is_err());
    }
}

#[test]
fn events_of_millions_of_empty_values_are_refused() {
    let mut summary = Vec::new();
    prost::encoding::encode_key(5, prost::encoding::WireType::LengthDelimited, &mut summary);
    prost::encoding::encode_varint(2 * (MOST_VALUES as u64 + 1), &mut summary);
    summary.extend([0x0a, 0].repeat(MOST_VALUES + 1));
    assert!(skim(&mut summary.as_slice(), summary.len() as u64).is_err());
}
