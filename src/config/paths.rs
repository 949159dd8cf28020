//! Where things are kept: the XDG base folders, and the server's data folder.

use std::path::{Path, PathBuf};

/// The base folders of the user who runs this. A relative path in the environment is ignored, as the XDG rules say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Folders {
    /// What the user wrote: `$XDG_CONFIG_HOME` or `~/.config`, then `pd`.
    pub config: PathBuf,
    /// What programs keep: `$XDG_DATA_HOME` or `~/.local/share`, then `pd`.
    pub data: PathBuf,
    /// What may be lost between machines but not between runs: `$XDG_STATE_HOME` or `~/.local/state`, then `pd`.
    pub state: PathBuf,
    /// What may be lost at any time: `$XDG_CACHE_HOME` or `~/.cache`, then `pd`.
    pub cache: PathBuf,
}

impl Folders {
    /// From the environment; `None` if neither `HOME` nor all the XDG variables are there.
    pub fn from_env(var: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let absolute = |name| var(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let home = absolute("HOME");
        let under = |name, rest: &str| {
            absolute(name).or_else(|| home.as_ref().map(|home| home.join(rest))).map(|base| base.join("pd"))
        };
        Some(Self {
            config: under("XDG_CONFIG_HOME", ".config")?,
            data: under("XDG_DATA_HOME", ".local/share")?,
            state: under("XDG_STATE_HOME", ".local/state")?,
            cache: under("XDG_CACHE_HOME", ".cache")?,
        })
    }
}

/// The server's data folder: what was asked for, else the user's.
pub fn data_folder(asked: Option<&Path>, folders: &Folders) -> PathBuf {
    asked.map_or_else(|| folders.data.clone(), Path::to_path_buf)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn follow_the_environment() {
        let folders = |vars: &[(&str, &str)]| {
            Folders::from_env(|name| {
                vars.iter().find(|(var, _)| *var == name).map(|(_, value)| (*value).to_owned())
            })
        };
        let home = folders(&[("HOME", "/home/ann")]).unwrap();
        assert_eq!(home.config, Path::new("/home/ann/.config/pd"));
        assert_eq!(home.data, Path::new("/home/ann/.local/share/pd"));
        assert_eq!(home.state, Path::new("/home/ann/.local/state/pd"));
        assert_eq!(home.cache, Path::new("/home/ann/.cache/pd"));
        let mixed =
            folders(&[("HOME", "/h"), ("XDG_DATA_HOME", "/srv"), ("XDG_STATE_HOME", "relative")]).unwrap();
        assert_eq!(
            (mixed.data, mixed.state),
            (PathBuf::from("/srv/pd"), PathBuf::from("/h/.local/state/pd"))
        );
        assert_eq!(folders(&[("XDG_DATA_HOME", "/srv")]), None);
    }
}
