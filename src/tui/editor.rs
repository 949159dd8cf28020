//! Other programs: the editor that a note is written in, and the browser.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::process::Stdio;

use tokio::process::{Child, Command};

use super::model::act::Target;

/// The longest note.
const NOTE_MAX: u64 = 25_000;
/// What is written below this line is left out.
const CUT: &str = "# ---- write the note above; what is below this line is left out ----";

/// An editor that is open.
pub(super) struct Editing {
    pub(super) targets: Vec<Target>,
    path: PathBuf,
    child: Child,
}

impl Editing {
    /// Opens `$VISUAL`, `$EDITOR` or `vi` on an empty note.
    pub(super) fn begin(targets: Vec<Target>, about: &str) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("cannot write a note: {error}");
        let path = std::env::temp_dir().join(format!("pd-note-{}.txt", std::process::id()));
        // One that is left over is of a process that had this id before.
        let _ = std::fs::remove_file(&path);
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(failed)?;
        write!(file, "\n{CUT}\n# {}\n", super::text::clean(about)).map_err(failed)?;
        let editor = ["VISUAL", "EDITOR"].into_iter().find_map(variable).unwrap_or_else(|| "vi".to_owned());
        // By the shell, for it may have arguments.
        let child = Command::new("sh")
            .args(["-c", &format!("{editor} \"$1\""), "sh"])
            .arg(&path)
            .spawn()
            .map_err(failed)?;
        Ok(Self { targets, path, child })
    }

    /// Waits until it is closed; answers with what was written, if anything was.
    pub(super) async fn end(&mut self) -> Result<Option<String>, String> {
        let status = self.child.wait().await.map_err(|error| error.to_string())?;
        let text = read(&self.path);
        if !status.success() {
            return Err(format!("the editor failed: {status}"));
        }
        text
    }
}

impl Drop for Editing {
    fn drop(&mut self) {
        // It is of no more use, and not worth a word.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn read(path: &std::path::Path) -> Result<Option<String>, String> {
    let length = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let text = text.split(CUT).next().unwrap_or_default().trim();
    if length > NOTE_MAX + 1000 {
        return Err(format!("it is longer than {NOTE_MAX} bytes"));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// Opens an address in `$BROWSER`, or as the desktop does; answers with what was done.
pub(super) fn browse(url: &str) -> Result<String, String> {
    let browser = variable("BROWSER")
        .unwrap_or_else(|| if cfg!(target_os = "macos") { "open".to_owned() } else { "xdg-open".to_owned() });
    let opened = Command::new("sh")
        .args(["-c", &format!("exec {browser} \"$1\""), "sh", url])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match opened {
        // It is reaped by the runtime when it has ended.
        Ok(_) => Ok(format!("opened by {}: {url}", super::text::clean(&browser))),
        Err(error) => Err(format!("cannot open {url}: {error}")),
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}
