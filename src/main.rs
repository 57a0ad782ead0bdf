//! The injector binary.

fn main() {}
