//! The command `cenote`.

fn main() {}
