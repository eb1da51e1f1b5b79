use std::path::Path;

use proptest::prelude::*;

use super::*;

/// What Python 2 writes for `{"labels": [1, 2], "data": <array of 2x3>}`: the pickle of a published batch in small.
fn batch(bytes_opcode: &[u8]) -> Vec<u8> {
    [
        b"\x80\x02}q\x00(U\x06labelsq\x01]q\x02(K\x01M\x02\x00eU\x04dataq\x03".as_slice(),
        b"cnumpy.core.multiarray\n_reconstruct\nq\x04cnumpy\nndarray\nq\x05K\x00\x85q\x06U\x01bq\x07\x87q\x08Rq\x09",
        b"(K\x01K\x02K\x03\x86q\x0acnumpy\ndtype\nq\x0bU\x02u1q\x0cK\x00K\x01\x87q\x0dRq\x0e",
        b"(K\x03U\x01|q\x0fNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tq\x10b\x89",
        bytes_opcode,
        b"q\x11tq\x12bu.",
    ]
    .concat()
}

fn small() -> Vec<u8> {
    batch(b"U\x06abcdef")
}

fn with<T>(bytes: &[u8], use_it: impl FnOnce(&Pickled<'_>) -> Result<T>) -> Result<T> {
    read(Path::new("data_batch_1"), bytes).and_then(|pickled| use_it(&pickled))
}

fn data(bytes: &[u8]) -> Result<([usize; 2], Vec<u8>)> {
    with(bytes, |pickled| {
        let array = pickled.byte_array("data")?;
        let content = match array.bytes {
            ArrayBytes::Inside(start) => bytes[start..][..array.shape[0] * array.shape[1]].to_vec(),
            ArrayBytes::Apart(apart) => apart,
        };
        Ok((array.shape, content))
    })
}

fn message(bytes: &[u8]) -> String {
    data(bytes).unwrap_err().to_string()
}

/// The small batch with one part of it replaced.
fn changed(from: &[u8], to: &[u8]) -> Vec<u8> {
    let bytes = small();
    let at = bytes
        .windows(from.len())
        .position(|window| window == from)
        .unwrap();
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

#[test]
fn a_batch_of_python_2_is_read() {
    let bytes = small();
    assert_eq!(data(&bytes).unwrap(), ([2, 3], b"abcdef".to_vec()));
    assert_eq!(
        with(&bytes, |pickled| pickled.integers("labels")).unwrap(),
        [1, 2]
    );
}

#[test]
fn what_newer_writers_do_is_read_too() {
    let renamed = changed(b"numpy.core.multiarray", b"numpy._core.multiarray");
    assert_eq!(data(&renamed).unwrap().1, b"abcdef");
    let columnwise = changed(b"b\x89U", b"b\x88U");
    assert_eq!(data(&columnwise).unwrap(), ([2, 3], b"acebdf".to_vec()));
    // Python 3 with protocol 2: _codecs.encode(u"\xe9bcdef", "latin1")
    let encoded =
        batch(b"c_codecs\nencode\nX\x07\x00\x00\x00\xc3\xa9bcdefX\x06\x00\x00\x00latin1\x86R");
    assert_eq!(data(&encoded).unwrap().1, b"\xe9bcdef");
    let long_string = batch(b"T\x06\x00\x00\x00abcdef");
    assert_eq!(data(&long_string).unwrap().1, b"abcdef");
}

#[test]
fn strings_are_read_from_a_list() {
    let names = b"\x80\x02}(U\x05names](U\x03catU\x03dogeu.";
    with(names, |pickled| {
        assert_eq!(pickled.strings("names")?, [b"cat", b"dog"]);
        Ok(())
    })
    .unwrap();
    let error = with(names, |pickled| pickled.integers("names"))
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "data_batch_1: the entry \"names\" of the pickle is not a list of integers"
    );
    let error = with(names, |pickled| pickled.strings("label_names").map(drop))
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "data_batch_1: the pickle has no entry \"label_names\"; it has [\"names\"]"
    );
}

#[test]
fn an_unknown_opcode_is_refused() {
    assert_eq!(
        message(b"\x80\x02\x93."),
        "data_batch_1: byte 2 of the pickle: opcode 0x93 is not one that CIFAR's pickles use; this file is no published \
         batch (or was saved again with another protocol: use 2)"
    );
    assert!(message(b"\x80\x04.").contains("pickle protocol 4; the published files have 2"));
}

#[test]
fn nothing_is_imported_or_called() {
    assert_eq!(
        message(b"\x80\x02cos\nsystem\nU\x04true\x85R."),
        "data_batch_1: byte 2 of the pickle: the pickle wants to import `os.system`; only numpy's byte arrays are read, \
         and nothing is executed"
    );
    assert!(
        message(b"\x80\x02cnumpy\nndarray\n)R.").contains("a call that no pickled array makes")
    );
    assert!(message(b"\x80\x02K\x01)R.").contains("nothing is executed"));
    assert!(
        message(&changed(b"u1", b"f8")).contains("an array of `f8`; images are arrays of `u1`")
    );
}

#[test]
fn a_claimed_length_is_never_believed() {
    assert_eq!(
        message(b"\x80\x02T\x00\x00\x00\x80abc"),
        "data_batch_1: byte 2 of the pickle: 2147483648 bytes are announced and 3 are left: the file is truncated or damaged"
    );
    // A shape of 2^31 x 2^31, and one that does not match the bytes.
    let huge = b"\x8a\x05\x00\x00\x00\x80\x00".repeat(2);
    assert!(message(&changed(b"K\x02K\x03", &huge)).contains("matches its shape"));
    assert!(message(&changed(b"K\x02K\x03", b"K\x02K\x04")).contains("matches its shape"));
    assert!(
        message(&changed(b"K\x02K\x03", b"K\x02J\xff\xff\xff\xff")).contains("a negative length")
    );
}

#[test]
fn rows_of_no_columns_are_refused() {
    // A shape of 2^62 x 0, which no bytes at all match, in both orders.
    let shape = b"\x8a\x08\0\0\0\0\0\0\0\x40K\x00";
    for order in [b"b\x89U\x00", b"b\x88U\x00"] {
        let bytes = changed(b"b\x89U\x06abcdef", order);
        let at = bytes.windows(4).position(|four| four == b"K\x02K\x03");
        let (before, after) = bytes.split_at(at.unwrap());
        let empty = [before, shape, &after[4..]].concat();
        assert!(message(&empty).contains("at least one byte that matches its shape"));
    }
}

#[test]
fn one_string_in_many_places_is_no_list_and_no_long_message() {
    let text = [b"T\xf4\x01\x00\x00".as_slice(), &[b'a'; 500], b"q\x00"].concat();
    let again = b"h\x00".repeat(100);
    let list = [b"\x80\x02}(U\x05names](".as_slice(), &text, &again, b"eu."].concat();
    let error = with(&list, |pickled| pickled.strings("names").map(drop)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "data_batch_1: the entry \"names\" of the pickle is not a list of strings that the file has room for"
    );
    let keys = [
        b"\x80\x02}(".as_slice(),
        &text,
        b"N",
        &b"h\x00N".repeat(30),
        b"u.",
    ]
    .concat();
    let name = "a".repeat(40);
    assert_eq!(
        message(&keys),
        format!(
            "data_batch_1: the pickle has no entry \"data\"; it has {:?}",
            vec![name; 20]
        )
    );
}

#[test]
fn the_last_of_two_entries_with_one_key_counts() {
    let twice = b"\x80\x02}(U\x01a](K\x01eU\x01a](K\x02eu.";
    assert_eq!(with(twice, |pickled| pickled.integers("a")).unwrap(), [2]);
}

#[test]
fn labels_of_numpy_s_own_numbers_are_refused_with_a_remedy() {
    let scalar = b"\x80\x02cnumpy._core.multiarray\nscalar\n.";
    assert_eq!(
        message(scalar),
        "data_batch_1: byte 2 of the pickle: a number of numpy's own types; save labels as a list of ints: \
         [int(label) for label in labels]"
    );
    let array = message(&changed(b"u1", b"i8"));
    assert!(array.contains("an array of `i8`; images are arrays of `u1`: save them with dtype uint8, and labels as a list of ints"));
}

#[test]
fn decoding_one_string_many_times_is_refused() {
    let text = [b"X\xf4\x01\x00\x00".as_slice(), &[b'a'; 500]].concat();
    let again = b"c_codecs\nencode\nq\x01h\x00X\x06\x00\x00\x00latin1\x86R".repeat(100);
    let bytes = [b"\x80\x02".as_slice(), &text, b"q\x00", &again, b"."].concat();
    assert!(message(&bytes).contains("more bytes are decoded than the file has"));
}

#[test]
fn a_flood_of_short_opcodes_is_refused() {
    let flood = [b"\x80\x02".as_slice(), &vec![b'N'; 2 << 20]].concat();
    assert!(message(&flood).contains("more than 1048576 opcodes, which no published batch has"));
}

#[test]
fn every_truncation_is_an_error() {
    let bytes = small();
    for end in 0..bytes.len() {
        assert!(data(&bytes[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn a_container_inside_itself_does_no_harm() {
    let bytes = b"\x80\x02}q\x00U\x04datah\x00s.";
    assert!(message(bytes).contains("not a two-dimensional array"));
    assert!(message(b"\x80\x02]q\x00h\x00a.").contains("the pickle is no dict"));
}

/// Opcodes and their arguments in any order: far more of these run deep than of random bytes.
fn program() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<Vec<u8>> = [
        b"(".as_slice(),
        b"N",
        b"K\x02",
        b"U\x03abc",
        b"]",
        b"}",
        b")",
        b"t",
        b"\x85",
        b"\x86",
        b"\x87",
        b"a",
        b"e",
        b"s",
        b"u",
        b"q\x00",
        b"q\x01",
        b"h\x00",
        b"h\x01",
        b"R",
        b"b",
        b"\x88",
        b"U\x02u1",
        b"U\x06latin1",
        b"cnumpy.core.multiarray\n_reconstruct\n",
        b"cnumpy\nndarray\n",
        b"cnumpy\ndtype\n",
        b"c_codecs\nencode\n",
        b"U\x04data",
        b"\x8a\x02\x00\x80",
        b".",
    ]
    .map(<[u8]>::to_vec)
    .into();
    proptest::collection::vec(proptest::sample::select(pieces), 0..60)
        .prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = data(&bytes);
    }

    #[test]
    fn no_program_panics(program in program()) {
        let _ = data(&program);
        let _ = with(&program, |pickled| pickled.strings("abc").map(drop));
    }

    #[test]
    fn no_change_to_a_batch_panics(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let mut bytes = small();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok((shape, content)) = data(&bytes) {
            prop_assert_eq!(shape[0] * shape[1], content.len());
        }
    }
}
