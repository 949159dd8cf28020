//! A keyspace of a Cassandra cluster: the session, and the one place that repeats, hedges and judges what it does.
//!
//! Everything is asked at `QUORUM` and, where conditional, `SERIAL`: a datacenter alone decides nothing. The driver
//! neither repeats nor hedges; `Store::call` does, for all of `pd`, on one budget. No clock is trusted: no statement
//! carries a time stamp of ours, and no table that has conditional writes ever gets another.

mod body;
mod budget;
mod call;
#[cfg(test)]
mod crowd;
mod error;
mod examine;
mod health;
mod init;
mod latency;
mod node;
mod open;
mod presence;
mod route;
mod schema;
mod session;
mod statement;

pub(crate) use body::{pack, unpack};
pub use error::{Failure, OpenError, Outcome};
pub use examine::{Examined, examine};
pub use init::{InitError, Made, Replication, discover, init};
pub use node::{Node, Report, Risk, Said};
pub use open::Store;
pub use presence::{Presence, Told};
pub use session::{Access, connect};
pub(crate) use statement::{Columns, column};
