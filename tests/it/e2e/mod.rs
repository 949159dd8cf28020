//! The whole of it, through the real binary.
#![allow(clippy::unwrap_used, reason = "tests")]

mod as_code;
mod bad_input;
mod demo;
mod doctor;
mod drills;
mod dry;
mod follow;
mod idle;
mod life;
mod load;
mod nouns;
mod oncall;
mod pages;
mod proof;
mod raw;
mod shed;
mod tls;
mod watch;
mod world;
