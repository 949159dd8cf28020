//! What a command works with: the user's choices, the outside world, and a client once it is needed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;

use super::error::{Complaint, Exit, report};
use super::global::Global;
use super::output::{Column, Output};
use serde_json::Value;
use url::Url;

use crate::client::contexts::{self, Context, Contexts, TokenSource, Waits};
use crate::client::spool::{self, Entry, Flushed, Spool};
use crate::client::token::readable_by_others;
use crate::client::{Client, Patience, Secret, Server, Target, incidents};
use crate::clock::{SharedClock, SystemClock};
use crate::config::Folders;
use crate::domain::time::Timestamp;
use crate::ids::{SharedIds, SystemIds};

/// How long to go on asking while the server is away.
const RETRY: Duration = Duration::from_secs(2);
/// The same for events, which nobody types anew.
const RETRY_EVENTS: Duration = Duration::from_secs(5);

/// One run of one command.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) global: Global,
    pub(super) out: Output,
    clock: SharedClock,
    ids: SharedIds,
}

impl Session {
    pub(super) fn new(global: Global) -> Self {
        let out = Output::new(global.wishes());
        Self { global, out, clock: Arc::new(SystemClock::new()), ids: Arc::new(SystemIds) }
    }

    /// Runs a command that waits for others, until Ctrl-C.
    pub(super) fn wait_for(
        &mut self,
        work: impl AsyncFnOnce(&mut Self) -> anyhow::Result<Exit>,
    ) -> anyhow::Result<Exit> {
        self.wait_to_the_end(async |session| {
            tokio::select! {
                biased;
                _ = tokio::signal::ctrl_c() => Ok(Exit::Interrupted),
                done = work(session) => done,
            }
        })
    }

    /// Runs a command that does by itself what Ctrl-C asks for.
    pub(super) fn wait_to_the_end(
        &mut self,
        work: impl AsyncFnOnce(&mut Self) -> anyhow::Result<Exit>,
    ) -> anyhow::Result<Exit> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start")?;
        runtime.block_on(work(self))
    }

    /// Says what went wrong.
    pub(super) fn fail(&mut self, error: &anyhow::Error) -> Exit {
        match report(error) {
            Some(report) => {
                let (code, exit) = (report.exit.name(), report.exit.code());
                self.out.error(code, exit, &report.message, report.hint.as_deref());
                report.exit
            }
            None => Exit::Ok,
        }
    }

    /// Prints a list, or for people `none` if it is empty.
    pub(super) fn list(
        &mut self,
        kind: &str,
        items: &[Value],
        columns: &[Column],
        none: &str,
    ) -> anyhow::Result<Exit> {
        let now = self.now();
        self.out.list(kind, items, columns, now)?;
        if items.is_empty() && self.out.is_text() {
            self.out.note(none);
        }
        Ok(Exit::Ok)
    }

    pub(super) fn clock(&self) -> &SharedClock {
        &self.clock
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn ids(&self) -> &SharedIds {
        &self.ids
    }

    /// 32 hexadecimal digits that nobody else has.
    pub(super) fn fresh_key(&self) -> String {
        self.ids.uuid(self.clock.now()).simple().to_string()
    }

    pub(super) fn folders(&self) -> anyhow::Result<Folders> {
        Folders::from_env(env)
            .ok_or_else(|| Complaint::usage("there is no home folder", "set HOME to an absolute path").into())
    }

    /// Where contexts are kept.
    pub(super) fn contexts_file(&self) -> anyhow::Result<PathBuf> {
        match env("PD_CONFIG") {
            Some(path) => Ok(PathBuf::from(path)),
            None => Ok(self.folders()?.config.join("config.toml")),
        }
    }

    /// The user's contexts; warns if others can read the tokens.
    pub(super) fn contexts(&mut self) -> anyhow::Result<Contexts> {
        let contexts = Contexts::load(&self.contexts_file()?)?;
        if contexts.is_exposed() {
            let path = contexts.path().display();
            self.out.warn(&format!("others can read the tokens in {path}: chmod 600 {path}"));
        }
        Ok(contexts)
    }

    /// Whom to ask: options, then the environment, then the contexts; warns if others can read what they should not.
    pub(super) fn target(&mut self) -> anyhow::Result<Target> {
        if let Some(path) = self.global.token_file.clone().filter(|path| readable_by_others(path)) {
            self.warn_exposed(&path);
        }
        if self.asked()?.1.is_empty() {
            let contexts = self.contexts()?;
            if let Some(path) = self.chosen(&contexts)?.token.as_ref().and_then(TokenSource::exposed) {
                self.warn_exposed(path);
            }
        }
        self.target_for(Waits::Person)
    }

    fn warn_exposed(&mut self, path: &Path) {
        let path = path.display();
        self.out.warn(&format!("others can read the token in {path}: chmod 600 {path}"));
    }

    /// The context that options or the environment name, or else the current one.
    fn chosen<'a>(&self, contexts: &'a Contexts) -> anyhow::Result<&'a Context> {
        let (context, _) = self.asked()?;
        let name = context.as_deref().or(contexts.current()).ok_or_else(|| {
            Complaint::usage(
                "no server is set up",
                "start one with `pd serve`, or name one: `pd context add NAME --url URL --token-file FILE`",
            )
        })?;
        Ok(contexts.get(name)?)
    }

    /// Whom to ask, without a word to anybody.
    pub(super) fn target_for(&self, waits: Waits) -> anyhow::Result<Target> {
        let (_, urls) = self.asked()?;
        let mut target = if urls.is_empty() {
            let contexts = Contexts::load(&self.contexts_file()?)?;
            let context = self.chosen(&contexts)?;
            // A token that is not used need not be asked for.
            if self.token()?.is_some() {
                Context { token: None, ..context.clone() }.resolve()?
            } else {
                context.resolve_for(waits)?
            }
        } else {
            // No token of a context: it must not go to another server.
            Target { context: None, urls, token: None, routing_key: None, from: None, server: None }
        };
        if let Some(token) = self.token()? {
            target.token = Some(token);
        }
        if let Some(key) = env("PD_ROUTING_KEY") {
            target.routing_key = Some(Secret::new(&key));
        }
        if let Some(from) = self.global.from.clone().or_else(|| env("PD_FROM")) {
            target.from = Some(from);
        }
        if let Some(server) = env("PD_SERVER") {
            let server = Server::parse(&server);
            target.server = Some(server.map_err(|hint| Complaint::usage("PD_SERVER names no server", hint))?);
        }
        Ok(target)
    }

    /// Whether anything says whom to ask, right or wrong.
    pub(super) fn has_target(&self) -> bool {
        let Ok((context, urls)) = self.asked() else { return true };
        if context.is_some() || !urls.is_empty() {
            return true;
        }
        let contexts = self.contexts_file().and_then(|path| Ok(Contexts::load(&path)?));
        contexts.map_or(true, |contexts| contexts.current().is_some())
    }

    /// The context or the addresses that options name, or else the environment.
    pub(super) fn asked(&self) -> anyhow::Result<(Option<String>, Vec<Url>)> {
        let by_option = (self.global.context.clone(), self.global.url.clone());
        if by_option.0.is_some() || !by_option.1.is_empty() {
            return Ok(by_option);
        }
        let urls = env("PD_URL").unwrap_or_default();
        let urls: Result<Vec<_>, _> =
            urls.split(',').filter(|url| !url.is_empty()).map(contexts::url).collect();
        let urls = urls.map_err(|hint| Complaint::usage("PD_URL is no address", hint))?;
        let context = env("PD_CONTEXT").filter(|_| urls.is_empty());
        Ok((context, urls))
    }

    fn token(&self) -> anyhow::Result<Option<Secret>> {
        if let Some(token) = &self.global.token {
            return Ok(Some(token.clone()));
        }
        let Some(path) = &self.global.token_file else {
            return Ok(env("PD_TOKEN").map(|token| Secret::new(&token)));
        };
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Some(Secret::new(&text)))
    }

    /// A client for questions and commands. What waits in the spool is sent first.
    pub(super) async fn client(&mut self) -> anyhow::Result<Client> {
        let target = self.target()?;
        let client = self.client_of(target, RETRY)?;
        self.flush(&client).await;
        Ok(client)
    }

    /// A client for events; the spool is left to the caller.
    pub(super) fn client_for_events(&mut self) -> anyhow::Result<Client> {
        let target = self.target()?;
        self.client_of(target, RETRY_EVENTS)
    }

    /// A client of somebody else's server; the spool is left alone.
    pub(super) fn client_with(&self, target: Target, patience: Patience) -> anyhow::Result<Client> {
        Ok(Client::new(target, patience, self.clock.clone(), self.ids.clone())?)
    }

    fn client_of(&self, target: Target, retry: Duration) -> anyhow::Result<Client> {
        let patience = Patience { attempt: self.global.timeout, total: self.global.retry.unwrap_or(retry) };
        Ok(Client::new(target, patience, self.clock.clone(), self.ids.clone())?)
    }

    pub(super) fn spool(&self) -> anyhow::Result<Spool> {
        Ok(Spool::at(self.folders()?.state.join("spool")))
    }

    /// The right to change what waits; `None`: another process has it.
    pub(super) async fn sender(&self, spool: &Spool) -> anyhow::Result<Option<spool::Lock>> {
        Ok(spool.sender(Duration::from_secs(5), &*self.clock).await?)
    }

    /// Keeps an event until the server takes it.
    pub(super) async fn keep(&self, client: &Client, event: serde_json::Value) -> anyhow::Result<()> {
        let entry = Entry {
            format: Entry::FORMAT,
            context: client.target().context.clone(),
            urls: client.target().urls.iter().map(ToString::to_string).collect(),
            spooled_at: self.now(),
            event,
            rejected: None,
        };
        let name = self.fresh_key();
        self.spool()?.add(&entry, &name, &*self.clock).await.context("cannot spool the event")?;
        Ok(())
    }

    /// Sends what waits for this server, says what came of it, and whether the way is clear. Trouble with the spool
    /// does not keep a command from its own work.
    pub(super) async fn flush(&mut self, client: &Client) -> bool {
        let patience = Duration::from_millis(500);
        let flushed = match self.spool() {
            Ok(spool) => spool::flush(&spool, client, false, patience).await,
            Err(_) => return true,
        };
        match flushed {
            Ok(flushed) => {
                self.tell(&flushed);
                flushed.is_clear()
            }
            Err(error) => {
                self.out.warn(&format!("cannot send what is spooled: {error}"));
                true
            }
        }
    }

    /// Says what a flush did.
    pub(super) fn tell(&mut self, flushed: &Flushed) {
        if flushed.sent > 0 {
            self.out.note(&format!("sent {} that waited in the spool", events(flushed.sent)));
        }
        for (name, reason) in &flushed.rejected {
            let name = super::output::escape(name);
            let reason = super::output::escape(reason);
            self.out.warn(&format!("a spooled event was moved aside as rejected: {name}: {reason}"));
        }
        if flushed.stale > 0 {
            let events = events(flushed.stale);
            self.out.warn(&format!("{events} in the spool older than a day: `pd spool flush --stale` sends, `pd spool drop --all` forgets"));
        }
    }
}

/// `1 event`, `2 events`.
pub(super) fn events(count: usize) -> String {
    if count == 1 { "1 event".to_owned() } else { format!("{count} events") }
}

/// A variable of the environment that is not empty.
pub(super) fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Reads standard input as text, at most as much as an event may have.
pub(super) fn stdin() -> anyhow::Result<String> {
    use std::io::Read as _;
    const MAX: u64 = 524_288;
    let mut text = String::new();
    std::io::stdin().take(MAX + 1).read_to_string(&mut text).context("cannot read standard input")?;
    if text.len() as u64 > MAX {
        anyhow::bail!(Complaint::usage("standard input is longer than 512 KiB", "send less of it"));
    }
    Ok(text)
}

/// The one incident that an argument of the command line names, `-` for standard input; of several names the first.
pub(super) async fn incident(client: &Client, given: String) -> anyhow::Result<Value> {
    let name = names(vec![given])?.remove(0);
    Ok(incidents::find(client, &name).await?)
}

/// Names of incidents: those given, with `-` replaced by the words of standard input; `incident/ID` is the same as `ID`.
pub(super) fn names(given: Vec<String>) -> anyhow::Result<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for name in given {
        let found = if name == "-" { stdin()? } else { name.clone() };
        // Dedup keys may have spaces; a line of standard input is one name.
        for line in found.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let line = line.strip_prefix("incident/").unwrap_or(line).to_owned();
            if !names.contains(&line) {
                names.push(line);
            }
        }
    }
    if names.is_empty() {
        anyhow::bail!(Complaint::usage("no incident is named", "give numbers, ids or dedup keys"));
    }
    Ok(names)
}
