//! What a filter lets through: `text`, `!text`, `-f fuzzy`, `-l key=value`.

use std::cell::RefCell;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::incident::Incident;
use super::read::Named;
use crate::tui::text::clean;

/// What may stand before `=`.
pub const LABELS: [&str; 6] = ["service", "urgency", "status", "assignee", "policy", "priority"];
/// A filter has at most so many characters.
pub const MAX: usize = 200;

/// A filter, and the text that it was made of.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    text: String,
    kind: Kind,
}

#[derive(Clone, Debug, Default)]
enum Kind {
    #[default]
    All,
    Text(Vec<Alternative>),
    Not(Vec<Alternative>),
    Fuzzy(Pattern),
    Labels(Vec<(usize, String)>),
    /// Exactly this service, by its id.
    Service(String),
}

/// Texts that follow each other, perhaps from the beginning or up to the end.
#[derive(Clone, Debug)]
struct Alternative {
    parts: Vec<String>,
    from_start: bool,
    to_end: bool,
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text: String = clean(text).trim().chars().take(MAX).collect();
        let kind = if text.is_empty() {
            Kind::All
        } else if let Some(rest) = text.strip_prefix("-l") {
            labels(rest)?
        } else if let Some(rest) = text.strip_prefix("-f") {
            match rest.trim() {
                "" => Kind::All,
                rest => Kind::Fuzzy(Pattern::parse(rest, CaseMatching::Ignore, Normalization::Smart)),
            }
        } else if let Some(rest) = text.strip_prefix('!') {
            if rest.trim().is_empty() { Kind::All } else { Kind::Not(alternatives(rest)) }
        } else {
            Kind::Text(alternatives(&text))
        };
        Ok(Self { text, kind })
    }

    /// What is of this service, and of no other whose name has this one's in it.
    pub fn of_service(service: &Named) -> Self {
        Self { text: format!("-l service={}", service.name), kind: Kind::Service(service.id.clone()) }
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        matches!(self.kind, Kind::All)
    }

    /// Whether it lets an incident through; `me` is the id of whoever asks.
    pub fn lets(&self, incident: &Incident, me: Option<&str>) -> bool {
        match &self.kind {
            Kind::Labels(labels) => labels.iter().all(|(label, value)| has(incident, *label, value, me)),
            Kind::Service(id) => incident.service.id == *id,
            _ => self.lets_text(&incident.hay),
        }
    }

    /// Whether it lets a line of text through, which is in lower case; labels are looked for as text.
    pub fn lets_text(&self, hay: &str) -> bool {
        match &self.kind {
            Kind::All | Kind::Service(_) => true,
            Kind::Text(any) => any.iter().any(|it| it.matches(hay)),
            Kind::Not(any) => !any.iter().any(|it| it.matches(hay)),
            Kind::Fuzzy(pattern) => fuzzy(pattern, hay).is_some(),
            Kind::Labels(labels) => labels.iter().all(|(_, value)| hay.contains(value)),
        }
    }
}

/// How well a fuzzy pattern goes with a text; none: it does not.
pub fn fuzzy(pattern: &Pattern, hay: &str) -> Option<u32> {
    thread_local! {
        // Its scratch memory is some 100 KiB.
        static MATCHER: RefCell<(Matcher, Vec<char>)> =
            RefCell::new((Matcher::new(Config::DEFAULT), Vec::new()));
    }
    MATCHER.with_borrow_mut(|(matcher, chars)| pattern.score(Utf32Str::new(hay, chars), matcher))
}

/// `a|b`, `a.*b`, `^a`, `b$`.
fn alternatives(text: &str) -> Vec<Alternative> {
    let alternative = |text: &str| {
        let (text, from_start) = text.strip_prefix('^').map_or((text, false), |rest| (rest, true));
        let (text, to_end) = text.strip_suffix('$').map_or((text, false), |rest| (rest, true));
        Alternative { parts: text.split(".*").map(str::to_owned).collect(), from_start, to_end }
    };
    text.to_lowercase().trim().split('|').filter(|it| !it.is_empty()).map(alternative).collect()
}

impl Alternative {
    fn matches(&self, hay: &str) -> bool {
        let mut rest = hay;
        for (n, part) in self.parts.iter().enumerate() {
            let last = n + 1 == self.parts.len();
            let at = match (n == 0 && self.from_start, last && self.to_end) {
                (true, true) if self.parts.len() == 1 => (rest == part).then_some(0),
                (true, _) => rest.starts_with(part.as_str()).then_some(0),
                (_, true) => rest.ends_with(part.as_str()).then(|| rest.len() - part.len()),
                _ => rest.find(part.as_str()),
            };
            let Some(at) = at else { return false };
            rest = &rest[at + part.len()..];
        }
        true
    }
}

fn labels(text: &str) -> Result<Kind, String> {
    let mut found = Vec::new();
    for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let known = || LABELS.join(", ");
        let Some((label, value)) = pair.split_once('=') else {
            return Err(format!("-l wants key=value; keys: {}", known()));
        };
        let label = label.trim();
        let Some(label) = LABELS.iter().position(|it| *it == label) else {
            return Err(format!("no key is called `{label}`; keys: {}", known()));
        };
        found.push((label, value.trim().to_lowercase()));
    }
    Ok(if found.is_empty() { Kind::All } else { Kind::Labels(found) })
}

fn has(incident: &Incident, label: usize, value: &str, me: Option<&str>) -> bool {
    let contains = |text: &str| text.to_lowercase().contains(value);
    match LABELS[label] {
        "service" => contains(&incident.service.name),
        "urgency" => incident.urgency().starts_with(value),
        "status" if value == "open" => incident.status.is_open(),
        "status" => incident.status.as_str().starts_with(value),
        "assignee" if value == "me" => incident.assignees.iter().any(|who| Some(who.id.as_str()) == me),
        "assignee" if value.is_empty() => incident.assignees.is_empty(),
        "assignee" => incident.assignees.iter().any(|who| contains(&who.name)),
        "policy" => contains(&incident.policy.name),
        _ => incident.priority.as_deref().map_or(value.is_empty(), contains),
    }
}
