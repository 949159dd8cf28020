//! The command line: the real binary, in a home folder of its own, against a small server that speaks the API.

mod commands;
mod config;
mod errors;
mod fake;
mod follow;
mod generated;
mod life;
mod output;
mod spool;
mod world;
