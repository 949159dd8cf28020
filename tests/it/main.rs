//! One test binary: it links once, and a filter by module name picks a part.

mod api;
mod architecture;
mod archive;
mod cassandra;
mod cli;
#[allow(dead_code, unused_imports, reason = "each test uses a part of what the cluster can do")]
mod cluster;
mod crash;
#[allow(dead_code, unused_imports, reason = "the benchmarks use more of it")]
mod datacenter;
mod deliver;
mod docs;
#[allow(dead_code, reason = "each test uses a part of what the doubles can do")]
mod doubles;
mod e2e;
mod golden;
mod journal;
mod offline;
mod purge;
mod retention;
#[allow(dead_code, reason = "each test uses a part of what the rig can do")]
mod rig;
mod seeds;
#[allow(dead_code, unreachable_pub, reason = "the benchmark uses more of it")]
mod simulation;
mod stage;
mod store;
mod tui;
mod watch;
