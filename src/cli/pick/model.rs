//! What is picked from, what was typed, and what a key does to it; pure.

use std::collections::BTreeSet;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use serde_json::Value;

use super::super::view::text;

/// How much may be typed.
const TYPED_MAX: usize = 80;
/// How far a page goes.
const PAGE: usize = 8;

/// Something that may be picked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) number: u64,
    pub(super) status: String,
    pub(super) service: String,
    pub(super) title: String,
    /// What is looked through for what is typed.
    hay: String,
}

impl Row {
    /// An incident.
    pub(super) fn of(incident: &Value) -> Self {
        let plain = |value: &Value| -> String {
            text(value).chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
        };
        let number = incident["incident_number"].as_u64().unwrap_or(0);
        let (status, service) = (plain(&incident["status"]), plain(&incident["service"]["summary"]));
        let title = plain(&incident["title"]);
        let hay = format!("#{number} {status} {service} {title} {}", plain(&incident["incident_key"]));
        Self { id: text(&incident["id"]).to_owned(), number, status, service, title, hay }
    }
}

/// All of it.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) title: String,
    /// Whether several may be picked.
    pub(super) many: bool,
    pub(super) rows: Vec<Row>,
    pub(super) typed: String,
    /// Which rows fit what was typed, the best first.
    pub(super) shown: Vec<usize>,
    /// The place in `shown` that a key is about.
    pub(super) at: usize,
    /// Which rows are marked.
    pub(super) marked: BTreeSet<usize>,
}

/// What a key means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Message {
    Type(char),
    /// The last character goes.
    Back,
    /// The last word goes.
    BackWord,
    Clear,
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    /// What is marked and what is not change places.
    MarkAll,
    Mark,
    Pick,
    Cancel,
}

/// How it ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    /// Their ids; one unless several may be picked.
    Picked(Vec<String>),
    Cancelled,
}

impl Model {
    pub(super) fn new(title: String, rows: Vec<Row>, many: bool) -> Self {
        let shown = (0..rows.len()).collect();
        Self { title, many, rows, typed: String::new(), shown, at: 0, marked: BTreeSet::new() }
    }

    /// Does what the key means; how it ends, if it does.
    pub(super) fn update(&mut self, message: Message) -> Option<Outcome> {
        let last = self.shown.len().saturating_sub(1);
        match message {
            Message::Type(' ') if self.many => return self.update(Message::Mark),
            Message::Type(c) => {
                if self.typed.chars().count() < TYPED_MAX && !c.is_control() {
                    self.typed.push(c);
                    self.look();
                }
            }
            Message::Back => {
                self.typed.pop();
                self.look();
            }
            Message::BackWord => {
                let rest = self.typed.trim_end();
                let end = rest.rfind(' ').map_or(0, |space| space + 1);
                self.typed.truncate(end);
                self.look();
            }
            Message::Clear => {
                self.typed.clear();
                self.look();
            }
            Message::Up => self.at = self.at.saturating_sub(1),
            Message::Down => self.at = (self.at + 1).min(last),
            Message::PageUp => self.at = self.at.saturating_sub(PAGE),
            Message::PageDown => self.at = (self.at + PAGE).min(last),
            Message::First => self.at = 0,
            Message::Last => self.at = last,
            Message::Mark => {
                self.mark();
                self.at = (self.at + 1).min(last);
            }
            Message::MarkAll => self.mark_all(),
            Message::Pick => return self.picked(),
            Message::Cancel => return Some(Outcome::Cancelled),
        }
        None
    }

    fn mark(&mut self) {
        if !self.many {
            return;
        }
        if let Some(row) = self.shown.get(self.at)
            && !self.marked.remove(row)
        {
            self.marked.insert(*row);
        }
    }

    fn mark_all(&mut self) {
        if !self.many {
            return;
        }
        if self.shown.iter().all(|row| self.marked.contains(row)) {
            self.marked.retain(|row| !self.shown.contains(row));
        } else {
            self.marked.extend(&self.shown);
        }
    }

    /// What is marked, or else the row that the cursor is on; `None`: there is neither.
    fn picked(&self) -> Option<Outcome> {
        let id = |row: &usize| self.rows.get(*row).map(|row| row.id.clone());
        let ids: Vec<String> = if self.marked.is_empty() {
            self.shown.get(self.at).and_then(id).into_iter().collect()
        } else {
            self.marked.iter().filter_map(id).collect()
        };
        (!ids.is_empty()).then_some(Outcome::Picked(ids))
    }

    /// Finds what fits what is typed.
    fn look(&mut self) {
        let pattern = Pattern::parse(&self.typed, CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut room = Vec::new();
        let mut fitting: Vec<(u32, usize)> = self
            .rows
            .iter()
            .enumerate()
            .filter_map(|(n, row)| {
                let score = pattern.score(Utf32Str::new(&row.hay, &mut room), &mut matcher)?;
                Some((score, n))
            })
            .collect();
        // Of those that fit as well, the newest comes first, as it stands in the list.
        fitting.sort_by_key(|&(score, n)| (std::cmp::Reverse(score), n));
        self.shown = fitting.into_iter().map(|(_, n)| n).collect();
        self.at = 0;
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    pub(in crate::cli::pick) fn rows() -> Vec<Row> {
        [
            (14, "triggered", "database", "disk full on db-1"),
            (13, "acknowledged", "checkout", "31 % of payments are declined"),
            (12, "triggered", "search", "index is behind"),
        ]
        .iter()
        .map(|(number, status, service, title)| {
            Row::of(&json!({"id": format!("Q{number}"), "incident_number": number, "status": status,
                "service": {"summary": service}, "title": title, "incident_key": format!("key-{number}")}))
        })
        .collect()
    }

    fn after(many: bool, keys: &[Message]) -> (Model, Option<Outcome>) {
        let mut model = Model::new("ack which?".to_owned(), rows(), many);
        let mut ended = None;
        for key in keys {
            ended = model.update(*key);
        }
        (model, ended)
    }

    fn typed(text: &str) -> Vec<Message> {
        text.chars().map(Message::Type).collect()
    }

    #[test]
    fn enter_picks_where_the_cursor_is_or_what_is_marked() {
        use Message::{Cancel, Down, Mark, MarkAll, Pick, Type, Up};
        let picked = |ids: &[&str]| Some(Outcome::Picked(ids.iter().map(ToString::to_string).collect()));
        for (many, keys, expected) in [
            (true, vec![Pick], picked(&["Q14"])),
            (true, vec![Down, Pick], picked(&["Q13"])),
            (true, vec![Up, Down, Down, Down, Down, Pick], picked(&["Q12"])),
            (true, vec![Type(' '), Type(' '), Pick], picked(&["Q14", "Q13"])),
            (true, vec![Mark, Up, Mark, Pick], picked(&["Q13"])),
            (true, vec![MarkAll, Pick], picked(&["Q14", "Q13", "Q12"])),
            (true, vec![MarkAll, MarkAll, Pick], picked(&["Q14"])),
            (false, vec![Mark, MarkAll, Pick], picked(&["Q13"])),
            (true, vec![Down, Cancel], Some(Outcome::Cancelled)),
            (true, [typed("nothing"), vec![Pick]].concat(), None),
        ] {
            assert_eq!(after(many, &keys).1, expected, "{many} {keys:?}");
        }
    }

    #[test]
    fn what_is_typed_is_found_anywhere_and_marks_stay() {
        let shown = |text: &str| {
            let (model, _) = after(false, &typed(text));
            model.shown.iter().map(|row| model.rows[*row].number).collect::<Vec<_>>()
        };
        assert_eq!(shown("payments"), [13]);
        assert_eq!(shown("dbdisk"), [14], "letters in this order are enough");
        assert_eq!(shown("key-12"), [12]);
        assert_eq!(shown("trig"), [14, 12]);
        assert_eq!(shown("disk checkout"), [0; 0], "every word has to fit");
        let keys = [vec![Message::Mark], typed("index"), vec![Message::Mark, Message::Pick]].concat();
        assert_eq!(after(true, &keys).1, Some(Outcome::Picked(vec!["Q14".into(), "Q12".into()])));
        let (model, _) = after(false, &[typed("disk full"), vec![Message::BackWord, Message::Back]].concat());
        assert_eq!(model.typed, "disk");
    }

    proptest! {
        #[test]
        fn no_keys_lead_astray(keys in prop::collection::vec((0..14_u8, any::<char>()), 0..60)) {
            use Message::*;
            let mut model = Model::new(String::new(), rows(), keys.len() % 2 == 0);
            for (key, c) in keys {
                let all = [Type(c), Back, BackWord, Clear, Up, Down, PageUp, PageDown, First, Last, MarkAll, Mark, Pick, Cancel];
                if let Some(Outcome::Picked(ids)) = model.update(all[usize::from(key)]) {
                    prop_assert!(!ids.is_empty() && (model.many || ids.len() == 1));
                }
                prop_assert!(model.shown.is_empty() || model.at < model.shown.len());
            }
        }
    }
}
