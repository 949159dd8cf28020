//! Event rules and maintenance windows of a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::text::{days, duration, seconds_of_day, timestamp};
use super::{Reader, called};
use crate::domain::event::Severity;
use crate::domain::expression::{Condition, Template};
use crate::domain::id::PriorityId;
use crate::domain::maintenance::{Weekly, WindowChange};
use crate::domain::rule::{Actions, Field, Rule};
use crate::domain::schedule::zone::Zone;
use crate::domain::wanted::{Wanted, WantedRule, WantedWindow, folded};
use crate::wire::configuration as file;

impl Reader<'_> {
    pub(super) fn global_rules(&mut self, rules: &[file::Rule]) {
        let rules = self.rules("", rules);
        self.want("event_rules".to_owned(), Wanted::Rules(rules));
    }

    /// `of` is the service, or nothing.
    pub(super) fn rules(&mut self, of: &str, rules: &[file::Rule]) -> Vec<WantedRule> {
        let dot = if of.is_empty() { "" } else { "." };
        let all = rules.iter().enumerate();
        all.filter_map(|(n, it)| self.rule(&format!("{of}{dot}event_rules[{n}]"), it)).collect()
    }

    fn rule(&mut self, path: &str, rule: &file::Rule) -> Option<WantedRule> {
        let pause = rule.pause.as_ref().map(duration);
        let pause = pause.map(|read| self.take(&format!("{path}.pause"), read));
        let severity = rule.severity.as_deref().map(severity);
        let severity = severity.map(|read| self.take(&format!("{path}.severity"), read));
        let priority = rule.priority.as_deref().map(|name| self.priority(name));
        let priority = priority.map(|read| self.take(&format!("{path}.priority"), read));
        let set = fields(&rule.set);
        let set = self.take(&format!("{path}.set"), set);
        if matches!((pause, severity, priority), (Some(None), _, _) | (_, Some(None), _) | (_, _, Some(None)))
        {
            return None;
        }
        let actions = Actions {
            drop: rule.drop,
            suppress: rule.suppress,
            pause: pause.flatten(),
            route: None,
            severity: severity.flatten(),
            priority: priority.flatten(),
            set: set?,
            note: rule.note.as_deref().map(Template::new),
        };
        let condition = rule.when.as_deref().filter(|text| !text.trim().is_empty());
        Some(WantedRule {
            rule: Rule {
                name: rule.name.trim().into(),
                condition: condition.map(Condition::new),
                disabled: rule.disabled,
                stop: rule.stop,
                actions,
            },
            route: rule.route.as_deref().map(|name| Arc::from(name.trim())),
        })
    }

    fn priority(&self, name: &str) -> Result<PriorityId, String> {
        let known = self.world.priorities.get(name.trim()).copied();
        let all = || self.world.priorities.keys().cloned().collect::<Vec<_>>().join(", ");
        known.ok_or_else(|| format!("`{name}` is not one of {}", all()))
    }

    pub(super) fn window(&mut self, index: usize, window: &file::Window) {
        let path = if window.description.trim().is_empty() {
            format!("maintenance_windows[{index}]")
        } else {
            called("maintenance_windows", &window.description)
        };
        let utc = Zone::utc();
        let mut at = |name: &str, text: &Option<String>| {
            let read = text.as_ref().map(|text| timestamp(&utc, text));
            read.map(|read| self.take(&format!("{path}.{name}"), read))
        };
        let (start, end) = (at("start", &window.start), at("end", &window.end));
        let weekly = window.weekly.as_ref().map(|it| self.weekly(&format!("{path}.weekly"), it));
        if matches!(start, Some(None)) || matches!(end, Some(None)) || matches!(weekly, Some(None)) {
            return;
        }
        let (end, weekly) = (end.flatten(), weekly.flatten());
        let last = weekly.as_ref().map_or(end, |weekly| weekly.until);
        if last.is_some_and(|last| last <= self.world.now) {
            return self.read.notes.push(format!("{path}: it is over, so it is passed over"));
        }
        let known = self.windows.entry(folded(&window.description)).or_default();
        let nth = *known;
        *known += 1;
        let condition = window.when.as_deref().filter(|text| !text.trim().is_empty()).map(Condition::new);
        let wanted = WantedWindow {
            description: window.description.trim().into(),
            nth,
            services: window.services.iter().map(|name| Arc::from(name.trim())).collect(),
            change: WindowChange {
                condition: Some(condition),
                start: start.flatten(),
                end,
                weekly: Some(weekly),
                ..WindowChange::default()
            },
        };
        self.want(path, Wanted::Window(Box::new(wanted)));
    }

    fn weekly(&mut self, path: &str, weekly: &file::Weekly) -> Option<Weekly> {
        let days = self.take(&format!("{path}.days"), days(&weekly.days));
        let start = seconds_of_day(&weekly.start).and_then(|seconds| {
            let whole = u16::try_from(seconds / 60).ok().filter(|_| seconds.is_multiple_of(60));
            whole.ok_or_else(|| format!("`{}` is not a whole minute", weekly.start))
        });
        let minute = self.take(&format!("{path}.start"), start);
        let length = self.take(&format!("{path}.duration"), duration(&weekly.duration));
        let zone = Zone::named(&weekly.time_zone).unwrap_or_else(Zone::utc);
        let until = weekly.until.as_ref().map(|text| timestamp(&zone, text));
        let until = until.map(|read| self.take(&format!("{path}.until"), read));
        if matches!(until, Some(None)) {
            return None;
        }
        Some(Weekly {
            time_zone: weekly.time_zone.as_str().into(),
            days: days?,
            minute: minute?,
            duration: length?,
            until: until.flatten(),
        })
    }
}

fn severity(text: &str) -> Result<Severity, String> {
    let known = [Severity::Critical, Severity::Error, Severity::Warning, Severity::Info];
    let found = known.into_iter().find(|severity| severity.as_str() == text);
    found.ok_or_else(|| format!("`{text}` is not one of critical, error, warning, info"))
}

fn fields(set: &BTreeMap<String, String>) -> Result<BTreeMap<Field, Template>, String> {
    let field = |(name, template): (&String, &String)| {
        let known = Field::ALL.into_iter().find(|field| field.as_str() == name);
        let field = known.ok_or_else(|| {
            let all = Field::ALL.map(Field::as_str).join(", ");
            format!("`{name}` cannot be set: use one of {all}; severity is a field of its own")
        })?;
        Ok((field, Template::new(template)))
    };
    set.iter().map(field).collect()
}
