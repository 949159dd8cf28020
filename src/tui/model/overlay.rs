//! What is asked over the screen: a line to type, a choice, a confirmation, the help.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use tui_input::Input;

use super::Screen;
use super::act::{Deed, Target};
use super::filter::{Filter, fuzzy};
use super::read::Named;
use crate::tui::keys::{Action, Key};
use crate::tui::theme::Name;

/// What is asked over the screen.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// A filter is typed; the one before comes back if it is given up.
    Filter {
        input: Input,
        before: Filter,
        problem: Option<String>,
    },
    /// A line of the palette is typed.
    Palette(Picker<Line>),
    /// Whom to give them to.
    Assign {
        targets: Vec<Target>,
        picker: Picker<Assignee>,
        chosen: Vec<Named>,
        asking: bool,
    },
    /// For how long.
    Snooze {
        targets: Vec<Target>,
        picker: Picker<u64>,
    },
    /// What to copy.
    Copy(Picker<String>),
    /// Whether it is meant: `again` is the key that asked, and says yes too.
    Confirm {
        deed: Deed,
        targets: Vec<Target>,
        again: Option<Key>,
    },
    Help {
        offset: usize,
    },
}

/// What a line of the palette does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Line {
    Go(Screen),
    Do(Action),
    Wear(Name),
    /// Another context.
    Turn(String),
}

/// Somebody to give incidents to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Assignee {
    User(Named),
    Policy(Named),
}

/// One of a list, which is narrowed by typing.
#[derive(Clone, Debug)]
pub struct Picker<T> {
    pub input: Input,
    /// What they are called, and what each stands for.
    pub choices: Vec<(String, T)>,
    /// Places in `choices` that go with what was typed, the best first.
    pub shown: Vec<usize>,
    pub at: usize,
}

impl<T> Picker<T> {
    pub fn new(choices: Vec<(String, T)>) -> Self {
        let mut picker = Self { input: Input::default(), choices, shown: Vec::new(), at: 0 };
        picker.narrow();
        picker
    }

    /// Shows what goes with what is typed.
    pub fn narrow(&mut self) {
        self.at = 0;
        let typed = self.input.value();
        if typed.is_empty() {
            self.shown = (0..self.choices.len()).collect();
            return;
        }
        let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
        let score = |(place, (name, _)): (usize, &(String, T))| Some((fuzzy(&pattern, name)?, place));
        let mut found: Vec<_> = self.choices.iter().enumerate().filter_map(score).collect();
        found.sort_by_key(|(score, place)| (std::cmp::Reverse(*score), *place));
        self.shown = found.into_iter().map(|(_, place)| place).collect();
    }

    pub fn go(&mut self, by: isize) {
        self.at = self.at.saturating_add_signed(by).min(self.shown.len().saturating_sub(1));
    }

    /// The one under the cursor.
    pub fn current(&self) -> Option<&(String, T)> {
        self.choices.get(*self.shown.get(self.at)?)
    }
}
