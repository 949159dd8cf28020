//! The name of a message: it is never sent twice where the receiver cannot tell.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::incident::PageId;

/// Which message: the page that it is of, and which of that page's messages.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NotificationId {
    /// Of which page.
    pub page: PageId,
    /// Which of its messages, from 0: first those that the page planned, then those that were added.
    pub n: u32,
}

impl fmt::Display for NotificationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.page.epoch, self.page.n, self.n)
    }
}

impl fmt::Debug for NotificationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What is not the id of a message.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is not the id of a message: expected epoch-page-n, such as 0-12-0")]
pub struct InvalidNotificationId(String);

impl FromStr for NotificationId {
    type Err = InvalidNotificationId;

    fn from_str(text: &str) -> Result<Self, InvalidNotificationId> {
        let invalid = || InvalidNotificationId(text.to_owned());
        let mut parts = text.splitn(3, '-');
        let mut part = || parts.next().and_then(|part| part.parse::<u64>().ok()).ok_or_else(invalid);
        let (epoch, page, n) = (part()?, part()?, part()?);
        Ok(Self {
            page: PageId { epoch: u32::try_from(epoch).map_err(|_| invalid())?, n: page },
            n: u32::try_from(n).map_err(|_| invalid())?,
        })
    }
}
