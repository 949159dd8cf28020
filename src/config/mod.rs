//! The server's one configuration file: read once, before anything is opened, into values that need no further checks.
//!
//! An unknown key or a bad value is an error that says where it is and what would be right; nothing is guessed.

mod paths;
mod problem;
mod section;
mod server;
mod store;
mod suggest;
mod value;

pub use paths::{Folders, data_folder};
pub use problem::{Error, Problem};
pub use section::{Reader, Section};
pub use server::{Config, Email, Limits, Retention, Tls, Watch, Webhook};
pub use store::{Cassandra, CassandraUrl, CommitlogSync, StoreUrl, Stores};
pub use suggest::{distance, nearest};
pub use value::{Cidr, Relay, Security, duration, size};
