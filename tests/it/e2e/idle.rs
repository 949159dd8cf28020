//! Ten thousand connections that say nothing, and a server that has nothing to do.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::Duration;

use pd::clock::{Clock as _, SystemClock};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::rig::Rig;

const CONNECTIONS: u64 = 10_000;
/// What an idle connection may take of the server's memory.
const KIB_EACH: u64 = 32;
/// Descriptors for everything else that the tests have open.
const SPARE: u64 = 2_000;

/// A figure of `/proc/PID/status`, in KiB.
fn status_kib(pid: u32, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn ten_thousand_idle_connections_cost_little_and_hurt_nobody() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
    let count = maximum.map_or(CONNECTIONS, |most| CONNECTIONS.min(most.saturating_sub(SPARE)));
    assert!(count >= 1_000, "the limit of open files is too low to try this: {maximum:?}");

    let rig = Rig::start();
    // Threads and caches are there before the first look.
    for n in 0..50 {
        assert_eq!(rig.trigger(&format!("before-{n}")).status, 202);
    }
    let before = status_kib(rig.pid(), "VmRSS:");
    let connections: Vec<TcpStream> = (0..count)
        .map(|n| {
            let mut stream = TcpStream::connect(&rig.context().address).unwrap();
            // Some have said half a word.
            if n % 3 == 0 {
                stream.write_all(b"POST /v2/enqueue HTT").unwrap();
            }
            stream
        })
        .collect();
    // The server has accepted them all once it has accepted one that came later.
    let clock = SystemClock::new();
    let mut quick = 0;
    for n in 0..20 {
        let began = clock.monotonic();
        assert_eq!(rig.trigger(&format!("meanwhile-{n}")).status, 202);
        quick += u32::from(clock.monotonic() - began < Duration::from_secs(1));
    }
    assert!(quick >= 15, "only {quick} of 20 events were accepted within a second");
    let grown = status_kib(rig.pid(), "VmRSS:").saturating_sub(before);
    assert!(grown < count * KIB_EACH, "{count} idle connections take {grown} KiB");
    drop(connections);
    assert_eq!(rig.trigger("after").status, 202);
}

/// Ticks of the CPU (100 a second) and bytes sent to the disk so far.
fn used(pid: u32) -> (u64, u64) {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    // The name, in brackets, may hold anything.
    let numbers: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks = numbers[11].parse::<u64>().unwrap() + numbers[12].parse::<u64>().unwrap();
    let io = std::fs::read_to_string(format!("/proc/{pid}/io")).unwrap();
    let bytes = io.lines().find_map(|line| line.strip_prefix("write_bytes: ")).unwrap();
    (ticks, bytes.parse().unwrap())
}

#[test]
fn an_idle_server_writes_nothing_and_hardly_runs() {
    let rig = Rig::start();
    assert_eq!(rig.trigger("one").status, 202);
    std::thread::sleep(Duration::from_secs(5));
    let modified = || {
        let mut files: Vec<_> = std::fs::read_dir(rig.data())
            .unwrap()
            .map(|it| it.unwrap())
            .map(|it| {
                (it.file_name(), it.metadata().unwrap().modified().unwrap(), it.metadata().unwrap().len())
            })
            .collect();
        files.sort();
        files
    };
    let ((ticks, bytes), files) = (used(rig.pid()), modified());
    std::thread::sleep(Duration::from_secs(12));
    let (ticks_later, bytes_later) = used(rig.pid());
    assert_eq!(bytes_later, bytes, "something was written");
    assert_eq!(modified(), files, "something was written");
    assert!(ticks_later - ticks <= 60, "{} ms of CPU in 12 s", (ticks_later - ticks) * 10);
    let resident = status_kib(rig.pid(), "VmRSS:");
    assert!(resident < 120 * 1024, "{resident} KiB");
}
