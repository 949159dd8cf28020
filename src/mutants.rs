//! Deliberate bugs, one at a time, with which tests show that the simulation finds such bugs. A build without the feature
//! `mutants` has none of them: there, [`is`] is constantly false.

macro_rules! mutants {
    ($($(#[doc = $says:literal])+ $name:ident,)+) => {
        /// A deliberate bug.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Mutant {
            $($(#[doc = $says])+ $name,)+
        }

        impl Mutant {
            /// All of them.
            pub const ALL: &[Mutant] = &[$(Self::$name,)+];

            /// What is wrong, for people.
            pub fn says(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($says,)+).trim_ascii(),)+
                }
            }
        }
    };
}

mutants! {
    /// Cursors are appended in an entry of their own, after that of the facts that were decided from what they passed.
    CursorApart,
    /// What an entry claims is sent before the entry is durable.
    SendBeforeClaim,
    /// An entry that found its slot taken by another's is taken for durable.
    TakenIgnored,
    /// A read below the truncation is taken for "nothing new".
    TruncatedIsNothingNew,
    /// What a read does not show although it was seen once is taken for lost.
    GapIsLoss,
    /// A process that has not seen the ground under its state for long goes on as if it were there.
    GroundTakenForGranted,
    /// The digest of a snapshot is not checked when it is loaded.
    SnapshotWithoutDigest,
    /// A closed journal of a door is dropped although it was not read to its end.
    ClosedWithoutDraining,
    /// A door is given up as soon as its journal of commands is drained.
    GivenUpHalfDrained,
    /// A stage's journal is truncated below its snapshots alone, whatever the other stage has read.
    OtherStageForgotten,
    /// A door answers before the append.
    AnswerBeforeAppend,
    /// A door repeats an append whose reply was lost with a new entry id.
    RepeatedWithNewId,
    /// A client's key is not looked up: a command that is asked again is done again.
    IdempotencyForgotten,
    /// Work that stands still is left to others for ever.
    NeverStepsIn,
    /// An acknowledgement does not stop the escalation timer.
    TimerKeptAfterAck,
    /// A remembered resolve applies to a trigger of another door by the two clocks alone.
    NoClockBound,
    /// A resolve applies to a trigger that was surely accepted after it.
    StaleResolveApplies,
    /// A message whose fate is unknown is sent again although the receiver cannot tell.
    UnknownSentAgain,
    /// A message is sent although the deadline of its claim has passed.
    DeadlineIgnored,
    /// A message is sent without a last look at the incident.
    NoLastLook,
    /// Messages are tried again whatever became of all those before.
    RetryWithoutBudget,
    /// Rounds of scheduled work that were missed are made up for, one after the other.
    MissedRoundsCaughtUp,
    /// Work that is late is taken for work that stands still.
    OverdueByLateness,
    /// A slot that was truncated is not sealed: an append there is answered as if it had taken place.
    NoSealOnTruncation,
    /// A door takes whatever its store takes, however far behind those are who work it off.
    BacklogWithoutBound,
    /// What is not answered at once is asked again, however slow everything is.
    HedgeWhenAllIsSlow,
}

#[cfg(feature = "mutants")]
mod current {
    use std::cell::Cell;

    use super::Mutant;

    thread_local! {
        static CURRENT: Cell<Option<Mutant>> = const { Cell::new(None) };
    }

    /// From now on this bug is there, on this thread; `None`: no bug.
    pub fn set(mutant: Option<Mutant>) {
        CURRENT.set(mutant);
    }

    /// Whether this bug is there, on this thread.
    pub fn is(mutant: Mutant) -> bool {
        CURRENT.get() == Some(mutant)
    }
}

#[cfg(feature = "mutants")]
pub use current::{is, set};

/// Whether this bug is there: never, in this build.
#[cfg(not(feature = "mutants"))]
#[inline(always)]
#[expect(clippy::inline_always, reason = "so that nothing of it is left")]
pub const fn is(_: Mutant) -> bool {
    false
}
