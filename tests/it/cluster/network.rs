//! Where the nodes and the servers beside them live: network namespaces as root, else loopback addresses.

use std::fs;
use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::supervisor::{Process, Supervisor};
use super::{DATACENTERS, Datacenter, NODES};
use crate::rig::poll;

/// How many networks there are to choose from: the /24 in 198.18.0.0/15, which is set aside for tests of networks.
const NETWORKS: u32 = 512;
/// How long a namespace may take to appear.
const APPEAR: Duration = Duration::from_secs(30);
/// The last byte of a link address that nobody has.
const NOBODY: u8 = 0xff;

/// Somebody who talks to the others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Member {
    /// A Cassandra node, by its number from 1 on.
    Node(u8),
    /// What stands beside the nodes of a datacenter, such as a server of `pd`.
    Place(Datacenter),
    /// The process that runs the tests, and everything else outside.
    Tests,
}

/// The network of one cluster.
pub(super) enum Network {
    /// A namespace for each member, joined by a bridge in another one, of which a link leads to this process. Nobody
    /// asks for link addresses: everybody has the whole table from the beginning.
    Namespaces { net: [u8; 3], link: String, holders: Vec<(Member, Process)> },
    /// Addresses of this machine. The listener says that they are taken.
    Loopback { net: [u8; 3], _claim: TcpListener },
}

impl Member {
    /// Everybody.
    fn all() -> impl Iterator<Item = Self> {
        let places = DATACENTERS.into_iter().map(Self::Place);
        NODES.map(Self::Node).chain(places).chain([Self::Tests])
    }

    /// The last byte of its address and of its link address.
    fn number(self) -> u8 {
        match self {
            Self::Node(number) => number,
            Self::Place(datacenter) => 11 + datacenter as u8,
            Self::Tests => 254,
        }
    }
}

impl Network {
    /// Namespaces if this process may make them.
    ///
    /// # Panics
    /// When they cannot be made though it should be allowed.
    pub(super) fn of(supervisor: &Supervisor) -> Self {
        if rustix::process::geteuid().is_root() && may_make_namespaces() {
            Self::namespaces(supervisor)
        } else {
            Self::loopback()
        }
    }

    fn loopback() -> Self {
        let start = std::process::id();
        let free = (0..250 * 250).find_map(|step| {
            let at = start + step;
            let net = [127, u8::try_from(1 + at / 250 % 250).unwrap(), u8::try_from(at % 250).unwrap()];
            let claim = TcpListener::bind((address(net, 254), super::cql::PORT)).ok()?;
            Some(Self::Loopback { net, _claim: claim })
        });
        free.expect("a free loopback network")
    }

    fn namespaces(supervisor: &Supervisor) -> Self {
        let hub = namespace(supervisor, "hub");
        let members = Member::all().filter(|&member| member != Member::Tests);
        let holders: Vec<_> = members
            .map(|member| (member, namespace(supervisor, &format!("net{}", member.number()))))
            .collect();
        // The name of a link is taken or it is not: two runs at once get different ones, and so different networks.
        let start = std::process::id();
        let (net, link) = (0..NETWORKS)
            .find_map(|step| {
                let at = (start + step) % NETWORKS;
                let net = [198, 18 + u8::try_from(at / 256).unwrap(), u8::try_from(at % 256).unwrap()];
                let link = format!("pdc{at}");
                let mac = mac(Member::Tests.number());
                let add = format!("link add {link} address {mac} type veth peer name up0 netns {}", hub.id());
                match ip(None, &add) {
                    Ok(()) => Some((net, link)),
                    Err(said) if said.contains("File exists") => None,
                    Err(said) => panic!("no network for the cluster: {said}"),
                }
            })
            .expect("a free network");
        let mut lines = "link add br0 type bridge\nlink set br0 up\nlink set up0 master br0 up\n".to_owned();
        for (member, holder) in &holders {
            let (number, id) = (member.number(), holder.id());
            let mac = mac(number);
            lines += &format!("link add m{number} type veth peer name eth0 address {mac} netns {id}\n");
            lines += &format!("link set m{number} master br0 up\n");
        }
        ip(Some(hub), &lines).unwrap();
        let network = Self::Namespaces { net, link, holders };
        Member::all().for_each(|member| network.settle(member));
        network
    }

    /// Gives a member its address, and the link address of everybody else.
    fn settle(&self, member: Member) {
        let Self::Namespaces { link, .. } = self else { return };
        let own = self.address(member);
        let (holder, device) = self.inside(member);
        let mut lines = match holder {
            Some(_) => format!("link set lo up\naddr add {own}/24 dev {device}\nlink set {device} up\n"),
            None => format!("addr add {own}/24 dev {link}\nlink set {link} up\n"),
        };
        for other in Member::all().filter(|&other| other != member) {
            lines += &self.neighbour(other, device, other.number());
        }
        ip(holder, &lines).unwrap();
    }

    /// The namespace of a member, and what its device is called there.
    fn inside(&self, member: Member) -> (Option<Process>, &str) {
        let Self::Namespaces { link, holders, .. } = self else { return (None, "lo") };
        match holders.iter().find(|(holder, _)| *holder == member) {
            Some((_, process)) => (Some(*process), "eth0"),
            None => (None, link),
        }
    }

    /// The line that says which link address a member has.
    fn neighbour(&self, member: Member, device: &str, number: u8) -> String {
        let (address, mac) = (self.address(member), mac(number));
        format!("neigh replace {address} lladdr {mac} dev {device} nud permanent\n")
    }

    /// Whether packets can be lost here.
    pub(super) fn can_part(&self) -> bool {
        matches!(self, Self::Namespaces { .. })
    }

    /// Where a member is reached. Without namespaces, places and tests share the usual one.
    pub(super) fn address(&self, member: Member) -> IpAddr {
        match (self, member) {
            (Self::Loopback { net, .. }, Member::Node(number)) => address(*net, number),
            (Self::Loopback { .. }, _) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            (Self::Namespaces { net, .. }, _) => address(*net, member.number()),
        }
    }

    /// The namespace that a member lives in; none where all live in one.
    pub(super) fn space(&self, member: Member) -> Option<PathBuf> {
        self.inside(member).0.map(space_of)
    }

    /// Loses every packet that `from` sends to `to`, without a word to either; or does so no more.
    ///
    /// The packets leave `from` for a link address that nobody has.
    pub(super) fn set_lost(&self, from: Member, to: &[Member], lost: bool) {
        assert!(self.can_part(), "packets are only lost in network namespaces");
        let (holder, device) = self.inside(from);
        let others = to.iter().filter(|&&to| to != from);
        let lines: String =
            others.map(|&to| self.neighbour(to, device, if lost { NOBODY } else { to.number() })).collect();
        ip(holder, &lines).unwrap();
    }

    /// Loses nothing any more.
    pub(super) fn heal(&self) {
        if self.can_part() {
            let all: Vec<_> = Member::all().collect();
            all.iter().for_each(|&from| self.set_lost(from, &all, false));
        }
    }
}

fn address(net: [u8; 3], last: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(net[0], net[1], net[2], last))
}

fn mac(last: u8) -> String {
    format!("02:70:64:00:00:{last:02x}")
}

/// A process that holds a network namespace of its own. The namespace ends with it, and with it the links into it.
fn namespace(supervisor: &Supervisor, name: &str) -> Process {
    let process = supervisor.run(name, "exec unshare --net sleep infinity\n");
    let ours = fs::read_link("/proc/self/ns/net").ok();
    let appeared = poll(APPEAR, || {
        let theirs = fs::read_link(space_of(process)).ok();
        theirs.is_some() && theirs != ours
    });
    assert!(appeared, "no network namespace: {}", supervisor.tail(&format!("{name}.out")));
    process
}

/// Root in a container may not be allowed to.
fn may_make_namespaces() -> bool {
    let runs = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    runs("unshare", &["--net", "ip", "link", "add", "up0", "type", "veth", "peer", "name", "up1"])
        && runs("unshare", &["--net", "ip", "link", "add", "br0", "type", "bridge"])
        && runs("nsenter", &["--version"])
}

fn space_of(process: Process) -> PathBuf {
    Path::new("/proc").join(process.id().to_string()).join("ns/net")
}

/// Runs lines of `ip`, in the namespace of that process.
fn ip(inside: Option<Process>, lines: &str) -> Result<(), String> {
    let mut command = Command::new(if inside.is_some() { "nsenter" } else { "ip" });
    if let Some(process) = inside {
        command.arg(format!("--net={}", space_of(process).display())).arg("ip");
    }
    command.args(["-batch", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("ip: {error}"))?;
    child.stdin.take().expect("piped").write_all(lines.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("{}\n{lines}", said.trim())) }
}
