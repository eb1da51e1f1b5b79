//! Graphs.

use prost::Message as _;

use super::SummaryWriter;
use crate::Result;
use crate::message::graph::{
    Attr, AttrList, AttrValue, DeviceStepStats, GraphDef, NodeDef, RunMetadata, StepStats,
    VersionDef,
};
use crate::message::{TaggedRunMetadata, TensorShapeProto, What};

/// The version that torch gives.
const PRODUCER: i32 = 22;

impl GraphDef {
    /// A graph without nodes.
    #[must_use]
    pub fn new() -> Self {
        Self {
            node: Vec::new(),
            versions: Some(VersionDef { producer: PRODUCER }),
        }
    }

    /// Adds a node. Edges are the inputs that nodes name; the order of nodes does not matter.
    #[must_use]
    pub fn node(mut self, node: NodeDef) -> Self {
        self.node.push(node);
        self
    }
}

impl NodeDef {
    /// A node: `name` is unique, its parts between `/` are groups, and `op` says what the node does.
    #[must_use]
    pub fn new(name: impl Into<String>, op: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            op: op.into(),
            ..Self::default()
        }
    }

    /// Says that the output of the node of this name goes into this one.
    #[must_use]
    pub fn input(mut self, name: impl Into<String>) -> Self {
        self.input.push(name.into());
        self
    }

    /// The shape of the output, which is written on the edges.
    #[must_use]
    pub fn output_shape(self, shape: &[usize]) -> Self {
        let list = AttrList {
            shape: vec![TensorShapeProto::new(shape)],
        };
        self.attribute("_output_shapes", Attr::List(list))
    }

    /// Anything else that is worth reading, for instance the parameters of a layer.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, value: Attr) -> Self {
        self.attr
            .insert(name.into(), AttrValue { value: Some(value) });
        self
    }
}

impl SummaryWriter {
    /// Logs a graph: what torch's method of this name makes of a traced model, built by hand.
    ///
    /// ```
    /// use cenote_events::message::graph::{Attr, GraphDef, NodeDef};
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = cenote_events::SummaryWriter::new(dir.path())?;
    /// let graph = GraphDef::new()
    ///     .node(NodeDef::new("input", "IO Node").output_shape(&[64, 3, 32, 32]))
    ///     .node(
    ///         NodeDef::new("net/pool", "MaxPool2d")
    ///             .input("input")
    ///             .output_shape(&[64, 3, 11, 11])
    ///             .attribute("attr", Attr::S(b"{ kernel_size: 3, ceil_mode: true }".to_vec())),
    ///     )
    ///     .node(NodeDef::new("output", "IO Node").input("net/pool"));
    /// writer.add_graph(&graph)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Argument`](crate::Error::Argument) if it takes 2 GiB or more; what the background threads ran into;
    /// [`Error::Closed`](crate::Error::Closed).
    pub fn add_graph(&self, graph: &GraphDef) -> Result<()> {
        self.add_event(What::GraphDef(graph.encode_to_vec()), 0)?;
        // As torch does: the page offers a step without numbers.
        let dev_stats = vec![DeviceStepStats {
            device: "/device:CPU:0".to_owned(),
        }];
        let run_metadata = RunMetadata {
            step_stats: Some(StepStats { dev_stats }),
        }
        .encode_to_vec();
        self.add_event(
            What::TaggedRunMetadata(TaggedRunMetadata {
                tag: "step1".to_owned(),
                run_metadata,
            }),
            0,
        )
    }
}
