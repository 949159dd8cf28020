//! When scheduled work may take its next step: it yields to the appends that somebody waits for.

use std::time::Duration;

use super::Pressure;

/// After a step the store rests this many times as long as the step took.
pub const REST_FACTOR: u32 = 10;

/// An append that takes this many times what is usual means that the store is in trouble…
const SLOW_FACTOR: u32 = 4;
/// …if it takes at least this much longer. A fast store's appends vary by milliseconds.
const SLOW_MIN: Duration = Duration::from_millis(50);

/// However long the store is in trouble, one step is made in this time: what is never truncated fills the disk, and
/// that is trouble as well.
pub const HOLD_MAX: Duration = Duration::from_secs(300);

/// What somebody waits for, as scheduled work sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Foreground {
    /// What an append takes at present; `None`: there was none lately.
    pub recent: Option<Duration>,
    /// What it usually takes.
    pub usual: Option<Duration>,
    /// Whether appends fail at present.
    pub failing: bool,
    /// How hard pressed the process is.
    pub pressure: Pressure,
}

impl Foreground {
    /// How many times slower than usual appends are; 1 if they are not.
    fn slowness(&self) -> f64 {
        match (self.recent, self.usual) {
            (Some(recent), Some(usual)) if recent > usual + SLOW_MIN => {
                recent.as_secs_f64() / usual.as_secs_f64().max(0.001)
            }
            _ => 1.0,
        }
    }
}

/// Why no step may be taken now; `None`: it may. `waited` is how long this step has been waiting for that.
pub fn hold(foreground: &Foreground, waited: Duration) -> Option<String> {
    if waited >= HOLD_MAX {
        return None;
    }
    if foreground.failing {
        return Some("the store does not take appends at present".to_owned());
    }
    if foreground.pressure == Pressure::Overloaded {
        return Some("the process is overloaded".to_owned());
    }
    let slow = foreground.slowness() >= f64::from(SLOW_FACTOR);
    let (recent, usual) = (foreground.recent.unwrap_or_default(), foreground.usual.unwrap_or_default());
    slow.then(|| format!("an append takes {} ms, usually {} ms", recent.as_millis(), usual.as_millis()))
}

/// How long the store rests after a step that took so long: a multiple of it, more while appends are slower than usual or
/// the process is busy.
pub fn rest(foreground: &Foreground, took: Duration, most: Duration) -> Duration {
    let pressed = if foreground.pressure == Pressure::None { 1.0 } else { 4.0 };
    let factor = foreground.slowness().max(pressed);
    (took * REST_FACTOR).mul_f64(factor.min(1000.0)).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn appends(recent: u64, usual: u64) -> Foreground {
        Foreground { recent: Some(ms(recent)), usual: Some(ms(usual)), ..Foreground::default() }
    }

    #[test]
    fn it_rests_longer_and_then_stops_when_the_store_slows_down() {
        for (name, foreground, rests, holds) in [
            ("quiet", Foreground::default(), 1000, None),
            ("as usual", appends(10, 10), 1000, None),
            ("a fast store that varies", appends(40, 1), 1000, None),
            ("slower", appends(200, 100), 2000, None),
            ("much slower", appends(400, 100), 4000, Some("an append takes 400 ms, usually 100 ms")),
            ("busy", Foreground { pressure: Pressure::Busy, ..appends(10, 10) }, 4000, None),
            (
                "overloaded",
                Foreground { pressure: Pressure::Overloaded, ..appends(10, 10) },
                4000,
                Some("the process is overloaded"),
            ),
            (
                "failing",
                Foreground { failing: true, ..Foreground::default() },
                1000,
                Some("the store does not take appends at present"),
            ),
        ] {
            assert_eq!(rest(&foreground, ms(100), ms(60_000)), ms(rests), "{name}");
            assert_eq!(hold(&foreground, ms(0)).as_deref(), holds, "{name}");
            assert_eq!(hold(&foreground, HOLD_MAX), None, "{name}");
        }
        assert_eq!(rest(&appends(10, 10), ms(100_000), ms(60_000)), ms(60_000));
    }
}
