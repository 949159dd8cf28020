//! One test binary: it links once, and a filter by module name picks a part.

mod architecture;
mod archive;
