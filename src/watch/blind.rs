//! A process that cannot append knows nothing of what happens, and can record nothing: it calls for help, once.

use std::time::Duration;

use crate::domain::time::Timestamp;

/// A call for help.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    /// One line.
    pub subject: String,
    /// All of it.
    pub text: String,
    /// What the process is called.
    pub node: String,
    /// When.
    pub at: Timestamp,
}

/// Notices blindness. Each spell of it is told once.
#[derive(Clone, Debug)]
pub struct Blind {
    after: Duration,
    /// Several processes go blind together: each waits a little longer than the bound, at random.
    delay: Duration,
    since: Option<Duration>,
    told: bool,
}

impl Blind {
    /// Told after `after`, and up to a quarter more, as `chance` says.
    pub fn new(after: Duration, chance: u64) -> Self {
        let quarter = u64::try_from(after.as_millis() / 4).unwrap_or(u64::MAX - 1);
        Self { after, delay: Duration::from_millis(chance % (quarter + 1)), since: None, told: false }
    }

    /// Looks, with whether nothing can be stored at present. For how long that has been so, when it is to be told now.
    pub fn look(&mut self, now: Duration, failing: bool) -> Option<Duration> {
        if !failing {
            (self.since, self.told) = (None, false);
            return None;
        }
        let lasted = now.saturating_sub(*self.since.get_or_insert(now));
        if self.told || lasted < self.after + self.delay {
            return None;
        }
        self.told = true;
        Some(lasted)
    }
}

/// What is said.
pub fn call(node: &str, reason: &str, lasted: Duration, at: Timestamp) -> Call {
    let seconds = lasted.as_secs();
    let text = format!(
        "pd is blind on {node}: for {seconds} s it has not been able to store anything.\n\
         \n\
         The reason: {reason}\n\
         \n\
         Events that are sent to this process are refused, with a clear error, or wait. What it had accepted before is \
         safe. While this lasts, this process pages nobody: somebody should look now.\n\
         \n\
         Run `pd status` against it, and see to its store.\n\
         \n\
         This message comes from the process itself, by its configuration, outside of all incidents. Each process that \
         is blind sends one, after a random delay: several such messages are about several processes. It is not \
         repeated while this lasts.\n"
    );
    Call { subject: format!("pd is blind on {node}"), text, node: node.to_owned(), at }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    #[test]
    fn each_spell_is_told_once_and_only_when_it_lasts() {
        let mut blind = Blind::new(secs(120), 0);
        let spells = [(0, 119), (200, 500), (600, 610), (700, 1000)];
        let mut told = Vec::new();
        for now in 0..1200 {
            let failing = spells.iter().any(|(from, to)| (*from..*to).contains(&now));
            if let Some(lasted) = blind.look(secs(now), failing) {
                told.push((now, lasted.as_secs()));
            }
        }
        assert_eq!(told, [(320, 120), (820, 120)]);
    }

    #[test]
    fn several_processes_do_not_call_at_once() {
        let told = |chance| {
            let mut blind = Blind::new(secs(120), chance);
            (0..1000).find(|now| blind.look(secs(*now), true).is_some())
        };
        assert_eq!(told(0), Some(120));
        assert_eq!(told(15_000), Some(135));
        assert_eq!(told(30_000), Some(150));
        assert_eq!(told(30_001), Some(120));
    }

    #[test]
    fn it_says_who_why_and_that_there_may_be_several() {
        let call = call("pd-1", "the disk is read-only", secs(125), Timestamp::from_millis(0));
        assert_eq!(call.subject, "pd is blind on pd-1");
        for part in ["for 125 s", "the disk is read-only", "random delay", "several processes"] {
            assert!(call.text.contains(part), "{part}: {}", call.text);
        }
    }
}
