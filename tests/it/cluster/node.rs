//! One Cassandra node: its files, and its process.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use rustix::process::Signal;

use super::fetch::Tools;
use super::supervisor::{Process, Supervisor};
use super::{Datacenter, Speed};
use crate::rig::power::{Supply, Unsynced, files};

/// What a node's heap may take. It takes about as much again outside of it.
const HEAP: &str = "384M";

/// A node, up or not.
pub(super) struct Node {
    number: u8,
    home: PathBuf,
    process: Option<Process>,
    power: Option<Supply>,
    /// What puts a command into its network namespace.
    entry: String,
    /// The command that starts it.
    command: String,
    /// The configuration, but for what a power supply of its own asks for.
    configuration: String,
}

/// What all nodes of a cluster have in common.
pub(super) struct Common<'a> {
    pub(super) supervisor: &'a Supervisor,
    pub(super) tools: &'a Tools,
    pub(super) seeds: String,
    pub(super) speed: Speed,
}

impl Node {
    /// Writes its files. `space` is the network namespace it belongs to.
    pub(super) fn prepare(common: &Common<'_>, number: u8, address: IpAddr, space: Option<&Path>) -> Self {
        let name = format!("n{number}");
        let home = common.supervisor.folder().join(&name);
        for folder in ["disk", "tmp"] {
            fs::create_dir_all(home.join(folder)).unwrap();
        }
        // Evenly around the ring.
        let token = i64::MIN.wrapping_add_unsigned(u64::MAX / 5 * u64::from(number - 1) + 1);
        let tier = match common.speed {
            Speed::Start => "1",
            Speed::Work => "4",
        };
        let fill = |template: &str| {
            let text = fs::read_to_string(super::files().join(template)).unwrap();
            text.replace("@HOME@", home.to_str().expect("a temporary folder in UTF-8"))
                .replace("@ADDRESS@", &address.to_string())
                .replace("@SEEDS@", &common.seeds)
                .replace("@TOKEN@", &token.to_string())
                .replace("@HEAP@", HEAP)
                .replace("@TIER@", tier)
        };
        fs::write(home.join("jvm.options"), fill("jvm.options")).unwrap();
        fs::write(home.join("logback.xml"), fill("logback.xml")).unwrap();
        let datacenter = Datacenter::of_node(number).name();
        fs::write(home.join("rackdc.properties"), format!("dc={datacenter}\nrack=r{number}\n")).unwrap();
        let entry = space.map(|space| format!("nsenter --net={}", space.display())).unwrap_or_default();
        let command = [
            common.tools.java.display().to_string(),
            format!("@{}", home.join("jvm.options").display()),
            format!("-cp '{}'", common.tools.jars),
            "org.apache.cassandra.service.CassandraDaemon".to_owned(),
        ]
        .join(" ");
        let configuration = fill("cassandra.yaml");
        Self { number, home, process: None, power: None, entry, command, configuration }
    }

    /// The name of what its process printed, in the folder of the cluster.
    pub(super) fn log(&self) -> String {
        format!("n{}/system.log", self.number)
    }

    /// What its process printed beside the log.
    pub(super) fn out(&self) -> String {
        format!("n{}.out", self.number)
    }

    /// Starts its process, and waits for nothing.
    pub(super) fn start(&mut self, supervisor: &Supervisor) {
        if self.lives() {
            return;
        }
        let mut configuration = self.configuration.clone();
        let mut environment = String::new();
        if let Some(power) = &self.power {
            // What is written by mapping a file cannot be watched; a compressed commit log is written by calls.
            configuration += "commitlog_compression: [{ class_name: LZ4Compressor }]\n";
            let set: Vec<_> =
                power.env().iter().map(|(name, value)| format!("{name}='{}'", value.display())).collect();
            environment = format!("env {}", set.join(" "));
        }
        fs::write(self.home.join("cassandra.yaml"), configuration).unwrap();
        let home = self.home.display();
        let script = format!("cd '{home}' || exit 1\nexec {} {environment} {}\n", self.entry, self.command);
        self.process = Some(supervisor.run(&format!("n{}", self.number), &script));
    }

    pub(super) fn lives(&self) -> bool {
        self.process.is_some_and(Process::lives)
    }

    /// Ends it without warning. What it wrote stays: the machine itself goes on.
    pub(super) fn kill(&mut self) {
        if let Some(process) = self.process.take() {
            process.kill();
        }
    }

    /// Stops it in the middle of whatever it does; its connections stay open.
    pub(super) fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets it go on.
    pub(super) fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        if let Some(process) = self.process {
            process.signal(signal);
        }
    }

    /// From its next start on it asks who one is: by a password, and over TLS by a certificate that the authority of
    /// these PEM files has signed. Who comes without TLS is still heard.
    #[cfg(test)]
    pub(super) fn lock(&mut self, identity: &Path, authority: &Path) {
        let settings = format!(
            "client_encryption_options:\n  enabled: true\n  optional: true\n  require_client_auth: true\n  \
             ssl_context_factory:\n    class_name: org.apache.cassandra.security.PEMBasedSslContextFactory\n  \
             keystore: {}\n  truststore: {}\n",
            identity.display(),
            authority.display()
        );
        let open = std::mem::take(&mut self.configuration);
        self.configuration = open
            .replace("AllowAllAuthenticator", "PasswordAuthenticator")
            .replace("AllowAllAuthorizer", "CassandraAuthorizer")
            + &settings;
    }

    /// From its next start on its commit log has a power supply of its own. It is down.
    pub(super) fn power(&mut self) {
        assert!(!self.lives(), "a power supply is plugged in before the start");
        // Of the data files, some are never synced: Cassandra makes them again, or reads others in their place.
        let commitlog = self.home.join("disk/commitlog");
        fs::create_dir_all(&commitlog).unwrap();
        self.power = Some(Supply::of(&commitlog));
    }

    /// After the kill of a node with a power supply: leaves of its commit log what a cut of the power would.
    pub(super) fn cut(&mut self, unsynced: Unsynced) {
        assert!(!self.lives(), "killed before");
        let commitlog = self.home.join("disk/commitlog");
        let before = files(&commitlog);
        self.power.take().expect("a power supply since the start").cut(unsynced);
        // Cassandra never syncs that folder, so the image still has every segment that was done with. The removal of a
        // name does reach a disk soon, and nothing that it acknowledged is in there.
        for segment in files(&commitlog).iter().filter(|segment| !before.contains(segment)) {
            fs::remove_file(commitlog.join(segment)).unwrap();
        }
    }

    /// Whether it has a power supply of its own.
    pub(super) fn powered(&self) -> bool {
        self.power.is_some()
    }

    /// Without a power supply from the next start on.
    pub(super) fn unplug(&mut self) {
        self.power = None;
    }
}
