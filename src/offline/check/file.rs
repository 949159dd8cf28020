//! What can be said of a store in a file.

use std::path::Path;

use serde_json::json;

use super::{Found, Verdict};
use crate::journal::sqlite::examine;

/// Less room than this is little.
const LITTLE: u64 = 1 << 30;

pub(super) fn check(found: &mut Found, path: &Path) {
    if !path.exists() {
        let result = "not there: `pd serve` makes it";
        return found.add("file", Verdict::Warning, result, json!({ "bytes": null }));
    }
    let examined = match examine(path) {
        Ok(examined) => examined,
        Err(error) => return found.add("file", Verdict::Bad, error.to_string(), json!({})),
    };
    found.add("file", Verdict::Ok, mebibytes(examined.bytes), json!({ "bytes": examined.bytes }));
    match examined.damage {
        None => found.add("integrity", Verdict::Ok, "quick check passed", json!({})),
        Some(damage) => {
            let result = format!("{damage}: stop the server and restore a backup");
            found.add("integrity", Verdict::Bad, result, json!({}));
        }
    }
    let free = examined.disk_free;
    let (verdict, result) = match (examined.read_only, free < LITTLE) {
        (true, _) => (Verdict::Bad, "the file system is read-only".to_owned()),
        (_, true) => (Verdict::Warning, format!("only {} free on this disk", mebibytes(free))),
        _ => (Verdict::Ok, format!("{} free on this disk", mebibytes(free))),
    };
    found.add("room", verdict, result, json!({ "free_bytes": free }));
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
