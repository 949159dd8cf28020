//! The command line: the real binary, in a home folder of its own, against a small server that speaks the API.

mod commands;
mod complete;
mod config;
mod contexts;
mod elsewhere;
mod errors;
mod fake;
mod follow;
mod formats;
mod generated;
mod life;
mod output;
mod pager;
mod pick;
mod spool;
mod vendor;
mod words;
mod world;
