//! How hard pressed the process is, and what it therefore turns away first: reads before events, and neither commands
//! nor the few reads that they need.

use std::time::Duration;

/// A loop that comes this late to its turn shares the processors with too much.
const LAG_BUSY: Duration = Duration::from_millis(100);
/// This late, and people notice.
const LAG_OVERLOADED: Duration = Duration::from_millis(400);
/// A waiting room that is this full.
const FILL_BUSY: f64 = 0.5;
/// An event that was refused so lately is still a sign.
const REFUSED_LATELY: Duration = Duration::from_secs(2);

/// While it is busy this share of the reads is worked on at a time…
const READS_OF_BUSY: usize = 16;
/// …but at least so many.
const READS_BUSY: usize = 8;
/// While it is overloaded, so many: whoever acknowledges looks first.
const READS_OVERLOADED: usize = 4;

/// How hard pressed the process is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Pressure {
    /// Everything is done as it comes.
    #[default]
    None,
    /// What can wait makes room.
    Busy,
    /// Events are being refused, or nearly.
    Overloaded,
}

/// What is known of the process.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Signs {
    /// How full the waiting room is; 1: full.
    pub fill: f64,
    /// Whether events stand in line for the store.
    pub standing: bool,
    /// Whether the store fails at present.
    pub failing: bool,
    /// How long ago an event was last refused because of too much.
    pub refused: Option<Duration>,
    /// How late a loop came to its turn.
    pub lag: Duration,
}

impl Pressure {
    /// What these signs mean.
    pub fn of(signs: &Signs) -> Self {
        let refused = signs.refused.is_some_and(|ago| ago < REFUSED_LATELY);
        if refused || signs.lag >= LAG_OVERLOADED || (signs.standing && signs.fill >= FILL_BUSY) {
            Self::Overloaded
        } else if signs.standing || signs.failing || signs.fill >= FILL_BUSY || signs.lag >= LAG_BUSY {
            Self::Busy
        } else {
            Self::None
        }
    }

    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Busy => "busy",
            Self::Overloaded => "overloaded",
        }
    }
}

/// How many reads may be worked on at a time, where there may be `most` without pressure.
pub fn reads_allowed(pressure: Pressure, most: usize) -> usize {
    match pressure {
        Pressure::None => most,
        Pressure::Busy => (most / READS_OF_BUSY).max(READS_BUSY).min(most),
        Pressure::Overloaded => READS_OVERLOADED.min(most),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_presses() {
        let ms = Duration::from_millis;
        let none = Signs::default();
        for (name, signs, expected) in [
            ("nothing", none, Pressure::None),
            ("a little waits", Signs { fill: 0.4, lag: ms(99), ..none }, Pressure::None),
            ("half of the room", Signs { fill: 0.5, ..none }, Pressure::Busy),
            ("a line", Signs { standing: true, ..none }, Pressure::Busy),
            ("a long line", Signs { standing: true, fill: 0.6, ..none }, Pressure::Overloaded),
            ("a failing store", Signs { failing: true, ..none }, Pressure::Busy),
            ("late", Signs { lag: ms(100), ..none }, Pressure::Busy),
            ("too late", Signs { lag: ms(400), ..none }, Pressure::Overloaded),
            ("refused just now", Signs { refused: Some(ms(1999)), ..none }, Pressure::Overloaded),
            ("refused a while ago", Signs { refused: Some(ms(2000)), ..none }, Pressure::None),
        ] {
            assert_eq!(Pressure::of(&signs), expected, "{name}");
        }
    }

    #[test]
    fn reads_make_room_first_and_some_are_always_left() {
        for (most, busy, overloaded) in [(1024, 64, 4), (64, 8, 4), (2, 2, 2)] {
            assert_eq!(reads_allowed(Pressure::None, most), most);
            assert_eq!(reads_allowed(Pressure::Busy, most), busy);
            assert_eq!(reads_allowed(Pressure::Overloaded, most), overloaded);
        }
    }
}
