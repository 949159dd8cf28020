//! Java, and the jars that a Cassandra node consists of: found, or fetched once for all runs of this user.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a node is started with.
pub(super) struct Tools {
    /// The program `java`, of version 17.
    pub(super) java: PathBuf,
    /// The class path: every jar.
    pub(super) jars: String,
}

/// How often fetching is tried: a registry may be away for a moment.
const TRIES: usize = 3;
/// How long one try may take, in seconds.
const TRY_SECONDS: &str = "600";

/// The tools, or in one line what is missing.
pub(super) fn tools() -> Result<Tools, String> {
    for program in ["bash", "flock", "setpriv"] {
        answers(Path::new(program), "--version").ok_or_else(|| format!("{program} is missing"))?;
    }
    let java = java().ok_or("Java 17 is missing")?;
    let folder = folder()?;
    if !folder.exists() {
        answers(Path::new("mvn"), "--version").ok_or("Maven is missing")?;
        fetch(&folder)?;
    }
    let mut jars: Vec<String> = fs::read_dir(&folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .map(|entry| entry.unwrap().path().to_str().unwrap().to_owned())
        .collect();
    jars.sort();
    Ok(Tools { java, jars: jars.join(":") })
}

/// The first Java of version 17: the one that is set, the one on the path, or the one of a package.
fn java() -> Option<PathBuf> {
    let set = std::env::var_os("JAVA_HOME").map(|home| Path::new(&home).join("bin/java"));
    let packages = fs::read_dir("/usr/lib/jvm").into_iter().flatten().flatten();
    let packaged = packages.map(|entry| entry.path().join("bin/java"));
    let all = set.into_iter().chain([PathBuf::from("java")]).chain(packaged);
    all.into_iter().find(|java| answers(java, "-version").is_some_and(|said| said.contains("version \"17")))
}

/// What a program says to this argument, if it is there.
fn answers(program: &Path, argument: &str) -> Option<String> {
    let output = Command::new(program).arg(argument).stdin(Stdio::null()).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
}

/// Where the jars of this version are kept.
fn folder() -> Result<PathBuf, String> {
    let cache = match (std::env::var_os("XDG_CACHE_HOME"), std::env::var_os("HOME")) {
        (Some(cache), _) if !cache.is_empty() => PathBuf::from(cache),
        (_, Some(home)) => Path::new(&home).join(".cache"),
        _ => return Err("neither XDG_CACHE_HOME nor HOME is set".to_owned()),
    };
    let pom = fs::read_to_string(super::files().join("pom.xml")).unwrap();
    let version = pom.split_once("<artifactId>cassandra-all</artifactId>").expect("the artifact").1;
    let version = version.split_once("<version>").expect("its version").1;
    let version = version.split_once("</version>").expect("its end").0;
    Ok(cache.join("pd-ci/cassandra").join(version))
}

/// Fetches into a folder of another name first, so that a whole folder is all that ever has the right one.
fn fetch(folder: &Path) -> Result<(), String> {
    let parent = folder.parent().expect("a folder in a cache");
    fs::create_dir_all(parent).map_err(|error| format!("{}: {error}", parent.display()))?;
    // Held to the end: another run may be fetching too.
    let lock = File::create(parent.join("lock")).unwrap();
    lock.lock().unwrap();
    if folder.exists() {
        return Ok(());
    }
    let part = folder.with_extension("part");
    let mut said = String::new();
    for _ in 0..TRIES {
        let _ = fs::remove_dir_all(&part);
        let mut output = String::from("-DoutputDirectory=");
        output.push_str(part.to_str().expect("a cache folder in UTF-8"));
        let result = Command::new("timeout")
            .args([TRY_SECONDS, "mvn", "-q", "-B", "-f"])
            .arg(super::files().join("pom.xml"))
            .args(["dependency:copy-dependencies", &output])
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("mvn: {error}"))?;
        if result.status.success() {
            fs::rename(&part, folder).unwrap();
            return Ok(());
        }
        said = String::from_utf8_lossy(&result.stdout).trim().replace('\n', "; ");
    }
    Err(format!("Cassandra could not be fetched: {said}"))
}
