//! How fast lists over a large archive are.
fn main() {}
