//! Power cuts: builds the shim that keeps what was synced, and leaves a folder as a cut would.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::chance::Chance;

/// What a disk tears: a write reaches it sector by sector.
const SECTOR: usize = 512;

/// A folder with a power supply of its own. Made anew before each start of the process that writes into it.
pub(crate) struct Supply {
    folder: PathBuf,
    shadow: tempfile::TempDir,
}

/// What happens to what was written but not synced.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unsynced {
    /// All of it is lost.
    Lost,
    /// Chance says for every sector and every name whether it had reached the disk.
    Torn {
        /// The same seed tears the same way.
        seed: u64,
    },
}

impl Supply {
    /// For `folder`, which is there. What is in it when the process starts counts as synced.
    pub(crate) fn of(folder: &Path) -> Self {
        let shadow = tempfile::Builder::new().prefix("shadow").tempdir_in(folder.parent().unwrap()).unwrap();
        Self { folder: folder.canonicalize().unwrap(), shadow }
    }

    /// What the process must have in its environment.
    pub(crate) fn env(&self) -> [(&'static str, PathBuf); 3] {
        [
            ("LD_PRELOAD", build()),
            ("POWERLOSS_DIR", self.folder.clone()),
            ("POWERLOSS_SHADOW", self.shadow.path().to_owned()),
        ]
    }

    /// Whether a process draws on it. One that was killed before that has written nothing.
    pub(crate) fn in_use(&self) -> bool {
        self.shadow.path().join("ready").exists()
    }

    /// Leaves in the folder what is on the disk after a cut. The process is killed already.
    pub(crate) fn cut(self, unsynced: Unsynced) {
        let tree = self.shadow.path().join("tree");
        assert!(self.in_use(), "the process did not load the shim");
        let mut after: BTreeMap<PathBuf, Vec<u8>> =
            files(&tree).into_iter().map(|path| (path.clone(), fs::read(tree.join(path)).unwrap())).collect();
        if let Unsynced::Torn { seed } = unsynced {
            self.tear(&tree, &mut after, &mut Chance::new(seed));
        }
        for entry in fs::read_dir(&self.folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
        }
        for (path, bytes) in after {
            let path = self.folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            // The image knows no permissions: everything is its owner's alone, as key files have to be.
            let mut file = File::options().write(true).create_new(true).mode(0o600).open(path).unwrap();
            file.write_all(&bytes).unwrap();
        }
    }

    /// Lets some of what was not synced be on the disk all the same.
    fn tear(&self, tree: &Path, after: &mut BTreeMap<PathBuf, Vec<u8>>, chance: &mut Chance) {
        let data = self.shadow.path().join("data");
        // The newest content of each durable file, by its image's inode.
        let mut newest = BTreeMap::new();
        let real = files(&self.folder);
        for path in &real {
            let inode = fs::metadata(self.folder.join(path)).unwrap().ino();
            if let Ok(image) = fs::metadata(data.join(inode.to_string())) {
                newest.insert(image.ino(), fs::read(self.folder.join(path)).unwrap());
            }
        }
        for (path, bytes) in after.iter_mut() {
            if let Some(newest) = newest.get(&fs::metadata(tree.join(path)).unwrap().ino()) {
                *bytes = mix(bytes, newest, chance);
            }
        }
        // Names appear and disappear whole; the journal of the file system sees to that.
        let gone: Vec<PathBuf> = after.keys().filter(|path| !real.contains(path)).cloned().collect();
        for path in gone {
            if chance.coin() {
                after.remove(&path);
            }
        }
        for path in real {
            if !after.contains_key(&path) && chance.coin() {
                // What was synced under another name is whole under this one.
                let inode = fs::metadata(self.folder.join(&path)).unwrap().ino();
                let synced = fs::read(data.join(inode.to_string())).unwrap_or_default();
                let newest = fs::read(self.folder.join(&path)).unwrap();
                after.insert(path, mix(&synced, &newest, chance));
            }
        }
    }
}

/// `old` with some sectors of `new`, and a size between the two.
fn mix(old: &[u8], new: &[u8], chance: &mut Chance) -> Vec<u8> {
    let (low, high) = (old.len().min(new.len()), old.len().max(new.len()));
    let size = match chance.below(3) {
        0 => old.len(),
        1 => new.len(),
        _ => low + chance.below((high - low) as u64 + 1) as usize,
    };
    let mut mixed = old.to_vec();
    mixed.resize(size, 0);
    for (at, sector) in new.chunks(SECTOR).enumerate() {
        let from = at * SECTOR;
        let to = (from + sector.len()).min(size);
        if from < to && chance.coin() {
            mixed[from..to].copy_from_slice(&sector[..to - from]);
        }
    }
    mixed
}

/// All regular files below `folder`, relative to it.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let entry = entry.unwrap();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                found.push(entry.path().strip_prefix(folder).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// The shim, compiled once for this run.
pub(crate) fn build() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let flags = ["-shared", "-fPIC", "-fvisibility=hidden", "-pthread"];
    BUILT.get_or_init(|| compile("powerloss.c", "libpowerloss.so", &flags)).clone()
}

/// Compiles `tests/shim/<source>`. The name of the result holds the process id: another run may be building too.
pub(crate) fn compile(source: &str, result: &str, flags: &[&str]) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shim").join(source);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (temporary, path) = (folder.join(format!("{result}.{}", std::process::id())), folder.join(result));
    let output = Command::new("cc")
        .args(["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"])
        .args(flags)
        .arg("-o")
        .arg(&temporary)
        .arg(source)
        .output()
        .expect("a C compiler called cc");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::rename(temporary, &path).unwrap();
    path
}
