//! Why the server does not run, and what to do about it.

use std::io;
use std::net::SocketAddr;

use super::{first, folder, stores, tls};
use crate::{deliver, journal, stage};

/// Why the server does not run, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system gives no threads.
    #[error("cannot start: {0}")]
    Runtime(io::Error),
    /// The data folder.
    #[error(transparent)]
    Folder(#[from] folder::Error),
    /// A store.
    #[error(transparent)]
    Stores(#[from] stores::Error),
    /// What a store holds.
    #[error(transparent)]
    Stage(#[from] stage::Error),
    /// A store does not answer.
    #[error(transparent)]
    Store(#[from] journal::Error),
    /// The address.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        reason: io::Error,
    },
    /// The certificate.
    #[error(transparent)]
    Tls(#[from] tls::Error),
    /// The e-mail channel.
    #[error(transparent)]
    Email(#[from] deliver::email::Error),
    /// A value that parses, but that the channel does not take.
    #[error("[deliver.email] cannot be used: {0}")]
    EmailValue(String),
    /// The watch's way out.
    #[error("the HTTP client of the watch cannot be made: {0}")]
    Watch(String),
    /// The webhook channel.
    #[error(transparent)]
    Webhook(#[from] deliver::webhook::Error),
    /// The epoch that follows a restored backup could not begin.
    #[error("a backup was restored, and the store does not take the note of it: nothing may be sent before")]
    Restored,
    /// The first start.
    #[error(transparent)]
    First(#[from] first::Error),
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Listen { reason, .. } if reason.kind() == io::ErrorKind::AddrInUse => Some(
                "another process listens there; choose another address with --listen, such as 127.0.0.1:0"
                    .into(),
            ),
            Self::Folder(folder::Error::InUse { .. }) => {
                Some("one process at a time uses a data folder; choose another with --data".into())
            }
            Self::Stage(stage::Error::Restored { .. } | stage::Error::NoSnapshot { .. }) => {
                Some("`pd recover` shows what does not fit, and goes on from what is there".into())
            }
            _ => None,
        }
    }
}
