//! The checksum that TFRecord files carry: CRC-32C, rotated and offset.

use std::fmt;

/// A CRC-32C (Castagnoli) in the masked form in which TFRecord files store it.
///
/// Masking keeps the checksum of data that itself holds checksums from degenerating:
/// `masked = rotate_right(crc, 15) + 0xa282ead8`, modulo 2³².
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct MaskedCrc(pub u32);

impl MaskedCrc {
    /// The masked checksum of `bytes`.
    ///
    /// ```
    /// use cenote_events::record::MaskedCrc;
    /// assert_eq!(MaskedCrc::of(&24u64.to_le_bytes()).0, 0x224b_7fa3);
    /// ```
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::mask(crc32c::crc32c(bytes))
    }

    /// Masks a plain CRC-32C.
    #[must_use]
    pub const fn mask(crc: u32) -> Self {
        Self(crc.rotate_right(15).wrapping_add(0xa282_ead8))
    }
}

impl fmt::Debug for MaskedCrc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MaskedCrc({:#010x})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_the_published_crc32c_check_value() {
        assert_eq!(crc32c::crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(MaskedCrc::of(b"123456789"), MaskedCrc::mask(0xe306_9283));
    }

    #[test]
    fn matches_the_first_header_of_a_torch_file() {
        let header = [0x18, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(
            MaskedCrc::of(&header).0.to_le_bytes(),
            [0xa3, 0x7f, 0x4b, 0x22]
        );
    }

    #[test]
    fn debug_shows_fixed_width_hex() {
        assert_eq!(format!("{:?}", MaskedCrc(0x1f)), "MaskedCrc(0x0000001f)");
    }
}
