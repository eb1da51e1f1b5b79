//! Values of options that are lists: `3`, `2,3`, `none,7`.

use std::str::FromStr;

use anyhow::{Context, Result, bail};
use cenote::{OutputSize, PerAxis};

/// One size, or one for each pooled axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sizes(Vec<usize>);

impl Sizes {
    pub(crate) fn one(size: usize) -> Self {
        Self(vec![size])
    }

    /// The sizes of `N` axes; `option` is named where their number is wrong.
    pub(crate) fn per_axis<const N: usize>(&self, option: &str) -> Result<PerAxis<N>> {
        per_axis(&self.0, option).map(PerAxis)
    }
}

impl FromStr for Sizes {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        parse_list(text, |size| size.parse().ok())
            .with_context(|| {
                format!("'{text}' is no size: give a whole number, or one for each axis as in 2,3")
            })
            .map(Self)
    }
}

/// One output size, or one for each pooled axis; `none` keeps the input's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OutputSizes(Vec<Option<usize>>);

impl OutputSizes {
    pub(crate) fn output_size<const N: usize>(&self) -> Result<OutputSize<N>> {
        per_axis(&self.0, "--output-size").map(OutputSize)
    }

    /// The sizes where none of them may be left out.
    pub(crate) fn per_axis<const N: usize>(&self) -> Result<PerAxis<N>> {
        let sizes: Option<Vec<usize>> = self.0.iter().copied().collect();
        let sizes = sizes
            .context("'none' is for adaptive layers: give --output-size a number for each axis")?;
        per_axis(&sizes, "--output-size").map(PerAxis)
    }
}

impl FromStr for OutputSizes {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        parse_list(text, |size| if size.eq_ignore_ascii_case("none") { Some(None) } else { size.parse().ok().map(Some) })
            .with_context(|| format!("'{text}' is no output size: give a whole number or none, or one for each axis as in none,7"))
            .map(Self)
    }
}

/// One ratio, or one for each pooled axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ratios(Vec<f64>);

impl Ratios {
    pub(crate) fn per_axis<const N: usize>(&self) -> Result<[f64; N]> {
        per_axis(&self.0, "--output-ratio")
    }
}

impl FromStr for Ratios {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        parse_list(text, |ratio| ratio.parse().ok())
            .with_context(|| format!("'{text}' is no ratio: give a number between 0 and 1, or one for each axis as in 0.5,0.7"))
            .map(Self)
    }
}

fn parse_list<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    text.split(',').map(|part| parse(part.trim())).collect()
}

fn per_axis<T: Copy, const N: usize>(values: &[T], option: &str) -> Result<[T; N]> {
    match values {
        [one] => Ok([*one; N]),
        values => match values.try_into() {
            Ok(values) => Ok(values),
            Err(_) if N == 1 => bail!(
                "{option} has {} values, and the layer pools one axis: give one value",
                values.len()
            ),
            Err(_) => bail!(
                "{option} has {} values, and the layer pools {N} axes: give one value, or {N}",
                values.len()
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_size_serves_every_axis() {
        assert_eq!(
            "3".parse::<Sizes>()
                .unwrap()
                .per_axis::<3>("--stride")
                .unwrap(),
            PerAxis([3; 3])
        );
        assert_eq!(
            "2, 3"
                .parse::<Sizes>()
                .unwrap()
                .per_axis::<2>("--stride")
                .unwrap(),
            PerAxis([2, 3])
        );
        let error = "2,3"
            .parse::<Sizes>()
            .unwrap()
            .per_axis::<3>("--stride")
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "--stride has 2 values, and the layer pools 3 axes: give one value, or 3"
        );
    }

    #[test]
    fn output_sizes_may_be_none() {
        let sizes: OutputSizes = "none,7".parse().unwrap();
        assert_eq!(
            sizes.output_size::<2>().unwrap(),
            OutputSize([None, Some(7)])
        );
        assert!(sizes.per_axis::<2>().is_err());
        assert!("7,many".parse::<OutputSizes>().is_err());
    }
}
