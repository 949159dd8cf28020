//! `--dry-run`: what a command names is looked up, and what it would do is said rather than done.

use serde_json::Value;

use super::error::Exit;
use super::session::Session;
use crate::client::{Client, Request};

/// The option, where a command takes it.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Dry {
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
}

impl Dry {
    /// Whether nothing is to be done.
    pub(super) fn is_wanted(self) -> bool {
        self.dry_run
    }

    /// Sees that there is what this path of the API leads to. Nothing is asked if it is to be done: then the answer tells.
    pub(super) async fn finds(self, client: &Client, path: &str) -> anyhow::Result<()> {
        if self.dry_run {
            client.send(&Request::get(path)).await?;
        }
        Ok(())
    }

    /// Says what would be done if that is all that is wanted, and how the command ends then; `None`: it is to be done.
    ///
    /// `thing` is what programs get: what would be sent, or what it would be done to.
    pub(super) fn says(
        self,
        session: &mut Session,
        kind: &str,
        thing: &Value,
        what: &str,
    ) -> anyhow::Result<Option<Exit>> {
        if !self.dry_run {
            return Ok(None);
        }
        let now = session.now();
        session.out.object(kind, thing, |_| format!("would {what}"), now)?;
        Ok(Some(Exit::Ok))
    }
}
