//! The voxwire command.

fn main() {}
