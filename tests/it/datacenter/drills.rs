//! Drills on three servers beside the five nodes, by the command line of an operator.

use super::Installation;

/// Runs a drill on the server beside this datacenter; what `pd` printed, and whether it passed.
pub(crate) fn drill(installation: &Installation, at: usize, arguments: &[&str]) -> (String, bool) {
    let rig = &installation.servers[at];
    let ran = rig.pd(&[["drill", "run"].as_slice(), arguments].concat());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let said = if ran.stdout.is_empty() { text(&ran.stderr) } else { text(&ran.stdout) };
    (said, ran.status.success())
}
