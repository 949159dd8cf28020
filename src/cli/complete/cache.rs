//! What the server said last of names, for when it does not answer: a small file for each context and kind.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::super::session::Session;
use super::names::{Kind, Name};
use crate::client::contexts::Contexts;
use crate::domain::time::Timestamp;

/// What is older says too little of how it is now.
const AGE_MAX: Duration = Duration::from_secs(24 * 3600);
/// What is larger was not written by us.
const SIZE_MAX: u64 = 128 << 10;

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    /// ISO 8601.
    at: String,
    /// Where the server is that said it: another file of contexts may have another one of the same name.
    urls: Vec<String>,
    names: Vec<Name>,
}

/// Keeps the names. Trouble with it is nobody's concern.
pub(super) fn keep(session: &Session, kind: Kind, names: &[Name]) {
    // Contexts are a file themselves.
    if kind == Kind::Context {
        return;
    }
    let Some((path, urls)) = place(session, kind) else { return };
    let kept = Kept { at: session.now().to_iso(), urls, names: names.to_vec() };
    let write = || -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(&path);
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let new = path.with_extension(format!("{}.new", std::process::id()));
        let mut file =
            fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(&serde_json::to_vec(&kept)?)?;
        fs::rename(&new, &path)
    };
    let _ = write();
}

/// What was kept, if it is not too old.
pub(super) fn kept(session: &Session, kind: Kind) -> Vec<Name> {
    let read = || -> Option<Vec<Name>> {
        let (path, urls) = place(session, kind)?;
        let mut text = Vec::new();
        fs::File::open(path).ok()?.take(SIZE_MAX).read_to_end(&mut text).ok()?;
        let kept: Kept = serde_json::from_slice(&text).ok()?;
        let age = session.now().since(Timestamp::parse(&kept.at)?);
        (age <= AGE_MAX && kept.urls == urls).then_some(kept.names)
    };
    read().unwrap_or_default()
}

/// The file, and where the server is. `None` without a context: then nobody knows whose names they are.
fn place(session: &Session, kind: Kind) -> Option<(PathBuf, Vec<String>)> {
    let (asked, urls) = session.asked().ok()?;
    if !urls.is_empty() {
        return None;
    }
    let contexts = Contexts::load(&session.contexts_file().ok()?).ok()?;
    let context = contexts.get(asked.as_deref().or(contexts.current())?).ok()?;
    // What somebody wrote into the file by hand must not lead out of the folder.
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if context.name.starts_with('.') || !context.name.chars().all(plain) {
        return None;
    }
    let folder = session.folders().ok()?.cache.join("names").join(&context.name);
    let urls = context.urls.iter().map(ToString::to_string).collect();
    Some((folder.join(format!("{}.json", kind.name())), urls))
}
