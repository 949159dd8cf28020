//! That nothing is left of a cluster, however its run ends: real nodes, started by a child that is then killed.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::supervisor::clear;
use super::{Cluster, Speed, fetch, gate};
use crate::rig::poll;

/// Tells the child where to say what there is.
const REPORT: &str = "PD_CLUSTER_REPORT";
/// How long anything here may take. Generous: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(120);

/// What the child has, as it says.
struct Traces {
    folder: PathBuf,
    link: Option<PathBuf>,
    supervisor: i32,
    processes: Vec<i32>,
}

#[test]
fn nothing_is_left_of_a_killed_run() {
    let Some((mut child, traces)) = run() else { return };
    child.kill().unwrap();
    child.wait().unwrap();
    traces.vanish(true);
}

#[test]
fn nothing_is_left_of_an_interrupted_run() {
    let Some((mut child, traces)) = run() else { return };
    let group = Pid::from_child(&child);
    rustix::process::kill_process_group(group, Signal::INT).unwrap();
    assert!(poll(PATIENCE, || child.try_wait().unwrap().is_some()), "it goes on");
    traces.vanish(true);
}

/// The kernel ends the nodes then, and the next run clears the folder away.
#[test]
fn nothing_is_left_when_the_supervisor_is_killed_too() {
    let Some((mut child, traces)) = run() else { return };
    kill_process(Pid::from_raw(traces.supervisor).unwrap(), Signal::KILL).unwrap();
    traces.vanish(false);
    clear();
    assert!(traces.folder.exists(), "a folder of a run that lives was removed");
    child.kill().unwrap();
    child.wait().unwrap();
    clear();
    assert!(!traces.folder.exists());
}

#[test]
#[ignore = "run as a child by the others here, and killed by them"]
fn a_run_to_be_killed() {
    let report = PathBuf::from(std::env::var_os(REPORT).expect("the file to report to"));
    let cluster = Cluster::prepare(&fetch::tools().unwrap(), Speed::Start);
    cluster.begin(&[1, 5]);
    let mut lines = vec![cluster.supervisor.folder().display().to_string()];
    lines.push(cluster.network.link().unwrap_or_default().to_owned());
    lines.push(cluster.supervisor.id().to_string());
    lines.extend(cluster.supervisor.processes().iter().map(ToString::to_string));
    fs::write(report.with_extension("part"), lines.join("\n")).unwrap();
    fs::rename(report.with_extension("part"), report).unwrap();
    loop {
        std::thread::park();
    }
}

/// A child with two nodes on their way, in a process group of its own; `None` where there can be none.
fn run() -> Option<(Child, Traces)> {
    if !gate::wanted() {
        return None;
    }
    if let Err(text) = fetch::tools() {
        gate::missing(&format!("a test of the end of Cassandra nodes: {text}"), true);
        return None;
    }
    let folder = tempfile::Builder::new().prefix("pd-end").tempdir().unwrap();
    let report = folder.path().join("report");
    // Whoever runs the tests in the background may have them ignore interrupts.
    let child = Command::new("env")
        .arg("--default-signal=INT")
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", "cluster::end::a_run_to_be_killed"])
        .env(REPORT, &report)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    assert!(poll(PATIENCE, || report.exists()), "the child does not report");
    let text = fs::read_to_string(&report).unwrap();
    let mut lines = text.lines();
    let folder = PathBuf::from(lines.next().unwrap());
    let link =
        lines.next().filter(|name| !name.is_empty()).map(|name| Path::new("/sys/class/net").join(name));
    let mut numbers = lines.map(|line| line.parse().unwrap());
    let traces = Traces { folder, link, supervisor: numbers.next().unwrap(), processes: numbers.collect() };
    let java = || {
        let name = |id: &i32| fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
        traces.processes.iter().filter(|id| name(id) == "java\n").count()
    };
    assert!(poll(PATIENCE, || java() == 2), "two nodes");
    assert!(traces.folder.exists() && traces.link.as_ref().is_none_or(|link| link.exists()));
    Some((child, traces))
}

impl Traces {
    fn vanish(&self, folder_too: bool) {
        let lives = |id: &i32| Path::new("/proc").join(id.to_string()).exists();
        // A process that nobody waits for stays as a zombie until its new parent looks.
        let ended = poll(PATIENCE, || !self.processes.iter().any(lives));
        assert!(ended, "still there: {:?}", self.processes.iter().filter(|id| lives(id)).collect::<Vec<_>>());
        assert!(poll(PATIENCE, || self.link.as_ref().is_none_or(|link| !link.exists())), "{:?}", self.link);
        if folder_too {
            assert!(poll(PATIENCE, || !self.folder.exists()), "{}", self.folder.display());
        }
    }
}
