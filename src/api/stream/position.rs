//! The id of an event: how far in the incidents' journal everything was sent. The same on every process.

use std::fmt;
use std::str::FromStr;

/// A place in the incidents' journal. After a restore from a backup its slots are written anew, with other entries: so
/// the epoch, which the restore has increased, belongs to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Position {
    /// How often the installation was restored.
    pub(crate) epoch: u32,
    /// The slot that the next entry goes to.
    pub(crate) next: u64,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.epoch, self.next)
    }
}

impl FromStr for Position {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (epoch, next) = text.split_once('-').ok_or(())?;
        if !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            return Err(());
        }
        Ok(Self { epoch: epoch.parse().map_err(|_| ())?, next: next.parse().map_err(|_| ())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_as_it_is_written() {
        for (text, expected) in [
            ("0-7", Some((0, 7))),
            ("2-18446744073709551615", Some((2, u64::MAX))),
            ("7", None),
            ("", None),
            ("-7", None),
            ("0-", None),
            ("0-7-1", None),
            ("+0-+7", None),
            ("0-18446744073709551616", None),
        ] {
            let read: Result<Position, ()> = text.parse();
            assert_eq!(read.ok().map(|it| (it.epoch, it.next)), expected, "{text}");
            if let Ok(position) = read {
                assert_eq!(position.to_string(), text);
            }
        }
    }
}
