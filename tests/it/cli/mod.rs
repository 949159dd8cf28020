//! The command line: the real binary, in a home folder of its own, against a small server that speaks the API.

mod commands;
mod config;
mod elsewhere;
mod errors;
mod fake;
mod formats;
mod generated;
mod life;
mod output;
mod pager;
mod spool;
mod vendor;
mod words;
mod world;
