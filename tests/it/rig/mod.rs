//! Drives the real binary: a server in a home of its own, requests to it, kills and power cuts.
#![allow(clippy::unwrap_used, reason = "tests")]

pub(crate) mod chance;
pub(crate) mod http;
pub(crate) mod load;
pub(crate) mod power;
mod power_tests;
mod process;
pub(crate) mod refusal;
mod tests;

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output};
use std::time::Duration;

use pd::clock::{Clock as _, SystemClock};
use serde_json::Value;
use tempfile::TempDir;

use http::{Answer, Connection};
use power::{Supply, Unsynced};
use process::Server;

/// How long a server may take to be ready. Generous: the machine may be busy with other tests.
const START: Duration = Duration::from_secs(60);
/// How long an orderly end may take.
const STOP: Duration = Duration::from_secs(60);
/// The pause between two looks at a condition.
const LOOK: Duration = Duration::from_millis(20);

/// A server and the client beside it. Dropping it ends the server and removes everything.
pub(crate) struct Rig {
    home: TempDir,
    data: PathBuf,
    config: Option<String>,
    /// What the next start is given beside that; such as limits.
    wrapped: Vec<(String, String)>,
    /// What the next start is told beside where its things are.
    arguments: Vec<String>,
    /// Whether somebody looks at what it prints.
    terminal: bool,
    stand: Option<Stand>,
    /// What the next start listens on, if not on any free port.
    address: Option<String>,
    power: Option<Supply>,
    server: Option<Server>,
    context: Context,
}

/// Where a server stands, if not beside the tests.
pub(crate) struct Stand {
    /// What it listens on.
    pub(crate) address: IpAddr,
    /// Makes the command that runs a program there; signals to that process reach the program.
    pub(crate) command: Box<dyn Fn(&str) -> Command + Send>,
}

/// What a client needs, as `pd context show` says it.
#[derive(Clone, Default, Debug)]
pub(crate) struct Context {
    /// Such as `127.0.0.1:40123`.
    pub(crate) address: String,
    pub(crate) token: String,
    pub(crate) routing_key: String,
}

impl Rig {
    /// A server with nothing configured.
    pub(crate) fn start() -> Self {
        Self::start_with("")
    }

    /// A server with this configuration file.
    pub(crate) fn start_with(config: &str) -> Self {
        let mut rig = Self::prepare(config);
        rig.up();
        rig
    }

    /// A server with nothing configured, on a terminal, as a newcomer starts it.
    pub(crate) fn start_on_terminal() -> Self {
        let mut rig = Self::prepare("");
        rig.terminal = true;
        rig.up();
        rig
    }

    /// A home with a configuration, without a server yet.
    pub(crate) fn prepare(config: &str) -> Self {
        let home = tempfile::Builder::new().prefix("pd-rig").tempdir().unwrap();
        let data = home.path().join("data");
        let config = (!config.is_empty()).then(|| config.to_owned());
        Self {
            home,
            data,
            config,
            wrapped: Vec::new(),
            arguments: Vec::new(),
            terminal: false,
            stand: None,
            address: None,
            power: None,
            server: None,
            context: Context::default(),
        }
    }

    /// Keeps the data somewhere else, such as on a small disk. Before the first start.
    pub(crate) fn keep_data_in(&mut self, folder: &Path) {
        self.data = folder.to_owned();
    }

    /// Stands somewhere else, from the next start on.
    pub(crate) fn stand(&mut self, stand: Stand) {
        self.stand = Some(stand);
    }

    /// Listens where it listens now, from the next start on.
    pub(crate) fn stay(&mut self) {
        self.address = Some(self.context.address.clone());
    }

    /// Has this configuration, from the next start on.
    pub(crate) fn configure(&mut self, config: &str) {
        self.config = Some(config.to_owned());
    }

    /// Another server of the same installation has set it up: its token and routing key are this one's too.
    pub(crate) fn know(&mut self, other: &Context) {
        self.context = Context { address: String::new(), ..other.clone() };
    }

    /// Adds a variable to the server's environment, from the next start on.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.wrapped.push((name.to_owned(), value.to_owned()));
    }

    /// Adds arguments to `pd serve`, from the next start on.
    pub(crate) fn tell(&mut self, arguments: &[&str]) {
        self.arguments.extend(arguments.iter().map(|&argument| argument.to_owned()));
    }

    /// Starts the server and waits until it is ready.
    pub(crate) fn up(&mut self) {
        self.try_up().unwrap_or_else(|said| panic!("the server did not start: {said}"));
    }

    /// Starts the server, and waits for nothing but that it draws on its power supply.
    pub(crate) fn begin(&mut self) {
        let mut command = self.serve_command();
        if let Some(power) = &self.power {
            command.envs(power.env());
        }
        self.server = Some(Server::start(command, self.terminal));
        if let Some(power) = &self.power {
            assert!(poll(START, || power.in_use()), "the shim was not loaded\n{}", self.said());
        }
    }

    /// As [`up`](Self::up), but gives what the server said when it does not come up.
    pub(crate) fn try_up(&mut self) -> Result<(), String> {
        self.begin();
        let server = self.server.as_mut().expect("just begun");
        match server.address(START) {
            Ok(address) => self.context.address = address,
            Err(said) => {
                self.server = None;
                return Err(said);
            }
        }
        if self.context.token.is_empty() {
            // On a cluster that is being founded it takes a while.
            let mut said = String::new();
            let learnt = poll(START, || self.learn().map_err(|error| said = error).is_ok());
            assert!(learnt, "{said}\n{}", self.said());
            // What is in the context is not true before the store has it.
            let founded = poll(START, || self.try_get("/users").is_ok_and(|answer| answer.status == 200));
            assert!(founded, "{}", self.said());
        }
        let ready = poll(START, || self.try_get("/health").is_ok_and(|answer| answer.status == 200));
        if ready { Ok(()) } else { Err(format!("never ready\n{}", self.said())) }
    }

    /// Token and routing key, from the context that the first start made.
    fn learn(&mut self) -> Result<(), String> {
        let output = self.pd(&["context", "show", "-o", "json"]);
        if !output.status.success() {
            return Err(format!("pd context show: {output:?}"));
        }
        let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
        let text =
            |name: &str| shown[name].as_str().unwrap_or_else(|| panic!("no {name} in {shown}")).to_owned();
        self.context.token = text("token");
        self.context.routing_key = text("routing_key");
        Ok(())
    }

    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// The process id of the server.
    pub(crate) fn pid(&self) -> u32 {
        self.server.as_ref().expect("a server is up").pid()
    }

    /// What the server has printed since its last start.
    pub(crate) fn said(&self) -> String {
        self.server.as_ref().map(Server::said).unwrap_or_default()
    }

    /// `pd` with nothing of the machine's own settings.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pd"));
        self.isolate(&mut command);
        command
    }

    /// Runs a script in bash, where `pd` is the real one and finds its contexts. It stops at the first failure.
    pub(crate) fn shell(&self, script: &str) -> Output {
        let mut command = Command::new("bash");
        self.isolate(&mut command);
        let binary = Path::new(env!("CARGO_BIN_EXE_pd"));
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{path}", binary.parent().unwrap().display()));
        command.args(["-euo", "pipefail", "-c", script]).stdin(std::process::Stdio::null()).output().unwrap()
    }

    fn isolate(&self, command: &mut Command) {
        let home = self.home.path();
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home)
            .env("USER", "ann")
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_DATA_HOME", home.join("share"))
            .env("XDG_STATE_HOME", home.join("state"))
            .env("NO_COLOR", "1")
            .env("RUST_BACKTRACE", "1")
            .current_dir(home);
    }

    fn serve_command(&self) -> Command {
        let pd = env!("CARGO_BIN_EXE_pd");
        let (mut command, listen) = match &self.stand {
            Some(stand) => ((stand.command)(pd), format!("{}:0", stand.address)),
            None => (Command::new(pd), self.address.clone().unwrap_or_else(|| "127.0.0.1:0".to_owned())),
        };
        self.isolate(&mut command);
        command.arg("serve").arg("--data").arg(&self.data).args(["--listen", &listen]);
        if let Some(config) = &self.config {
            let path = self.home.path().join("pd.toml");
            std::fs::write(&path, config).unwrap();
            command.arg("--config").arg(path);
        }
        command.args(&self.arguments).envs(self.wrapped.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a client command against the server, to its end.
    pub(crate) fn pd(&self, arguments: &[&str]) -> Output {
        let mut command = self.command();
        if !self.context.token.is_empty() {
            // The port is another after a restart.
            command
                .env("PD_URL", self.url())
                .env("PD_TOKEN", &self.context.token)
                .env("PD_ROUTING_KEY", &self.context.routing_key);
        }
        command.args(arguments).stdin(std::process::Stdio::null()).output().unwrap()
    }

    /// As [`pd`](Self::pd), for a command that succeeds: what it printed.
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let output = self.pd(arguments);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "pd {arguments:?}: {}\n{}", text(&output.stderr), self.said());
        text(&output.stdout)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.context.address)
    }

    /// Sends a trigger with this dedup key.
    pub(crate) fn trigger(&self, dedup_key: &str) -> Answer {
        self.post_event(&event(&self.context.routing_key, "trigger", dedup_key))
    }

    /// Sends an event as it is.
    pub(crate) fn post_event(&self, body: &Value) -> Answer {
        self.request("POST", "/v2/enqueue", Some(body.to_string().as_bytes())).unwrap()
    }

    /// One GET with the token.
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.try_get(path).unwrap_or_else(|error| panic!("GET {path}: {error}\n{}", self.said()))
    }

    fn try_get(&self, path: &str) -> std::io::Result<Answer> {
        self.request("GET", path, None)
    }

    /// One request with the token, on a connection of its own.
    pub(crate) fn request(&self, method: &str, path: &str, body: Option<&[u8]>) -> std::io::Result<Answer> {
        Connection::open(&self.context.address)?.request(method, path, &self.context.token, body)
    }

    /// A REST call that succeeds; the answer's JSON.
    pub(crate) fn rest(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let bytes = body.map(|body| body.to_string().into_bytes());
        let answer = self.request(method, path, bytes.as_deref()).unwrap();
        assert!((200..300).contains(&answer.status), "{method} {path}: {answer}\n{}", self.said());
        if answer.body.is_empty() { Value::Null } else { answer.json() }
    }

    /// All elements of a REST list, page after page.
    pub(crate) fn list(&self, path: &str, name: &str) -> Vec<Value> {
        let mut found = Vec::new();
        let join = if path.contains('?') { '&' } else { '?' };
        loop {
            let page = self.rest("GET", &format!("{path}{join}limit=100&offset={}", found.len()), None);
            found.extend(
                page[name].as_array().unwrap_or_else(|| panic!("no {name} in {page}")).iter().cloned(),
            );
            if page["more"] != true {
                return found;
            }
        }
    }

    /// Waits until `condition` holds.
    ///
    /// # Panics
    /// When it does not within `limit`; shows what the server said.
    pub(crate) fn wait_until(&self, what: &str, limit: Duration, condition: impl FnMut() -> bool) {
        assert!(poll(limit, condition), "not within {limit:?}: {what}\n{}", self.said());
    }

    /// Kills the server without warning. A process has ended when this returns.
    pub(crate) fn kill9(&mut self) {
        self.server.take().expect("a server is up").kill();
    }

    /// How the server has ended by itself, once it has; `None` if it does not within `limit`.
    pub(crate) fn ended(&mut self, limit: Duration) -> Option<ExitStatus> {
        self.server.as_mut().expect("a server was up").ended(limit)
    }

    /// Asks the server to end, and waits until it has; its exit code.
    pub(crate) fn term(&mut self) -> Option<i32> {
        self.server.take().expect("a server is up").term(STOP)
    }

    /// Sends the server a signal, and waits for nothing.
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        self.server.as_ref().expect("a server is up").signal(signal);
    }

    /// Kills and starts again.
    pub(crate) fn restart(&mut self) {
        self.kill9();
        self.up();
    }

    /// From the next start on, only synced bytes are on the disk.
    pub(crate) fn power(&mut self) {
        assert!(self.server.is_none(), "the power supply is plugged in before the start");
        std::fs::create_dir_all(&self.data).unwrap();
        self.power = Some(Supply::of(&self.data));
    }

    /// Cuts the power; the next start finds what a disk would have.
    pub(crate) fn cut(&mut self, unsynced: Unsynced) {
        self.kill9();
        self.power.take().expect("a power supply").cut(unsynced);
    }
}

/// An event for `POST /v2/enqueue`.
pub(crate) fn event(routing_key: &str, action: &str, dedup_key: &str) -> Value {
    serde_json::json!({
        "routing_key": routing_key,
        "event_action": action,
        "dedup_key": dedup_key,
        "payload": { "summary": format!("disk of {dedup_key} is full"), "source": dedup_key, "severity": "critical" },
    })
}

/// Looks until `condition` holds; false if it does not within `limit`.
pub(crate) fn poll(limit: Duration, mut condition: impl FnMut() -> bool) -> bool {
    // Looking takes time too.
    let clock = SystemClock::new();
    loop {
        if condition() {
            return true;
        }
        if clock.monotonic() >= limit {
            return false;
        }
        std::thread::sleep(LOOK);
    }
}
