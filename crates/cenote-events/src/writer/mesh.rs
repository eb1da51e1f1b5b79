//! Meshes and point clouds.

use ndarray::{ArrayBase, ArrayView3, Data, Ix3};
use prost::Message as _;

use super::SummaryWriter;
use super::value::{float_tensor, one_tensor, plugin};
use crate::element::Element;
use crate::message::Summary;
use crate::message::plugin::{MeshContentType, MeshPluginData};
use crate::{Error, Result};

/// A mesh, or a cloud of points, or a batch of them: arrays of the shape [B, N, 3].
#[derive(Debug, Clone)]
pub struct Mesh {
    vertices: Part,
    faces: Option<Part>,
    colors: Option<Part>,
    json_config: String,
}

#[derive(Debug, Clone)]
struct Part {
    shape: [usize; 3],
    values: Vec<f32>,
}

impl Part {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the plugin's tensors are f32"
    )]
    fn new<T: Element>(array: ArrayView3<'_, T>) -> Self {
        let (batch, points, axes) = array.dim();
        Self {
            shape: [batch, points, axes],
            values: array.iter().map(|value| value.to_f64() as f32).collect(),
        }
    }
}

impl Mesh {
    /// Points: `[B, N, 3]`, each x, y, z.
    pub fn new<T: Element, S: Data<Elem = T>>(vertices: &ArrayBase<S, Ix3>) -> Self {
        Self {
            vertices: Part::new(vertices.view()),
            faces: None,
            colors: None,
            json_config: "{}".to_owned(),
        }
    }

    /// Triangles: `[B, F, 3]`, each the indices of three points.
    #[must_use]
    pub fn faces<T: Element, S: Data<Elem = T>>(self, faces: &ArrayBase<S, Ix3>) -> Self {
        Self {
            faces: Some(Part::new(faces.view())),
            ..self
        }
    }

    /// The colour of each point: `[B, N, 3]`, red, green and blue in 0..=255.
    #[must_use]
    pub fn colors<T: Element, S: Data<Elem = T>>(self, colors: &ArrayBase<S, Ix3>) -> Self {
        Self {
            colors: Some(Part::new(colors.view())),
            ..self
        }
    }

    /// The camera, lights and material for three.js, as a JSON object: torch's `config_dict`.
    #[must_use]
    pub fn json_config(self, json_config: impl Into<String>) -> Self {
        Self {
            json_config: json_config.into(),
            ..self
        }
    }

    fn check(&self) -> Result<()> {
        let [batch, points, _] = self.vertices.shape;
        for (what, part) in [
            ("vertices", Some(&self.vertices)),
            ("faces", self.faces.as_ref()),
            ("colors", self.colors.as_ref()),
        ] {
            let Some(part) = part else { continue };
            let fits = part.shape[0] == batch
                && part.shape[2] == 3
                && (what == "faces" || part.shape[1] == points);
            if !fits || part.shape.iter().any(|&len| i32::try_from(len).is_err()) {
                let wanted = if what == "faces" {
                    format!("[{batch}, F, 3]")
                } else {
                    format!("[{batch}, {points}, 3]")
                };
                return Err(Error::shape(
                    format!("the mesh's {what}"),
                    &part.shape,
                    format!("it must be {wanted}"),
                ));
            }
        }
        Ok(())
    }
}

impl SummaryWriter {
    /// Logs a mesh or a cloud of points. The tags in the file end in `_VERTEX`, `_FACE` and `_COLOR`.
    ///
    /// ```
    /// use cenote_events::Mesh;
    /// use ndarray::array;
    /// # let dir = tempfile::tempdir()?;
    /// # let writer = cenote_events::SummaryWriter::new(dir.path())?;
    /// let vertices = array![[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0f32]]];
    /// let colors = array![[[255u8, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]]];
    /// let faces = array![[[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]]];
    /// writer.add_mesh("tetrahedron", &Mesh::new(&vertices).colors(&colors).faces(&faces), 0)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Shape`] if the shapes do not fit together; [`Error::Argument`] if it takes 2 GiB or more; what the background threads ran into; [`Error::Closed`].
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        reason = "check() has seen to it"
    )]
    pub fn add_mesh(&self, tag: &str, mesh: &Mesh, global_step: i64) -> Result<()> {
        mesh.check()?;
        let parts = [
            (MeshContentType::Vertex, "VERTEX", Some(&mesh.vertices)),
            (MeshContentType::Face, "FACE", mesh.faces.as_ref()),
            (MeshContentType::Color, "COLOR", mesh.colors.as_ref()),
        ];
        let parts = parts
            .into_iter()
            .filter_map(|(content, name, part)| Some((content, name, part?)));
        let components = parts
            .clone()
            .map(|(content_type, ..)| 1 << content_type as u32)
            .sum();
        let mut summary = Summary::default();
        for (content_type, name, part) in parts {
            let content = MeshPluginData {
                version: 0,
                name: tag.to_owned(),
                content_type: content_type.into(),
                json_config: mesh.json_config.clone(),
                shape: part.shape.iter().map(|&len| len as i32).collect(),
                components,
            };
            let metadata = plugin("mesh", content.encode_to_vec());
            let tensor = float_tensor(&part.shape, part.values.clone());
            summary
                .value
                .extend(one_tensor(&format!("{tag}_{name}"), metadata, tensor).value);
        }
        self.add_summary(summary, global_step)
    }
}
