//! The servers that the user knows: one TOML file, readable by its owner only.
//!
//! ```toml
//! current = "default"
//!
//! [contexts.default]
//! url = ["https://pd-1.example.com", "https://pd-2.example.com"]
//! token_command = "pass show pd"
//! routing_key = "0123456789abcdef0123456789abcdef"
//! read_only = true   # the terminal changes nothing there
//! accent = "red"     # the terminal shows its name on this colour
//! ```
//!
//! The table `[tui]` of the same file is the terminal's own.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, Item, Table, value};
use url::Url;

use super::target::{Secret, Server, Target};
pub use super::token::{TokenSource, Waits};
use crate::config::{self, Reader, Section};

/// Why the file, or a context of it, cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be read or is wrong.
    #[error(transparent)]
    Invalid(#[from] config::Error),
    /// It cannot be written.
    #[error("cannot write {}: {reason}", path.display())]
    Unwritable {
        /// Which file.
        path: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// There is no context of this name.
    #[error("no context is called `{name}`")]
    Unknown {
        /// The name.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// There is a context of this name already.
    #[error("there is a context called `{0}` already")]
    Taken(String),
    /// Its token cannot be had.
    #[error("cannot get the token of context `{name}`: {reason}")]
    NoToken {
        /// The context.
        name: String,
        /// Why.
        reason: String,
    },
}

/// A server, as the file describes it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Context {
    /// What the user calls it.
    pub name: String,
    /// Never empty.
    pub urls: Vec<Url>,
    /// Where the token comes from.
    pub token: Option<TokenSource>,
    /// Where events go.
    pub routing_key: Option<Secret>,
    /// In whose name PagerDuty is asked.
    pub from: Option<String>,
    /// What answers there, if the address does not tell.
    pub server: Option<Server>,
    /// Whether the terminal changes nothing there.
    pub read_only: bool,
    /// The colour by which the terminal makes it recognised.
    pub accent: Option<String>,
}

impl Context {
    /// What a client needs; reads the token's file or runs its command.
    ///
    /// # Errors
    /// [`Error::NoToken`].
    pub fn resolve(&self) -> Result<Target, Error> {
        self.resolve_for(Waits::Person)
    }

    /// The same, for somebody who waits or for nobody.
    ///
    /// # Errors
    /// [`Error::NoToken`].
    pub fn resolve_for(&self, waits: Waits) -> Result<Target, Error> {
        let no_token = |reason| Error::NoToken { name: self.name.clone(), reason };
        Ok(Target {
            context: Some(self.name.clone()),
            urls: self.urls.clone(),
            token: self.token.as_ref().map(|source| source.read(waits)).transpose().map_err(no_token)?,
            routing_key: self.routing_key.clone(),
            from: self.from.clone(),
            server: self.server,
        })
    }
}

/// All contexts of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contexts {
    path: PathBuf,
    current: Option<String>,
    contexts: BTreeMap<String, Context>,
    exposed: bool,
}

impl Contexts {
    /// Reads the file at `path`; one that is not there has no contexts.
    ///
    /// # Errors
    /// If it cannot be read, or everything that is wrong with it.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(reason) => return Err(config::Error::Unreadable { path: path.to_path_buf(), reason }.into()),
        };
        let exposed = fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0);
        let file = path.display().to_string();
        let (current, contexts) = Reader::new(&file, &text).read(top)?;
        let exposed =
            exposed && contexts.values().any(|context| matches!(context.token, Some(TokenSource::Inline(_))));
        Ok(Self { path: path.to_path_buf(), current, contexts, exposed })
    }

    /// Where the file is, or would be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether others than its owner can read a token in it.
    pub fn is_exposed(&self) -> bool {
        self.exposed
    }

    /// The name of the context that is used unless another is asked for.
    pub fn current(&self) -> Option<&str> {
        // A single context needs no choice.
        let only = || self.contexts.keys().next().filter(|_| self.contexts.len() == 1);
        self.current.as_ref().or_else(only).map(String::as_str)
    }

    /// In order of name.
    pub fn all(&self) -> impl Iterator<Item = &Context> {
        self.contexts.values()
    }

    /// The context called `name`.
    ///
    /// # Errors
    /// [`Error::Unknown`].
    pub fn get(&self, name: &str) -> Result<&Context, Error> {
        self.contexts.get(name).ok_or_else(|| Error::Unknown {
            name: name.to_owned(),
            known: self.contexts.keys().cloned().collect(),
        })
    }

    /// Adds `context` and writes the file; the first one becomes the current one.
    ///
    /// # Errors
    /// [`Error::Taken`] unless `replace`; [`Error::Unwritable`].
    pub fn add(&mut self, context: Context, replace: bool) -> Result<(), Error> {
        if self.contexts.contains_key(&context.name) && !replace {
            return Err(Error::Taken(context.name));
        }
        let first = self.contexts.is_empty();
        self.edit(|document| {
            let contexts = document.entry("contexts").or_insert_with(|| {
                let mut table = Table::new();
                table.set_implicit(true);
                Item::Table(table)
            });
            contexts[context.name.as_str()] = Item::Table(table_of(&context));
            if first {
                document["current"] = value(context.name.as_str());
            }
        })?;
        if first {
            self.current = Some(context.name.clone());
        }
        self.contexts.insert(context.name.clone(), context);
        Ok(())
    }

    /// Makes the context called `name` the current one and writes the file.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Unwritable`].
    pub fn choose(&mut self, name: &str) -> Result<(), Error> {
        self.get(name)?;
        self.edit(|document| document["current"] = value(name))?;
        self.current = Some(name.to_owned());
        Ok(())
    }

    /// Forgets the context called `name` and writes the file; if it was the current one, there is none then.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Unwritable`].
    pub fn remove(&mut self, name: &str) -> Result<(), Error> {
        self.get(name)?;
        let current = self.current.as_deref() == Some(name);
        self.edit(|document| {
            if let Some(contexts) = document.get_mut("contexts").and_then(Item::as_table_like_mut) {
                contexts.remove(name);
            }
            if current {
                document.remove("current");
            }
        })?;
        self.contexts.remove(name);
        self.current = self.current.take().filter(|_| !current);
        Ok(())
    }

    /// Calls the context `name` something else and writes the file.
    ///
    /// # Errors
    /// [`Error::Unknown`], [`Error::Taken`], [`Error::Unwritable`].
    pub fn rename(&mut self, name: &str, new: &str) -> Result<(), Error> {
        let context = Context { name: new.to_owned(), ..self.get(name)?.clone() };
        if self.contexts.contains_key(new) {
            return Err(Error::Taken(new.to_owned()));
        }
        let current = self.current.as_deref() == Some(name);
        self.edit(|document| {
            // The table moves as it is, so that what is written in it stays.
            let contexts = document.get_mut("contexts").and_then(Item::as_table_like_mut);
            if let Some(contexts) = contexts
                && let Some(table) = contexts.remove(name)
            {
                contexts.insert(new, table);
            }
            if current {
                document["current"] = value(new);
            }
        })?;
        self.contexts.remove(name);
        self.contexts.insert(new.to_owned(), context);
        if current {
            self.current = Some(new.to_owned());
        }
        Ok(())
    }

    /// Changes the file as it is on disk, so that comments and order stay.
    fn edit(&self, change: impl FnOnce(&mut DocumentMut)) -> Result<(), Error> {
        let unwritable = |reason| Error::Unwritable { path: self.path.clone(), reason };
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(unwritable(error)),
        };
        let mut document: DocumentMut = text.parse().map_err(|error| unwritable(io::Error::other(error)))?;
        change(&mut document);
        write_private(&self.path, document.to_string().as_bytes()).map_err(unwritable)
    }
}

fn top(top: &mut Section<'_, '_>) -> (Option<String>, BTreeMap<String, Context>) {
    let current = top.text("current", |text| Ok(text.to_owned()));
    top.leave("tui");
    let mut contexts = BTreeMap::new();
    for (name, mut section) in top.named("contexts") {
        if let Some(context) = context(&name, &mut section) {
            contexts.insert(name, context);
        }
    }
    if let Some(name) = current.as_ref().filter(|name| !contexts.contains_key(*name)) {
        let known = contexts.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        top.complain("current", format!("no context is called `{name}`"), format!("contexts: {known}"));
    }
    (current, contexts)
}

fn context(name: &str, section: &mut Section<'_, '_>) -> Option<Context> {
    let urls = section.texts("url", url).filter(|urls| !urls.is_empty());
    let inline = section.text("token", |text| Ok(TokenSource::Inline(Secret::new(text))));
    let file = section.text("token_file", |text| Ok(TokenSource::File(PathBuf::from(text))));
    let command = section.text("token_command", |text| Ok(TokenSource::Command(text.to_owned())));
    let routing_key = section.text("routing_key", |text| Ok(Secret::new(text)));
    let from = section.text("from", |text| Ok(text.to_owned()));
    let server = section.text("server", Server::parse);
    let read_only = section.truth("read_only").unwrap_or(false);
    let accent = section.text("accent", accent);
    section.finish();
    if !section.has("url") {
        section.complain(
            "url",
            format!("[contexts.{name}] has no `url`"),
            "expected `url = \"http://HOST:PORT\"`",
        );
    }
    let mut sources: Vec<_> = [inline, file, command].into_iter().flatten().collect();
    if sources.len() > 1 {
        let message = "only one of `token`, `token_file` and `token_command` can be";
        section.complain("token", message, "remove the others");
    }
    let (name, urls, token) = (name.to_owned(), urls?, sources.pop());
    Some(Context { name, urls, token, routing_key, from, server, read_only, accent })
}

/// The names of colours that every terminal has.
const COLOURS: [&str; 7] = ["red", "green", "yellow", "blue", "magenta", "cyan", "white"];

fn accent(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix('#').unwrap_or_default();
    let exact = digits.len() == 6 && digits.chars().all(|c| c.is_ascii_hexdigit());
    if exact || COLOURS.contains(&text) {
        Ok(text.to_owned())
    } else {
        Err(format!("expected {}, or a colour such as \"#ff8800\"", COLOURS.join(", ")))
    }
}

/// Reads the URL of a server.
///
/// # Errors
/// What would be right.
pub fn url(text: &str) -> Result<Url, String> {
    let expected = || "expected a server's address, such as \"https://pd.example.com\"".to_owned();
    let url = Url::parse(text).map_err(|_| expected())?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty();
    if plain { Ok(url) } else { Err(expected()) }
}

fn table_of(context: &Context) -> Table {
    let mut table = Table::new();
    let shown = |url: &Url| url.as_str().trim_end_matches('/').to_owned();
    table["url"] = match context.urls.as_slice() {
        [one] => value(shown(one)),
        several => value(several.iter().map(shown).collect::<Array>()),
    };
    match &context.token {
        Some(TokenSource::Inline(secret)) => table["token"] = value(secret.reveal()),
        Some(TokenSource::File(path)) => table["token_file"] = value(path.display().to_string()),
        Some(TokenSource::Command(command)) => table["token_command"] = value(command.as_str()),
        None => {}
    }
    if let Some(key) = &context.routing_key {
        table["routing_key"] = value(key.reveal());
    }
    if let Some(from) = &context.from {
        table["from"] = value(from.as_str());
    }
    if let Some(server) = context.server {
        table["server"] = value(match server {
            Server::Pd => "pd",
            Server::PagerDuty => "pagerduty",
        });
    }
    if context.read_only {
        table["read_only"] = value(true);
    }
    if let Some(accent) = &context.accent {
        table["accent"] = value(accent.as_str());
    }
    table
}

/// Replaces a file at once and for good, readable by its owner only.
fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let new = folder.join(name);
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests;
