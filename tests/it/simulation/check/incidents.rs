//! What may happen to incidents: one open incident per key, nobody is paged for what is acknowledged, nothing is done
//! twice.

use std::collections::{BTreeMap, BTreeSet};

use pd::domain::event::DedupKey;
use pd::domain::id::{IncidentNumber, IntegrationId};
use pd::domain::incident::{Incident, PageId, Status};
use pd::domain::incidents::fact::{Cause, Fact};
use pd::domain::incidents::state::State;
use uuid::Uuid;

/// See the module.
#[derive(Clone, Default)]
pub(super) struct Rules {
    /// The open incident of each key.
    open: BTreeMap<(IntegrationId, DedupKey), IncidentNumber>,
    judged: BTreeSet<Uuid>,
    paged: BTreeSet<PageId>,
    /// How many times each note stands somewhere.
    pub(super) notes: BTreeMap<String, u32>,
    pub(super) pages: u64,
}

impl Rules {
    /// What is wrong with a fact that follows this state.
    pub(super) fn holds(&mut self, state: &State, fact: &Fact) -> Option<String> {
        match fact {
            Fact::IncidentOpened(opened) => {
                let Cause::Event { integration, dedup_key, .. } = &opened.cause else {
                    return Some(format!("#{} was opened for no event", opened.number));
                };
                let before = self.open.insert((*integration, dedup_key.clone()), opened.number);
                before.map(|before| {
                    format!("#{} was opened for {dedup_key}, but #{before} is open", opened.number)
                })
            }
            Fact::AlertResolved { number, alert, .. } => {
                let alert = usize::try_from(*alert).unwrap_or(usize::MAX);
                let alert = state.incidents.get(number)?.alerts.get(alert)?;
                self.open.remove(&(alert.integration, alert.dedup_key.clone()));
                None
            }
            Fact::IncidentResolved { number, .. } => {
                self.open.retain(|_, open| open != number);
                is_open(state, *number).err()
            }
            Fact::IncidentAcknowledged { number, .. } => is_open(state, *number).err(),
            Fact::LevelEntered { number, level, .. } => match is_open(state, *number) {
                Ok(incident) if incident.status == Status::Triggered => None,
                Ok(_) => Some(format!("#{number} enters level {level} although it is acknowledged")),
                Err(what) => Some(what),
            },
            Fact::UserPaged(page) => match is_open(state, page.number) {
                Ok(incident) if incident.status != Status::Triggered => {
                    Some(format!("somebody is paged about #{} although it is acknowledged", page.number))
                }
                Ok(_) if !self.paged.insert(page.page) => {
                    Some(format!("the page {:?} was made twice", page.page))
                }
                Ok(_) => None,
                Err(what) => Some(what),
            },
            Fact::CommandJudged { id, .. } => {
                (!self.judged.insert(*id)).then(|| format!("the command {id} was judged twice"))
            }
            Fact::NoteAdded { content, number, .. } => {
                let times = self.notes.entry(content.to_string()).or_default();
                *times += 1;
                (*times > 1).then(|| format!("`{content}` was written {times} times to #{number}"))
            }
            Fact::InputQuarantined { reason, .. } => Some(format!("an input was quarantined: {reason}")),
            _ => None,
        }
    }
}

fn is_open(state: &State, number: IncidentNumber) -> Result<&Incident, String> {
    let incident = state.incidents.get(&number).ok_or_else(|| format!("#{number} is not there"))?;
    if incident.is_open() { Ok(incident) } else { Err(format!("#{number} is resolved")) }
}
