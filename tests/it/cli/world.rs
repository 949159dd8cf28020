//! A home folder of its own, and the real binary in it.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use super::fake::Fake;

/// What a run of the binary came to.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) code: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Ran {
    /// Everything, for a snapshot.
    pub(super) fn shown(&self) -> String {
        let mut text = self.stdout.clone();
        for line in self.stderr.lines() {
            text += &format!("! {line}\n");
        }
        text + &format!("= {}\n", self.code)
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap()
    }
}

/// A user's machine.
pub(super) struct World {
    home: tempfile::TempDir,
    vars: Vec<(String, String)>,
}

impl World {
    pub(super) fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap(), vars: Vec::new() }
    }

    /// A machine whose current context is `fake`.
    pub(super) fn with(fake: &Fake) -> Self {
        let world = Self::new();
        world.write_config(&format!(
            "current = \"test\"\n[contexts.test]\nurl = \"{}\"\ntoken = \"{}\"\nrouting_key = \"{}\"\n",
            fake.url(),
            super::fake::TOKEN,
            super::fake::KEY,
        ));
        world
    }

    pub(super) fn var(mut self, name: &str, value: &str) -> Self {
        self.vars.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn write_config(&self, text: &str) {
        let path = self.config();
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        set_mode(&path, 0o600);
    }

    pub(super) fn config(&self) -> PathBuf {
        self.home.path().join("config/pd/config.toml")
    }

    pub(super) fn spool(&self) -> PathBuf {
        self.home.path().join("state/pd/spool")
    }

    pub(super) fn path(&self) -> &Path {
        self.home.path()
    }

    /// Runs `pd` with the words of `line`; single quotes join words.
    pub(super) async fn pd(&self, line: &str) -> Ran {
        self.pd_with(line, "").await
    }

    pub(super) async fn pd_with(&self, line: &str, stdin: &str) -> Ran {
        let mut child = self.command(line).spawn().unwrap();
        let mut pipe = child.stdin.take().unwrap();
        // It need not read what it is given.
        let _ = pipe.write_all(stdin.as_bytes()).await;
        drop(pipe);
        let output = child.wait_with_output().await.unwrap();
        Ran {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    pub(super) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pd"));
        command
            .args(words(line))
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.home.path())
            .env("XDG_CONFIG_HOME", self.home.path().join("config"))
            .env("XDG_DATA_HOME", self.home.path().join("data"))
            .env("XDG_STATE_HOME", self.home.path().join("state"))
            .env("PD_RETRY", "0s")
            .envs(self.vars.iter().map(|(name, value)| (name, value)))
            .current_dir(self.home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }
}

pub(super) fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

pub(super) fn words(line: &str) -> Vec<String> {
    line.split('\'')
        .enumerate()
        .flat_map(|(n, part)| {
            if n % 2 == 1 {
                vec![part.to_owned()]
            } else {
                part.split_whitespace().map(str::to_owned).collect()
            }
        })
        .collect()
}
