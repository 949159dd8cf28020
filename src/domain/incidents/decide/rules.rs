//! Event rules: what they make of an event, and why.

use std::sync::Arc;

use super::draft::Draft;
use crate::domain::event::{Action, DedupKey, Event, Severity, ellipsis};
use crate::domain::expression::Fields;
use crate::domain::id::IncidentNumber;
use crate::domain::id::{IntegrationId, PriorityId};
use crate::domain::incident::Agent;
use crate::domain::incidents::fact::Fact;
use crate::domain::incidents::state::State;
use crate::domain::rule::{Amended, Effect, Field, Rule, RuleCount, RuleRef, RuleScope};
use crate::domain::service::Service;

/// How many characters a dedup key has at most.
const DEDUP_KEY_CHARS_MAX: usize = 255;
/// How many bytes of a field that a rule has written are kept.
const FIELD_BYTES_MAX: usize = 1_024;
/// How many bytes of what went wrong are kept.
const FAILURE_BYTES_MAX: usize = 300;

/// What rules have made of an event.
#[derive(Debug)]
pub(super) struct Judged {
    /// Whose it is now.
    pub(super) service: Arc<Service>,
    /// What joins it with others.
    pub(super) dedup_key: DedupKey,
    /// How bad it is.
    pub(super) severity: Option<Severity>,
    /// How much its incident matters, if a rule says so.
    pub(super) priority: Option<PriorityId>,
    /// What rules have written anew.
    pub(super) amended: Amended,
    /// Whether it pages.
    pub(super) wish: Wish,
    /// To be written on the incident that it opens.
    pub(super) notes: Vec<Arc<str>>,
    /// Which rules did what.
    pub(super) applied: Vec<(RuleRef, Vec<Effect>)>,
    /// The rule that dropped it.
    pub(super) dropped: Option<RuleRef>,
    fields: Option<Fields>,
}

/// What rules say about paging.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wish {
    /// Nothing.
    Page,
    /// Not at all.
    Suppress,
    /// Not before this has passed.
    Pause(std::time::Duration),
}

/// What became of one rule.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// Which.
    pub rule: RuleRef,
    /// What.
    pub outcome: Outcome,
}

/// What became of a rule for an event.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    /// It applied, and did this.
    Applied(Vec<Effect>),
    /// Its condition does not hold.
    NotMatched,
    /// It is disabled.
    Disabled,
    /// It could not be evaluated, so it was passed over.
    Failed(Arc<str>),
    /// An earlier rule stopped its list.
    Passed,
}

impl Judged {
    fn plain(service: &Arc<Service>, event: &Event) -> Self {
        Self {
            service: service.clone(),
            dedup_key: event.dedup_key.clone(),
            severity: event.digest.as_ref().map(|digest| digest.severity),
            priority: None,
            amended: Amended::default(),
            wish: Wish::Page,
            notes: Vec::new(),
            applied: Vec::new(),
            dropped: None,
            fields: None,
        }
    }

    /// All that the event has, with what rules have made of it.
    pub(super) fn fields(&mut self, event: &Event) -> &Fields {
        let service = &self.service;
        self.fields.get_or_insert_with(|| fields(service, None, event))
    }
}

fn fields(service: &Service, integration: Option<IntegrationId>, event: &Event) -> Fields {
    let mut fields = Fields::of_body(&event.whole.0);
    fields.set("dedup_key", &event.dedup_key.0);
    fields.set("service", &service.name);
    if let Some(integration) = integration.and_then(|id| service.integration(id)) {
        fields.set("integration", &integration.name);
    }
    fields
}

/// Judges an event of this service. Without rules for it, the event is not even looked at.
pub(super) fn judge(
    draft: &mut Draft,
    service: &Arc<Service>,
    integration: IntegrationId,
    event: &Event,
    mut trace: Option<&mut Vec<Step>>,
) -> Judged {
    let mut judged = Judged::plain(service, event);
    if draft.state.rules.is_empty() {
        return judged;
    }
    for global in [true, false] {
        let scope = if global { RuleScope::Global } else { RuleScope::Service(judged.service.id) };
        let Some(rules) = draft.state.rules.get(&scope).cloned() else { continue };
        judged.fields.get_or_insert_with(|| fields(service, Some(integration), event));
        list(draft, &mut judged, scope, &rules, event, &mut trace);
        if judged.dropped.is_some() {
            break;
        }
    }
    judged
}

fn list(
    draft: &mut Draft,
    judged: &mut Judged,
    scope: RuleScope,
    rules: &[Rule],
    event: &Event,
    trace: &mut Option<&mut Vec<Step>>,
) {
    let mut stopped = false;
    for rule in rules {
        let outcome =
            if stopped { Outcome::Passed } else { one(&draft.state, judged, scope, rule, event.action) };
        let name = || RuleRef { scope, name: rule.name.clone() };
        match &outcome {
            Outcome::Applied(effects) => {
                stopped = rule.stop || judged.dropped.is_some() || effects.iter().any(is_route);
                if !effects.is_empty() {
                    judged.applied.push((name(), effects.clone()));
                }
            }
            Outcome::Failed(reason) => {
                let failure = RuleCount {
                    failed: 1,
                    last_failure: Some(reason.clone()),
                    last_at: draft.now,
                    last_event: Some(event.address),
                    ..RuleCount::default()
                };
                draft.count_rule(name(), failure);
            }
            Outcome::NotMatched | Outcome::Disabled | Outcome::Passed => {}
        }
        match trace {
            Some(trace) => trace.push(Step { rule: name(), outcome }),
            None if stopped => return,
            None => {}
        }
    }
}

fn is_route(effect: &Effect) -> bool {
    matches!(effect, Effect::Routed(_))
}

fn one(state: &State, judged: &mut Judged, scope: RuleScope, rule: &Rule, action: Action) -> Outcome {
    if rule.disabled {
        return Outcome::Disabled;
    }
    let Some(mut fields) = judged.fields.clone() else { return Outcome::NotMatched };
    match rule.condition.as_ref().map_or(Ok(true), |condition| condition.holds(&fields)) {
        Ok(true) => {}
        Ok(false) => return Outcome::NotMatched,
        Err(reason) => return failed(&reason),
    }
    match apply(state, judged, &mut fields, scope, rule, action) {
        Ok(effects) => {
            judged.fields = Some(fields);
            Outcome::Applied(effects)
        }
        Err(reason) => failed(&reason),
    }
}

fn failed(reason: &str) -> Outcome {
    Outcome::Failed(ellipsis(reason, FAILURE_BYTES_MAX))
}

/// Does what the rule says; nothing of it if a template cannot be filled in. Of a rule that applies to an acknowledge or
/// a resolve, only the dedup key counts: what is open can always be closed.
fn apply(
    state: &State,
    judged: &mut Judged,
    fields: &mut Fields,
    scope: RuleScope,
    rule: &Rule,
    action: Action,
) -> Result<Vec<Effect>, String> {
    let actions = &rule.actions;
    let mut effects = Vec::new();
    let mut texts = Vec::new();
    for (field, template) in &actions.set {
        if action != Action::Trigger && *field != Field::DedupKey {
            continue;
        }
        let text = template.render(fields).map_err(|reason| format!("{}: {reason}", field.as_str()))?;
        let text = fitted(*field, &text);
        if text.trim().is_empty() && matches!(field, Field::DedupKey | Field::Summary | Field::Source) {
            return Err(format!("{}: the template gives an empty text", field.as_str()));
        }
        texts.push((*field, text));
    }
    let note = match &actions.note {
        Some(note) if action == Action::Trigger => {
            Some(note.render(fields).map_err(|r| format!("note: {r}"))?)
        }
        Some(_) | None => None,
    };
    for (field, text) in texts {
        fields.set(field.as_str(), &text);
        set(judged, field, text.clone());
        effects.push(Effect::Set { field, value: text });
    }
    if action != Action::Trigger {
        return Ok(effects);
    }
    if actions.drop {
        judged.dropped = Some(RuleRef { scope, name: rule.name.clone() });
        return Ok(vec![Effect::Dropped]);
    }
    if let Some(severity) = actions.severity {
        judged.severity = Some(severity);
        judged.amended.severity = Some(severity);
        fields.set("severity", severity.as_str());
        effects.push(Effect::Severity(severity));
    }
    if let Some(priority) = actions.priority {
        judged.priority = Some(priority);
        effects.push(Effect::Priority(priority));
    }
    if let Some(wait) = actions.pause {
        if judged.wish != Wish::Suppress {
            judged.wish = Wish::Pause(wait);
        }
        effects.push(Effect::Paused(wait));
    }
    if actions.suppress {
        judged.wish = Wish::Suppress;
        effects.push(Effect::Suppressed);
    }
    if let Some(note) = note.filter(|note| !note.trim().is_empty()) {
        judged.notes.push(note.clone());
        effects.push(Effect::Noted(note));
    }
    if let Some(service) = actions.route.and_then(|id| state.services.get(&id))
        && scope == RuleScope::Global
    {
        judged.service = service.clone();
        fields.set("service", &service.name);
        effects.push(Effect::Routed(service.id));
    }
    Ok(effects)
}

fn fitted(field: Field, text: &Arc<str>) -> Arc<str> {
    match field {
        Field::DedupKey => match text.char_indices().nth(DEDUP_KEY_CHARS_MAX) {
            Some((end, _)) => text[..end].into(),
            None => text.clone(),
        },
        Field::Summary => super::event::one_line(&ellipsis(text, FIELD_BYTES_MAX)),
        Field::Source | Field::Component | Field::Group | Field::Class => ellipsis(text, FIELD_BYTES_MAX),
    }
}

fn set(judged: &mut Judged, field: Field, text: Arc<str>) {
    let amended = &mut judged.amended;
    match field {
        Field::DedupKey => judged.dedup_key = DedupKey(text),
        Field::Summary => amended.summary = Some(text),
        Field::Source => amended.source = Some(text),
        Field::Component => amended.component = Some(text),
        Field::Group => amended.group = Some(text),
        Field::Class => amended.class = Some(text),
    }
}

/// Counts an event that a rule dropped.
pub(super) fn dropped(draft: &mut Draft, rule: RuleRef, event: &Event) {
    let more =
        RuleCount { dropped: 1, last_at: draft.now, last_event: Some(event.address), ..RuleCount::default() };
    draft.count_rule(rule, more);
}

/// Writes into an incident what rules made of an alert that has just come to it. `opened`: with it.
pub(super) fn record(
    draft: &mut Draft,
    number: IncidentNumber,
    alert: u32,
    judged: &mut Judged,
    opened: bool,
) {
    let at = draft.now;
    for (rule, effects) in std::mem::take(&mut judged.applied) {
        draft.emit(Fact::RuleApplied { number, rule, effects, at });
    }
    if judged.amended != Amended::default() {
        let amended = Box::new(std::mem::take(&mut judged.amended));
        draft.emit(Fact::AlertAmended { number, alert, amended, at });
    }
    let by = Agent::Service(judged.service.id);
    if opened && let Some(priority) = judged.priority {
        draft.emit(Fact::PriorityChanged { number, by, priority: Some(priority), at });
    }
    for content in std::mem::take(&mut judged.notes) {
        if super::command::takes_notes(draft, number) {
            draft.emit(Fact::NoteAdded { number, by, content, at });
        }
    }
}
