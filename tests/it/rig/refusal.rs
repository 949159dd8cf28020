//! A disk that takes no writes, or fails to sync, while the server has its files open: a shim and the switch for it.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use super::Rig;
use super::power::compile;

/// Says what the disk of a server does. Dropping it removes the switch; the server is ended before.
pub(crate) struct Switch {
    folder: tempfile::TempDir,
}

impl Switch {
    /// A switch on the data of `rig`, which is not up yet. The disk is healthy at first.
    pub(crate) fn on(rig: &mut Rig) -> Self {
        let switch = Self { folder: tempfile::Builder::new().prefix("pd-switch").tempdir().unwrap() };
        fs::create_dir_all(rig.data()).unwrap();
        let data = rig.data().to_str().unwrap().to_owned();
        for (name, value) in [
            ("LD_PRELOAD", build().to_str().unwrap()),
            ("READONLY_DIR", &data),
            ("READONLY_CONTROL", switch.control().to_str().unwrap()),
        ] {
            rig.set(name, value);
        }
        switch
    }

    /// From now on nothing can be changed.
    pub(crate) fn read_only(&self) {
        self.turn("EROFS");
    }

    /// From now on no sync succeeds.
    pub(crate) fn fail_syncs(&self) {
        self.turn("EIO");
    }

    /// The disk is healthy again.
    pub(crate) fn heal(&self) {
        fs::remove_file(self.control()).unwrap();
    }

    fn turn(&self, to: &str) {
        assert!(self.folder.path().join("control.ready").exists(), "the shim was not loaded");
        // Renamed, so that nobody reads half of it.
        let made = self.folder.path().join("made");
        fs::write(&made, to).unwrap();
        fs::rename(made, self.control()).unwrap();
    }

    fn control(&self) -> PathBuf {
        self.folder.path().join("control")
    }
}

/// The shim, compiled once for this run.
fn build() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let flags = ["-shared", "-fPIC", "-fvisibility=hidden"];
    BUILT.get_or_init(|| compile("readonly.c", "libreadonly.so", &flags)).clone()
}
