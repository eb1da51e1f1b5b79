//! Which charts the page Custom Scalars draws.

use prost::Message as _;

use super::SummaryWriter;
use super::value::{one_tensor, plugin, string_tensor};
use crate::Result;
use crate::message::plugin::{
    CUSTOM_SCALARS_TAG, Category, Chart, ChartContent, Layout, MarginChartContent, MarginSeries,
    MultilineChartContent,
};

impl Layout {
    /// A layout without charts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a group of charts.
    #[must_use]
    pub fn category(mut self, category: Category) -> Self {
        self.category.push(category);
        self
    }
}

impl Category {
    /// A group without charts.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..Self::default()
        }
    }

    /// Adds a chart with a line for each scalar whose tag fits one of these regular expressions.
    #[must_use]
    pub fn multiline<T: Into<String>>(
        mut self,
        title: impl Into<String>,
        tags: impl IntoIterator<Item = T>,
    ) -> Self {
        let content = MultilineChartContent {
            tag: tags.into_iter().map(Into::into).collect(),
        };
        self.chart.push(Chart {
            title: title.into(),
            content: Some(ChartContent::Multiline(content)),
        });
        self
    }

    /// Adds a chart of one scalar with a band around it.
    #[must_use]
    pub fn margin(mut self, title: impl Into<String>, series: MarginSeries) -> Self {
        let content = MarginChartContent {
            series: vec![series],
        };
        self.chart.push(Chart {
            title: title.into(),
            content: Some(ChartContent::Margin(content)),
        });
        self
    }
}

impl MarginSeries {
    /// The tags of the line and of the two edges of the band.
    #[must_use]
    pub fn new(
        value: impl Into<String>,
        lower: impl Into<String>,
        upper: impl Into<String>,
    ) -> Self {
        Self {
            value: value.into(),
            lower: lower.into(),
            upper: upper.into(),
        }
    }
}

impl SummaryWriter {
    /// Says which charts the page Custom Scalars draws. TensorBoard uses the first layout that a run has.
    ///
    /// ```
    /// use cenote_events::message::plugin::{Category, Layout, MarginSeries};
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = cenote_events::SummaryWriter::new(dir.path())?;
    /// let losses = Category::new("Losses")
    ///     .multiline("train and test", ["loss/train", "loss/test"])
    ///     .margin("with spread", MarginSeries::new("loss/test", "loss/low", "loss/high"));
    /// writer.add_custom_scalars(&Layout::new().category(losses))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// What the background threads ran into, or [`Error::Closed`](crate::Error::Closed).
    pub fn add_custom_scalars(&self, layout: &Layout) -> Result<()> {
        let tensor = string_tensor(&[], layout.encode_to_vec());
        self.add_summary(
            one_tensor(
                CUSTOM_SCALARS_TAG,
                plugin("custom_scalars", Vec::new()),
                tensor,
            ),
            0,
        )
    }

    /// [`add_custom_scalars`](Self::add_custom_scalars) with a single chart of lines, in the category `default` and with the
    /// title `untitled`, as torch's method of this name has it.
    ///
    /// ```
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = cenote_events::SummaryWriter::new(dir.path())?;
    /// writer.add_custom_scalars_multilinechart(["loss/train", "loss/test"])?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// What the background threads ran into, or [`Error::Closed`](crate::Error::Closed).
    pub fn add_custom_scalars_multilinechart<T: Into<String>>(
        &self,
        tags: impl IntoIterator<Item = T>,
    ) -> Result<()> {
        let category = Category::new("default").multiline("untitled", tags);
        self.add_custom_scalars(&Layout::new().category(category))
    }

    /// [`add_custom_scalars`](Self::add_custom_scalars) with a single chart of one line in a band, in the category `default`
    /// and with the title `untitled`, as torch's method of this name has it.
    ///
    /// ```
    /// use cenote_events::message::plugin::MarginSeries;
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = cenote_events::SummaryWriter::new(dir.path())?;
    /// writer.add_custom_scalars_marginchart(MarginSeries {
    ///     value: "loss".to_owned(),
    ///     lower: "loss/lower".to_owned(),
    ///     upper: "loss/upper".to_owned(),
    /// })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// What the background threads ran into, or [`Error::Closed`](crate::Error::Closed).
    pub fn add_custom_scalars_marginchart(&self, series: MarginSeries) -> Result<()> {
        let category = Category::new("default").margin("untitled", series);
        self.add_custom_scalars(&Layout::new().category(category))
    }
}
