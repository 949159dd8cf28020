//! Schedules, rendered or not, as clients see them.

use std::collections::BTreeSet;

use super::View;
use crate::domain::id::{ScheduleId, UserId};
use crate::domain::policy::Target;
use crate::domain::schedule::zone::Zone;
use crate::domain::schedule::{
    Layer, Override, Restriction, Rota, Schedule, Shift, Span, clip, gaps, joined, percentage,
};
use crate::domain::time::Timestamp;
use crate::wire::rest::reference::{Linked, Reference};
use crate::wire::rest::schedule as wire;

/// What of a schedule is to be rendered, and how.
#[derive(Clone, Debug)]
pub(crate) struct Rendering {
    /// `None`: nothing.
    pub(crate) range: Option<Span>,
    /// Whether entries go beyond the range.
    pub(crate) overflow: bool,
    /// By which clock times are told.
    pub(crate) zone: Zone,
}

impl View<'_> {
    /// A schedule, itself if `include[]` has that name.
    pub(crate) fn schedule_link(&self, id: ScheduleId, include: &str) -> Linked<wire::Schedule> {
        match self.state.schedules.get(&id) {
            Some(schedule) if self.query.includes(include) => {
                Linked::Object(Box::new(self.schedule_bare(schedule)))
            }
            _ => Linked::Reference(self.reference("schedule", "schedules", id, Some(self.schedule_name(id)))),
        }
    }

    /// A schedule as it stands in lists.
    pub(crate) fn schedule(&self, schedule: &Schedule) -> wire::Schedule {
        let asks = |target: &Target| *target == Target::Schedule(schedule.id);
        let policies = self.state.policies.values();
        let using = policies.filter(|policy| policy.rules.iter().any(|rule| rule.targets.iter().any(asks)));
        let policies = using.map(|policy| self.policy_link(policy.id, "escalation_policies")).collect();
        wire::Schedule { escalation_policies: policies, ..self.schedule_bare(schedule) }
    }

    /// Without the policies: a policy may show its schedules, which must not show their policies again.
    fn schedule_bare(&self, schedule: &Schedule) -> wire::Schedule {
        let mut seen = BTreeSet::new();
        let members = schedule.layers.iter().flat_map(|layer| &layer.users);
        wire::Schedule {
            head: self.head("schedule", "schedules", schedule.id, Some(&schedule.name)),
            name: schedule.name.to_string(),
            time_zone: schedule.time_zone.to_string(),
            description: schedule.description.as_deref().map(str::to_owned),
            schedule_layers: None,
            overrides_subschedule: None,
            final_schedule: None,
            next_oncall_for_user: None,
            users: members.filter(|id| seen.insert(**id)).map(|id| self.user_reference(*id)).collect(),
            escalation_policies: Vec::new(),
            teams: self.teams(|team| team.schedules.contains(&schedule.id)),
        }
    }

    /// A schedule with its layers, highest first, and what comes of them.
    pub(crate) fn schedule_rendered(&self, schedule: &Schedule, how: &Rendering) -> wire::Schedule {
        let rota = self.state.rota(schedule);
        let layers = schedule.layers.iter().rev().map(|layer| self.layer(&rota, layer, how)).collect();
        let shifts = how.range.map(|range| rota.shifts(range));
        let empty = how.range.zip(shifts.as_ref()).map(|(range, shifts)| gaps(shifts, range));
        let gap = |gap: Span| wire::Gap { start: how.zone.to_iso(gap.start), end: how.zone.to_iso(gap.end) };
        let unclipped = |shifts: Vec<Shift>| match how.range {
            Some(range) if how.overflow => rota.unclipped(shifts, range),
            _ => shifts,
        };
        let percentage = how.range.zip(shifts.as_ref()).map(|(range, shifts)| percentage(shifts, range));
        wire::Schedule {
            schedule_layers: Some(layers),
            overrides_subschedule: Some(self.overrides_subschedule(schedule, &rota, how)),
            final_schedule: Some(wire::Subschedule {
                name: "Final Schedule".to_owned(),
                rendered_schedule_entries: self.entries(&unclipped(shifts.unwrap_or_default()), how),
                rendered_coverage_percentage: percentage.map(rounded),
                gaps: empty.unwrap_or_default().into_iter().map(gap).collect(),
            }),
            ..self.schedule(schedule)
        }
    }

    fn layer(&self, rota: &Rota<'_>, layer: &Layer, how: &Rendering) -> wire::Layer {
        let own = rota.zone();
        let shifts = how.range.map(|range| rota.layer_shifts(layer, range));
        let percentage = how.range.zip(shifts.as_ref()).map(|(range, shifts)| percentage(shifts, range));
        let wider = |range: Span| rota.layer_shifts_whole(layer, range);
        let shifts = if how.overflow { how.range.map(wider) } else { shifts };
        wire::Layer {
            id: layer.id.to_string(),
            name: layer.name.to_string(),
            start: own.to_iso(layer.start),
            end: layer.end.map(|end| own.to_iso(end)),
            users: layer.users.iter().map(|id| wire::Member { user: self.user_reference(*id) }).collect(),
            rotation_virtual_start: own.to_iso(layer.rotation_virtual_start),
            rotation_turn_length_seconds: layer.turn.as_secs(),
            restrictions: layer.restrictions.iter().map(restriction).collect(),
            rendered_schedule_entries: self.entries(&shifts.unwrap_or_default(), how),
            rendered_coverage_percentage: percentage.map(rounded),
        }
    }

    fn overrides_subschedule(
        &self,
        schedule: &Schedule,
        rota: &Rota<'_>,
        how: &Rendering,
    ) -> wire::Subschedule {
        let shifts = how.range.map(|range| rota.override_shifts(range)).unwrap_or_default();
        let percentage = how.range.map(|range| rounded(percentage(&shifts, range)));
        let mut entries = self.entries(&shifts, how);
        if how.overflow
            && let Some(range) = how.range
        {
            let touching = schedule.overrides.iter();
            let touching = touching.filter(|it| clip(Span { start: it.start, end: it.end }, range).is_some());
            entries = touching.map(|it| self.entry((it.start, it.end), it.user, &how.zone)).collect();
        }
        wire::Subschedule {
            name: "Overrides".to_owned(),
            rendered_schedule_entries: entries,
            rendered_coverage_percentage: percentage,
            gaps: Vec::new(),
        }
    }

    fn entries(&self, shifts: &[Shift], how: &Rendering) -> Vec<wire::Entry> {
        let joined = joined(shifts).into_iter();
        joined.map(|(span, user)| self.entry((span.start, span.end), user, &how.zone)).collect()
    }

    /// Somebody is on call between two instants.
    pub(crate) fn entry(
        &self,
        (start, end): (Timestamp, Timestamp),
        user: UserId,
        zone: &Zone,
    ) -> wire::Entry {
        wire::Entry {
            start: zone.to_iso(start),
            end: (end < Timestamp::MAX).then(|| zone.to_iso(end)),
            user: self.user_reference(user),
        }
    }

    /// An override, cut to a span.
    pub(crate) fn over_ride(&self, entry: &Override, span: Span, zone: &Zone) -> wire::Override {
        wire::Override {
            id: entry.id.to_string(),
            kind: "override".to_owned(),
            start: zone.to_iso(span.start),
            end: zone.to_iso(span.end),
            user: self.user_reference(entry.user),
        }
    }

    /// A reference to a schedule.
    pub(crate) fn schedule_reference(&self, id: ScheduleId) -> Reference {
        self.reference("schedule", "schedules", id, Some(self.schedule_name(id)))
    }
}

fn restriction(restriction: &Restriction) -> wire::Restriction {
    let Restriction { day_of_week, start_seconds, duration_seconds } = *restriction;
    let kind = if day_of_week.is_some() { "weekly_restriction" } else { "daily_restriction" };
    let (hours, minutes, seconds) = (start_seconds / 3600, start_seconds / 60 % 60, start_seconds % 60);
    wire::Restriction {
        kind: kind.to_owned(),
        start_time_of_day: format!("{hours:02}:{minutes:02}:{seconds:02}"),
        start_day_of_week: day_of_week,
        duration_seconds,
    }
}

/// To a tenth, as PagerDuty shows it; what is not quite everything is not shown as 100.
fn rounded(percentage: f64) -> f64 {
    let tenth = (percentage * 10.0).round() / 10.0;
    if tenth >= 100.0 && percentage < 100.0 { 99.9 } else { tenth }
}
