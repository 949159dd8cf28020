//! The rules of notifications: what is planned, claimed, sent, tried again and given up.

mod fact;
mod id;

pub use fact::Fact;
pub use id::NotificationId;
