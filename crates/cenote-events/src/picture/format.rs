//! The order of a tensor's axes.

use std::fmt;
use std::str::FromStr;

use crate::Error;

/// The order of an image tensor's axes: torch's `dataformats`.
///
/// N counts images, C channels, H rows, W columns.
///
/// ```
/// use cenote_events::DataFormat;
/// assert_eq!("nhwc".parse::<DataFormat>()?, DataFormat::Nhwc);
/// # Ok::<(), cenote_events::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DataFormat {
    /// A batch, channels first: the default of `add_images`.
    Nchw,
    /// A batch, channels last.
    Nhwc,
    /// One image, channels first: the default of `add_image`.
    Chw,
    /// One image, channels last.
    Hwc,
    /// One grey image.
    Hw,
}

impl DataFormat {
    /// torch's name of the format.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nchw => "NCHW",
            Self::Nhwc => "NHWC",
            Self::Chw => "CHW",
            Self::Hwc => "HWC",
            Self::Hw => "HW",
        }
    }

    /// How many axes the format names.
    #[must_use]
    pub const fn rank(self) -> usize {
        self.name().len()
    }

    /// Where each of N, C, H, W stands in the format, if it is named.
    pub(crate) fn positions(self) -> [Option<usize>; 4] {
        ['N', 'C', 'H', 'W'].map(|axis| self.name().find(axis))
    }
}

impl fmt::Display for DataFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for DataFormat {
    type Err = Error;

    /// Takes torch's names in either case.
    fn from_str(name: &str) -> Result<Self, Error> {
        [Self::Nchw, Self::Nhwc, Self::Chw, Self::Hwc, Self::Hw]
            .into_iter()
            .find(|format| format.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| {
                Error::argument(
                    "the data format",
                    format!("{name:?}"),
                    "give NCHW, NHWC, CHW, HWC or HW",
                )
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_parse_back_and_others_are_refused_by_name() {
        for format in [
            DataFormat::Nchw,
            DataFormat::Nhwc,
            DataFormat::Chw,
            DataFormat::Hwc,
            DataFormat::Hw,
        ] {
            assert_eq!(format.to_string().parse::<DataFormat>().unwrap(), format);
            assert_eq!(format.rank(), format.name().len());
        }
        let error = "NCWH".parse::<DataFormat>().unwrap_err().to_string();
        assert_eq!(
            error,
            "the data format is \"NCWH\"; give NCHW, NHWC, CHW, HWC or HW"
        );
    }
}
