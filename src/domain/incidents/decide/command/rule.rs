//! Commands about notification rules.

use std::time::Duration;

use super::check::{self, Errors};
use crate::domain::command::{Done, Rejection, RuleFields};
use crate::domain::id::{NotificationRuleId, UserId};
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::incidents::fact::Fact;
use crate::domain::user::{NotificationRule, User};

const RULES_MAX: usize = 100;
const DELAY_MAX: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) fn create(draft: &mut Draft, user_id: UserId, fields: &RuleFields) -> Result<Done, Rejection> {
    let user = check::user(draft, user_id)?;
    let object = check::next_object(draft)?;
    let rule = rule(NotificationRuleId(object), fields);
    let mut errors = Errors::default();
    errors.unless(user.notification_rules.len() < RULES_MAX, || {
        format!("a user has at most {RULES_MAX} notification rules: remove one first")
    });
    check_rule(&user, &rule, &mut errors);
    errors.done()?;
    draft.emit(Fact::NotificationRuleSet { user: user_id, rule });
    Ok(Done::Object(object))
}

pub(super) fn update(
    draft: &mut Draft,
    user_id: UserId,
    id: NotificationRuleId,
    fields: &RuleFields,
) -> Result<Done, Rejection> {
    let user = check::user(draft, user_id)?;
    let old = find(&user, id)?;
    let rule = rule(id, fields);
    let mut errors = Errors::default();
    check_rule(&user, &rule, &mut errors);
    errors.done()?;
    if rule != *old {
        draft.emit(Fact::NotificationRuleSet { user: user_id, rule });
    }
    Ok(Done::Changed)
}

pub(super) fn delete(draft: &mut Draft, user_id: UserId, id: NotificationRuleId) -> Result<Done, Rejection> {
    let user = check::user(draft, user_id)?;
    find(&user, id)?;
    draft.emit(Fact::NotificationRuleRemoved { user: user_id, id });
    Ok(Done::Changed)
}

fn rule(id: NotificationRuleId, fields: &RuleFields) -> NotificationRule {
    let RuleFields { urgency, delay, contact_method } = *fields;
    NotificationRule { id, urgency, delay, contact_method }
}

fn find(user: &User, id: NotificationRuleId) -> Result<&NotificationRule, Rejection> {
    user.notification_rules
        .iter()
        .find(|rule| rule.id == id)
        .ok_or_else(|| check::not_found("notification rule", id))
}

fn check_rule(user: &User, rule: &NotificationRule, errors: &mut Errors) {
    errors.duration("start_delay", rule.delay, Duration::ZERO, DELAY_MAX);
    errors.unless(user.contact_method(rule.contact_method).is_some(), || {
        format!("user `{}` has no contact method with the id {}", user.name, rule.contact_method)
    });
    let mut others = user.notification_rules.iter().filter(|other| other.id != rule.id);
    let twice = others.any(|other| other.fields() == rule.fields());
    errors.unless(!twice, || {
        "the user has a notification rule with this urgency, delay and contact method already".to_owned()
    });
}
