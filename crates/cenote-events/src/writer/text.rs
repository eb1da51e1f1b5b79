//! Text.

use super::SummaryWriter;
use super::value::{one_tensor, plugin, string_tensor};
use crate::Result;

impl SummaryWriter {
    /// Logs text, shown as Markdown. As in torch, the tag in the file is `<tag>/text_summary`.
    ///
    /// ```
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = cenote_events::SummaryWriter::new(dir.path())?;
    /// writer.add_text("notes", "# Run 7\n\n| kernel | stride |\n|---|---|\n| 3 | 3 |", 0)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) if it takes 2 GiB or more; what the background threads ran into;
    /// [`Error::Closed`](crate::Error::Closed).
    pub fn add_text(&self, tag: &str, text: &str, global_step: i64) -> Result<()> {
        let tag = format!("{tag}/text_summary");
        let tensor = string_tensor(&[1], text.as_bytes().to_vec());
        self.add_summary(
            one_tensor(&tag, plugin("text", Vec::new()), tensor),
            global_step,
        )
    }
}
