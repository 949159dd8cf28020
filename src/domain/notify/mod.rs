//! The rules of notifications: what is planned, claimed, sent, tried again and given up.
//!
//! Reading order: [`Fact`] and [`NotificationId`], [`limits`], [`state`], [`evolve()`], [`input`], [`decide`],
//! [`snapshot`].

pub mod decide;
mod evolve;
mod fact;
mod id;
pub mod input;
pub mod limits;
pub mod snapshot;
pub mod state;

pub use evolve::evolve;
pub use fact::Fact;
pub use id::{InvalidNotificationId, NotificationId};
