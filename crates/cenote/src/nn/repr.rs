//! Layers in words, as torch prints them.

use std::fmt::{Display, Formatter, Result};

/// The arguments of a layer in the order in which they are printed.
#[derive(Default)]
pub struct Arguments(Vec<String>);

impl Arguments {
    #[must_use]
    pub(super) fn with(mut self, name: &str, value: impl Display) -> Self {
        self.0.push(format!("{name}={value}"));
        self
    }

    /// With an argument that is printed only `if` it is worth it.
    #[must_use]
    pub(super) fn with_if(self, condition: bool, name: &str, value: impl Display) -> Self {
        if condition {
            self.with(name, value)
        } else {
            self
        }
    }

    #[must_use]
    pub(super) fn then(mut self, arguments: Self) -> Self {
        self.0.extend(arguments.0);
        self
    }

    /// `MaxPool2d(kernel_size=3, …)`, of a name without its number of axes.
    pub(super) fn write(&self, f: &mut Formatter<'_>, name: &str, axes: usize) -> Result {
        write!(f, "{name}{axes}d({})", self.0.join(", "))
    }
}

/// A value for each axis: `3` where all are alike, else `(3, 2)`.
pub(super) fn each<V: PartialEq + Display>(values: &[V]) -> String {
    match values {
        [first, rest @ ..] if rest.iter().all(|value| value == first) => first.to_string(),
        _ => {
            let values: Vec<String> = values.iter().map(V::to_string).collect();
            format!("({})", values.join(", "))
        }
    }
}

/// A truth in Python's words.
pub(super) fn truth(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}
