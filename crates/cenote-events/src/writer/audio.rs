//! Sound.

use super::SummaryWriter;
use super::value::one_value;
use crate::message::{AudioValue, Kind, LONGEST_MESSAGE};
use crate::{Error, Result};

/// The most samples of 16 bits that fit into a message, with a mebibyte left for what else is in it.
const MAX_SAMPLES: usize = (LONGEST_MESSAGE - (1 << 20)) / 2;

impl SummaryWriter {
    /// Logs one channel of sound, as a WAV file of 16 bits. Samples are clipped to −1..=1 (NaN is 0), and `sample_rate` is
    /// in samples a second (torch's default is 44100).
    ///
    /// ```
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = cenote_events::SummaryWriter::new(dir.path())?;
    /// let tone: Vec<f32> = (0..44_100).map(|i| (i as f32 * 440.0 * std::f32::consts::TAU / 44_100.0).sin()).collect();
    /// writer.add_audio("a", &tone, 44_100, 0)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`] if there is no sample, or more than a message holds (1,073,217,535), or the rate is 0; what the
    /// background threads ran into; [`Error::Closed`].
    #[expect(
        clippy::cast_precision_loss,
        reason = "the message holds the rate as f32"
    )]
    pub fn add_audio(
        &self,
        tag: &str,
        samples: &[f32],
        sample_rate: u32,
        global_step: i64,
    ) -> Result<()> {
        if samples.is_empty() || samples.len() > MAX_SAMPLES {
            let given = samples.len().to_string();
            return Err(Error::argument(
                "the number of samples",
                given,
                format!("give 1 to {MAX_SAMPLES}"),
            ));
        }
        if sample_rate == 0 {
            return Err(Error::argument(
                "the sample rate",
                "0",
                "give samples a second, for instance 44100",
            ));
        }
        let tag = tag.to_owned();
        let samples = to_i16(samples);
        self.encode_summary(samples.len() * 2, global_step, move || {
            let audio = AudioValue {
                sample_rate: sample_rate as f32,
                num_channels: 1,
                length_frames: samples.len() as i64,
                encoded_audio_string: wav(&samples, sample_rate),
                content_type: "audio/wav".to_owned(),
            };
            Ok(one_value(&tag, Kind::Audio(audio)))
        })
    }
}

/// As torch: clipped, times 32767, truncated.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the cast saturates, and the clip keeps it from having to"
)]
fn to_i16(samples: &[f32]) -> Vec<i16> {
    samples
        .iter()
        .map(|sample| (sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)) as i16)
        .collect()
}

/// A WAV file: 44 bytes of header and the samples.
#[expect(
    clippy::cast_possible_truncation,
    reason = "add_audio has checked the length"
)]
fn wav(samples: &[i16], sample_rate: u32) -> Vec<u8> {
    let data_len = samples.len() as u32 * 2;
    let mut file = Vec::with_capacity(44 + samples.len() * 2);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + data_len).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16u32.to_le_bytes());
    let (pcm, channels, block, bits) = (1u16, 1u16, 2u16, 16u16);
    file.extend_from_slice(&pcm.to_le_bytes());
    file.extend_from_slice(&channels.to_le_bytes());
    file.extend_from_slice(&sample_rate.to_le_bytes());
    file.extend_from_slice(&sample_rate.saturating_mul(block.into()).to_le_bytes());
    file.extend_from_slice(&block.to_le_bytes());
    file.extend_from_slice(&bits.to_le_bytes());
    file.extend_from_slice(b"data");
    file.extend_from_slice(&data_len.to_le_bytes());
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_clipped_and_truncated() {
        assert_eq!(
            to_i16(&[0.0, 1.0, -1.0, 2.0, -9.0, 0.5, f32::NAN]),
            [0, 32767, -32767, 32767, -32767, 16383, 0]
        );
    }

    #[test]
    fn the_header_is_that_of_pythons_wave_module() {
        let mut want = b"RIFF\x28\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
        want.extend_from_slice(
            b"\x44\xac\0\0\x88\x58\x01\0\x02\0\x10\0data\x04\0\0\0\x01\0\xfe\xff",
        );
        assert_eq!(wav(&[1, -2], 44_100), want);
    }
}
