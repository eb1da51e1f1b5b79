//! Numbers in JSON, which has no NaN and no infinities: they are the strings that JavaScript's `Number` takes.

use serde::{Serialize, Serializer};

/// One number.
pub(crate) fn number<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if value.is_finite() {
        serializer.serialize_f64(*value)
    } else if value.is_nan() {
        serializer.serialize_str("NaN")
    } else {
        serializer.serialize_str(if *value > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        })
    }
}

/// One number, as a value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number(pub(crate) f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        number(&self.0, serializer)
    }
}

/// A column of numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Column(pub(crate) Vec<f64>);

impl FromIterator<f64> for Column {
    fn from_iter<I: IntoIterator<Item = f64>>(numbers: I) -> Self {
        Self(numbers.into_iter().collect())
    }
}

impl Serialize for Column {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|&number| Number(number)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_lacks_is_a_string() {
        let column = Column(vec![1.5, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0]);
        let text = serde_json::to_string(&column).unwrap();
        assert_eq!(text, r#"[1.5,"NaN","Infinity","-Infinity",-0.0]"#);
    }
}
