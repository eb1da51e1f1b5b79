//! The messages of TensorBoard's plugins.
