//! A bar for work that takes long, on a terminal only.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

const LOOK: &str = "{msg} [{wide_bar}] {human_pos}/{human_len} {eta}";

/// The pause between two looks at work that does not tell how far it is.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// A bar; without a terminal it draws nothing.
#[derive(Debug)]
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// One that is drawn on standard error, if somebody looks there and `wanted`.
    pub(super) fn new(wanted: bool) -> Self {
        let bar = if wanted { ProgressBar::new(0) } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template(LOOK).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self(bar.with_style(style.progress_chars("=> ")))
    }

    /// Shows what is done, and how far.
    pub(crate) fn show(&self, what: &'static str, done: u64, total: u64) {
        if self.0.message() != what {
            self.0.set_message(what);
            self.0.reset_eta();
        }
        self.0.set_length(total);
        self.0.set_position(done);
    }
}

impl Bar {
    /// Does the work, and shows how far it is by looking at it from beside: for work that does not tell.
    pub(crate) fn follow<T>(
        &self,
        what: &'static str,
        look: impl Fn() -> (u64, u64) + Send,
        work: impl FnOnce() -> T,
    ) -> T {
        std::thread::scope(|scope| {
            let (done, ended) = channel::<()>();
            scope.spawn(move || {
                while ended.recv_timeout(LOOK_AGAIN) == Err(RecvTimeoutError::Timeout) {
                    let (done, total) = look();
                    self.show(what, done.min(total), total);
                }
            });
            let came = work();
            drop(done);
            came
        })
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_look_is_valid_and_shows_where_it_is() {
        assert!(ProgressStyle::with_template(LOOK).is_ok());
        let bar = Bar::new(false);
        bar.show("copying", 3, 10);
        assert_eq!((bar.0.position(), bar.0.length(), bar.0.message().as_str()), (3, Some(10), "copying"));
    }

    #[test]
    fn work_that_does_not_tell_is_looked_at() {
        let bar = Bar::new(false);
        let came = bar.follow(
            "copying",
            || (7, 5),
            || {
                std::thread::sleep(LOOK_AGAIN * 3);
                42
            },
        );
        assert_eq!((came, bar.0.position(), bar.0.length()), (42, 5, Some(5)));
    }
}
