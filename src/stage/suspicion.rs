//! Which inputs the rules cannot decide, or may have killed a process: they are decided alone, or not at all.

use std::any::Any;
use std::sync::Arc;

use imbl::OrdMap;

use super::source::Batch;
use super::{Cursor, Place, Stage, Suspects};
use crate::journal::LogName;

/// What becomes of an input that cannot be decided.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sentence {
    /// The rules are told that it is poison.
    Quarantine,
    /// Not even that works: the cursor moves on without a fact.
    Skip,
}

/// What is suspected, and what is condemned.
pub(super) struct Suspicion {
    /// Inputs up to these places are decided one by one.
    careful: Vec<Place>,
    /// This input is not decided as it is.
    condemned: Option<(Place, Sentence)>,
}

impl Suspicion {
    /// What the process before left to be careful with.
    pub(super) fn new(suspects: Suspects) -> Self {
        let (careful, condemned) = match suspects {
            Suspects::None => (Vec::new(), None),
            Suspects::Some(places) => (places, None),
            // It was alone because it was suspected already: that is twice.
            Suspects::One(place) => (vec![place.clone()], Some((place, Sentence::Quarantine))),
        };
        Self { careful, condemned }
    }

    /// Forgets what has been consumed by now.
    pub(super) fn consumed(&mut self, cursors: &OrdMap<LogName, Cursor>) {
        self.careful.retain(|place| is_ahead(place, cursors.get(&place.log)));
        self.condemned.take_if(|(place, _)| !is_ahead(place, cursors.get(&place.log)));
    }

    /// Whether inputs are decided one by one at present.
    pub(super) fn is_careful(&self) -> bool {
        !self.careful.is_empty() || self.condemned.is_some()
    }

    /// Whether this may be what a process died of.
    pub(super) fn is_suspected(&self, place: &Place) -> bool {
        let mut suspects = self.careful.iter();
        suspects.any(|it| it.log == place.log && (place.seq, place.index) <= (it.seq, it.index))
    }

    /// The rules fail on this input alone. From now on it is decided as poison; if it was already, not at all.
    pub(super) fn condemn(&mut self, place: &Place, reason: &str) {
        let known = self.condemned.as_ref().is_some_and(|(condemned, _)| condemned == place);
        let sentence = if known { Sentence::Skip } else { Sentence::Quarantine };
        tracing::error!(?place, reason, skipped = known, "an input is given up");
        self.condemned = Some((place.clone(), sentence));
    }

    /// Puts poison in the place of the condemned input, if it is in the batch.
    pub(super) fn carry_out<S: Stage>(&self, stage: &S, batch: &mut Batch<S::Input>) {
        let Some((condemned, sentence)) = &self.condemned else { return };
        let Some(at) = batch.places.iter().position(|place| place == condemned) else { return };
        let reason = Arc::from("the rules failed on it, or the process died of it twice");
        let poison = match sentence {
            Sentence::Quarantine => stage.poison(condemned, &batch.inputs[at], reason),
            Sentence::Skip => None,
        };
        match poison {
            Some(poison) => batch.inputs[at] = poison,
            None => {
                batch.inputs.remove(at);
                batch.places.remove(at);
            }
        }
    }
}

/// Whether what stands there is still to be consumed.
fn is_ahead(place: &Place, cursor: Option<&Cursor>) -> bool {
    cursor.is_none_or(|cursor| (cursor.next, cursor.skip) <= (place.seq, place.index))
}

/// What a panic said.
pub(super) fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no reason was given")
}
