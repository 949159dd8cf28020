//! What a server's configuration says, checked.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;

use super::problem::Error;
use super::section::{Reader, Section};
use super::store::{self, Stores};
use super::value::{Cidr, Relay, duration, size};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const DEFAULT_PORT: u16 = 7433;

/// A server's configuration. [`Config::default`] is that of an empty file.
#[derive(Clone, PartialEq, Debug)]
pub struct Config {
    /// Where HTTP is served; 127.0.0.1:7433 by default.
    pub listen: SocketAddr,
    /// What links begin with; without it, the address that a client used.
    pub public_url: Option<Url>,
    /// What `html_url` begins with instead, for clients that insist on a certain form.
    pub html_origin: Option<Url>,
    /// What this process is called; without it, the machine's name.
    pub node: Option<String>,
    /// HTTPS.
    pub tls: Option<Tls>,
    /// Where things are kept.
    pub store: Stores,
    /// How e-mail leaves; without it, no e-mail does.
    pub email: Option<Email>,
    /// How webhooks leave.
    pub webhook: Webhook,
    /// How long things are kept.
    pub retention: Retention,
    /// How much is taken in at once.
    pub limits: Limits,
    /// How it watches itself.
    pub watch: Watch,
}

/// Certificate and key, both PEM, read again on SIGHUP.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tls {
    /// The chain, leaf first.
    pub cert: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// Mail relays and what they are told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Email {
    /// Tried in this order; never empty.
    pub relays: Vec<Relay>,
    /// The sender's address, perhaps with a name: `pd <pd@example.com>`.
    pub from: String,
    /// User and the file that holds the password.
    pub login: Option<(String, PathBuf)>,
    /// How long one relay may take for one message.
    pub timeout: Duration,
}

/// Outgoing webhooks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Webhook {
    /// Private networks that may be reached all the same.
    pub allow: Vec<Cidr>,
    /// How long one receiver may take.
    pub timeout: Duration,
}

/// How long things are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Retention {
    /// Closed incidents, before they move from the state to the archive.
    pub incidents: Duration,
    /// Closed incidents in the archive.
    pub archive: Duration,
    /// Entries of journals that everybody has read.
    pub journal: Duration,
}

/// How much is taken in at once; beyond it, senders are asked to come again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Open connections.
    pub connections: u64,
    /// REST requests being worked on.
    pub requests: u64,
    /// REST requests of one token in a minute; `None`: any number.
    pub requests_per_minute: Option<u32>,
    /// Connections to `GET /stream`.
    pub streams: u64,
    /// Bytes of events and commands that wait for the next append.
    pub waiting_bytes: u64,
    /// Free bytes on the disk below which nothing new is accepted.
    pub free_disk_bytes: u64,
}

/// What of itself it tells, and whom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Watch {
    /// Work that is older than this is late.
    pub late: Duration,
    /// So many failures of a provider within five minutes are too many, if they are more than its successes.
    pub provider_failures: u64,
    /// How far the clock may be off.
    pub clock: Duration,
    /// When no more than this many of a store's nodes may still fail, that is too few.
    pub margin: u32,
    /// After this long without its cause, an incident of the watch is resolved.
    pub resolve_after: Duration,
    /// Asked for, now and then, while all is well.
    pub heartbeat: Option<Url>,
    /// How often.
    pub heartbeat_every: Duration,
    /// For how long nothing can be stored before somebody is told directly.
    pub blind_after: Duration,
    /// Who is told then.
    pub contact_email: Option<String>,
    /// What is told then.
    pub contact_webhook: Option<Url>,
}

impl Default for Config {
    fn default() -> Self {
        Self::parse("", "").expect("an empty configuration is valid")
    }
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read, or everything that is wrong with it.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path)
            .map_err(|reason| Error::Unreadable { path: path.to_path_buf(), reason })?;
        Self::parse(&path.display().to_string(), &text)
    }

    /// Reads `text`, which `file` names in messages.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(file: &str, text: &str) -> Result<Self, Error> {
        Reader::new(file, text).read(top)
    }
}

fn top(top: &mut Section<'_, '_>) -> Config {
    let listen = top.text("listen", listen);
    let link = public_url;
    let public_url = top.text("public_url", link);
    let html_origin = top.text("html_origin", link);
    let node = top.text("node", node);
    let tls = tls(&mut top.section("tls"));
    let store = store::stores(&mut top.section("store"));
    let mut deliver = top.section("deliver");
    let email = email(&mut deliver.section("email"));
    let webhook = webhook(&mut deliver.section("webhook"));
    deliver.finish();
    let retention = retention(&mut top.section("retention"));
    let limits = limits(&mut top.section("limits"));
    let watch = watch(&mut top.section("watch"), email.is_some());
    let listen = listen.unwrap_or(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), DEFAULT_PORT));
    Config { listen, public_url, html_origin, node, tls, store, email, webhook, retention, limits, watch }
}

fn tls(section: &mut Section<'_, '_>) -> Option<Tls> {
    let (cert, key) = (section.text("cert", path), section.text("key", path));
    section.finish();
    if section.is_present() && !(section.has("cert") && section.has("key")) {
        section.complain(
            "cert",
            "[tls] is not complete",
            "expected both `cert` and `key`, the paths of PEM files",
        );
    }
    Some(Tls { cert: cert?, key: key? })
}

fn email(section: &mut Section<'_, '_>) -> Option<Email> {
    let relays = section.texts("relays", str::parse);
    let from = section.text("from", from);
    let username = section.text("username", non_empty);
    let password = section.text("password_file", path);
    let timeout = section.text("timeout", timeout).unwrap_or(Duration::from_secs(30));
    section.finish();
    if section.is_present() && !(section.has("relays") && section.has("from")) {
        let hint = "expected `relays = [\"smtp://HOST:PORT\"]` and `from = \"pd@example.com\"`";
        section.complain("relays", "[deliver.email] is not complete", hint);
    }
    if relays.as_ref().is_some_and(Vec::is_empty) {
        section.complain(
            "relays",
            "`relays` is empty",
            "expected at least one, such as \"smtp://HOST:PORT\"",
        );
    }
    if section.has("username") != section.has("password_file") {
        let key = if section.has("username") { "username" } else { "password_file" };
        section.complain(key, "`username` and `password_file` go together", "expected both, or neither");
    }
    Some(Email { relays: relays?, from: from?, login: username.zip(password), timeout })
}

fn webhook(section: &mut Section<'_, '_>) -> Webhook {
    let allow = section.texts("allow", str::parse).unwrap_or_default();
    let timeout = section.text("timeout", timeout).unwrap_or(Duration::from_secs(5));
    section.finish();
    Webhook { allow, timeout }
}

fn retention(section: &mut Section<'_, '_>) -> Retention {
    let retention = Retention {
        incidents: section.text("incidents", kept).unwrap_or(DAY),
        archive: section.text("archive", kept).unwrap_or(400 * DAY),
        journal: section.text("journal", kept).unwrap_or(DAY),
    };
    section.finish();
    if retention.archive < retention.incidents {
        let hint = "an archived incident would be expired at once: make `archive` the longer one";
        section.complain("archive", "`archive` is shorter than `incidents`", hint);
    }
    retention
}

fn limits(section: &mut Section<'_, '_>) -> Limits {
    let limits = Limits {
        connections: section.integer("connections", 1..=1_000_000).unwrap_or(20_000),
        requests: section.integer("requests", 1..=100_000).unwrap_or(1_024),
        requests_per_minute: section
            .integer("requests_per_minute", 1..=1_000_000)
            .map(|requests| u32::try_from(requests).unwrap_or(u32::MAX)),
        streams: section.integer("streams", 1..=10_000).unwrap_or(200),
        waiting_bytes: section.text("waiting", at_least_a_megabyte).unwrap_or(64 << 20),
        free_disk_bytes: section.text("free_disk", size).unwrap_or(256 << 20),
    };
    section.finish();
    limits
}

fn watch(section: &mut Section<'_, '_>, email: bool) -> Watch {
    let watch = Watch {
        late: section.text("late", bound).unwrap_or(Duration::from_secs(60)),
        provider_failures: section.integer("provider_failures", 1..=1_000_000).unwrap_or(5),
        clock: section.text("clock", bound).unwrap_or(Duration::from_secs(2)),
        margin: section.integer("margin", 0..=100).and_then(|margin| u32::try_from(margin).ok()).unwrap_or(0),
        resolve_after: section.text("resolve_after", bound).unwrap_or(Duration::from_secs(90)),
        heartbeat: section.text("heartbeat", http_url),
        heartbeat_every: section.text("heartbeat_every", bound).unwrap_or(Duration::from_secs(60)),
        blind_after: section.text("blind_after", bound).unwrap_or(Duration::from_secs(120)),
        contact_email: section.text("contact_email", from),
        contact_webhook: section.text("contact_webhook", http_url),
    };
    section.finish();
    if section.has("contact_email") && !email {
        let hint = "expected [deliver.email] with its `relays` and `from`: that is how it would leave";
        section.complain("contact_email", "`contact_email` needs a way for e-mail to leave", hint);
    }
    watch
}

fn listen(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        "expected an address with a port, such as \"127.0.0.1:7433\" or \"[::]:7433\"".to_owned()
    })
}

fn public_url(text: &str) -> Result<Url, String> {
    const EXPECTED: &str = "expected what links begin with, such as \"https://pd.example.com\"";
    let url = Url::parse(text).map_err(|_| EXPECTED)?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.host().is_some()
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty();
    if plain { Ok(url) } else { Err(EXPECTED.to_owned()) }
}

fn node(text: &str) -> Result<String, String> {
    let valid = (1..=63).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    let expected = "expected 1 to 63 letters, digits, dots, hyphens or underscores, such as \"pd-1\"";
    if valid { Ok(text.to_owned()) } else { Err(expected.to_owned()) }
}

pub(super) fn path(text: &str) -> Result<PathBuf, String> {
    non_empty(text).map(PathBuf::from)
}

pub(super) fn non_empty(text: &str) -> Result<String, String> {
    if text.is_empty() {
        Err("expected something between the quotes".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

fn from(text: &str) -> Result<String, String> {
    match text.parse::<lettre::message::Mailbox>() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => {
            Err("expected an e-mail address, such as \"pd@example.com\" or \"pd <pd@example.com>\""
                .to_owned())
        }
    }
}

fn timeout(text: &str) -> Result<Duration, String> {
    within(text, Duration::from_millis(100), Duration::from_secs(30), "100ms to 30s")
}

fn kept(text: &str) -> Result<Duration, String> {
    within(text, Duration::from_secs(1), 36_500 * DAY, "1s to 36500d")
}

fn bound(text: &str) -> Result<Duration, String> {
    within(text, Duration::from_secs(1), DAY, "1s to 1d")
}

fn http_url(text: &str) -> Result<Url, String> {
    const EXPECTED: &str = "expected a URL, such as \"https://watch.example.com/pd-1\"";
    let url = Url::parse(text).map_err(|_| EXPECTED)?;
    let http = matches!(url.scheme(), "http" | "https") && url.host().is_some();
    if http { Ok(url) } else { Err(EXPECTED.to_owned()) }
}

fn within(text: &str, least: Duration, most: Duration, range: &str) -> Result<Duration, String> {
    let duration = duration(text)?;
    if (least..=most).contains(&duration) {
        Ok(duration)
    } else {
        Err(format!("expected a duration from {range}"))
    }
}

fn at_least_a_megabyte(text: &str) -> Result<u64, String> {
    let bytes = size(text)?;
    if bytes >= 1 << 20 {
        Ok(bytes)
    } else {
        Err("expected at least 1MiB: one entry can be as large".to_owned())
    }
}
