//! The real binary on a pseudo-terminal, before a real server.

mod life;
mod screen;
