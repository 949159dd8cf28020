//! Where a token comes from, and how it is had: from the file of contexts, another file, or a command that prints it.

use std::fs;
use std::io::{IsTerminal as _, Read};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::target::Secret;

/// How long a command may take that may ask a person something: for a passphrase, or to touch a key.
const BY_A_PERSON: Duration = Duration::from_secs(60);
/// The pause between two looks at whether the command has ended.
const LOOK: Duration = Duration::from_millis(5);
/// How long after its end the rest of what it printed may take.
const REST: Duration = Duration::from_secs(1);
/// How much of what it prints is read.
const PRINTED_MAX: u64 = 64 << 10;

/// Where a token comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TokenSource {
    /// It is in the file.
    Inline(Secret),
    /// It is the content of this file.
    File(PathBuf),
    /// This shell command prints it.
    Command(String),
}

/// Who waits for the token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Waits {
    /// Somebody at a terminal, whom a password manager may ask something.
    Person,
    /// Nobody who could be asked: the command has no terminal, and so long.
    Nobody(Duration),
}

impl TokenSource {
    /// The token. It is had anew each time, and kept nowhere.
    ///
    /// # Errors
    /// Why it cannot be had, in words.
    pub fn read(&self, waits: Waits) -> Result<Secret, String> {
        let text = match self {
            Self::Inline(secret) => return Ok(secret.clone()),
            Self::File(path) => {
                fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?
            }
            Self::Command(command) => printed_by(command, waits)?,
        };
        let token = Secret::new(&text);
        if token.reveal().is_empty() {
            return Err("it is empty".to_owned());
        }
        Ok(token)
    }

    /// The file of the token, if others than its owner can read it.
    pub fn exposed(&self) -> Option<&Path> {
        match self {
            Self::File(path) if readable_by_others(path) => Some(path),
            _ => None,
        }
    }
}

/// Whether others than its owner can read the file; what is no plain file, such as a pipe, they cannot.
pub fn readable_by_others(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o077 != 0)
}

fn printed_by(command: &str, waits: Waits) -> Result<String, String> {
    let (limit, alone) = match waits {
        Waits::Person => (BY_A_PERSON, false),
        Waits::Nobody(limit) => (limit, true),
    };
    // On a terminal its messages are seen as they come, and may be questions; elsewhere they are part of the failure.
    let seen = !alone && std::io::stderr().is_terminal();
    let failed = |why: String, said: &str| match said.trim() {
        "" => format!("`{command}` {why}"),
        said => format!("`{command}` {why}: {said}"),
    };
    let mut child = Command::new("sh")
        .args(["-c", command])
        .stdin(if alone { Stdio::null() } else { Stdio::inherit() })
        .stdout(Stdio::piped())
        .stderr(if seen { Stdio::inherit() } else { Stdio::piped() })
        .spawn()
        .map_err(|error| failed(format!("cannot be run: {error}"), ""))?;
    let printed = child.stdout.take().map(keep);
    let messages = child.stderr.take().map(keep);
    let status = ended(&mut child, limit);
    let text = |stream: Option<Receiver<Vec<u8>>>| {
        stream.and_then(|stream| stream.recv_timeout(REST).ok()).unwrap_or_default()
    };
    let Some(status) = status else {
        return Err(failed(format!("did not end within {limit:?}"), ""));
    };
    let said = String::from_utf8_lossy(&text(messages)).into_owned();
    let status = status.map_err(|error| failed(format!("cannot be waited for: {error}"), &said))?;
    if !status.success() {
        return Err(failed(format!("failed: {status}"), &said));
    }
    String::from_utf8(text(printed)).map_err(|_| failed("printed what is not text".to_owned(), &said))
}

/// How it has ended; `None` if it did not in time, and had to be killed.
fn ended(child: &mut Child, limit: Duration) -> Option<std::io::Result<std::process::ExitStatus>> {
    let mut waited = Duration::ZERO;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(Ok(status)),
            Err(error) => return Some(Err(error)),
            Ok(None) if waited >= limit => {
                // It may have ended just now.
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
            Ok(None) => std::thread::sleep(LOOK),
        }
        waited += LOOK;
    }
}

/// Reads a stream beside everything else, so that nobody is held up by it.
fn keep(stream: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (tell, told) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came before a failure counts.
        let _ = stream.take(PRINTED_MAX).read_to_end(&mut bytes);
        let _ = tell.send(bytes);
    });
    told
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn of(command: &str) -> Result<String, String> {
        let source = TokenSource::Command(command.to_owned());
        source.read(Waits::Nobody(Duration::from_millis(300))).map(|token| token.reveal().to_owned())
    }

    #[test]
    fn a_command_that_fails_is_told_with_what_it_said() {
        assert_eq!(of("echo abc; echo unimportant >&2").unwrap(), "abc");
        let failed = of("echo 'the vault is locked' >&2; exit 3").unwrap_err();
        assert!(failed.contains("exit status: 3") && failed.contains("the vault is locked"), "{failed}");
        assert!(of("true").unwrap_err().contains("empty"));
        assert!(of("printf '\\377'").unwrap_err().contains("not text"));
    }

    #[test]
    fn a_command_that_hangs_is_not_waited_for() {
        let failed = of("sleep 60").unwrap_err();
        assert!(failed.contains("did not end within 300ms"), "{failed}");
    }

    #[test]
    fn a_file_that_others_can_read_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        fs::write(&path, "abc\n").unwrap();
        for (mode, exposed) in [(0o600, false), (0o640, true), (0o604, true)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let source = TokenSource::File(path.clone());
            assert_eq!(source.exposed().is_some(), exposed, "{mode:o}");
            assert_eq!(source.read(Waits::Person).unwrap().reveal(), "abc");
        }
        assert!(!readable_by_others(Path::new("/dev/null")));
    }
}
