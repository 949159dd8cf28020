//! One test binary: it links once, and a filter by module name picks a part.

mod archive;
mod cli;
