//! What came of a run: what was promised against what is there, and how long everything took.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use pd::domain::time::Timestamp;
use serde_json::Value;

use super::fronts::Sent;
use super::installation::Installation;
use super::scenario::Failure;
use crate::rig::poll;

/// How long everything may take to settle after the end of the load.
const SETTLE: Duration = Duration::from_secs(180);
/// How long a failure may be felt by those who send to a surviving server.
const FELT_MAX: Duration = Duration::from_secs(5);
const ACCEPT_P999_MAX: Duration = Duration::from_secs(3);
const ACCEPT_MAX: Duration = Duration::from_secs(5);
const TAKEN_OVER_MAX: Duration = Duration::from_secs(15);
const PAGE_MAX: Duration = Duration::from_secs(30);
const RECOVERED_MAX: Duration = Duration::from_secs(10);

/// The moments of a run.
pub(super) struct Times {
    pub(super) began: Timestamp,
    pub(super) broken: Timestamp,
    pub(super) mended: Timestamp,
    pub(super) stopped: Timestamp,
}

/// All that was counted.
pub(crate) struct Figures {
    failure: Failure,
    sent: usize,
    accepted: usize,
    /// Keys of accepted events without an incident.
    lost: Vec<String>,
    /// Keys with several incidents.
    doubled: Vec<String>,
    /// Incidents that nobody was told of.
    untold: Vec<String>,
    mails: usize,
    webhooks: usize,
    /// Message-IDs that came twice, and incidents that came under two webhook ids.
    repeated: Vec<String>,
    /// Webhooks that came again under their id, by which their receiver tells.
    again: usize,
    /// At surviving servers, when the failure was no longer news.
    refused_late: usize,
    refused: usize,
    /// Refusals without a word on when to come again, or with another status than 503.
    rude: usize,
    accept_p999: Duration,
    accept_max: Duration,
    /// The longest time without any webhook.
    silence: Duration,
    page_max: Duration,
    /// From the quorum's return until each server had accepted something.
    recovered: Option<Duration>,
}

impl Figures {
    /// Waits until all has settled, and counts. `down` is a server that failed.
    pub(super) fn count(
        installation: &Installation,
        failure: Failure,
        sent: &[Sent],
        down: Option<usize>,
        times: &Times,
    ) -> Self {
        let accepted = first_accepted(sent);
        let keys: BTreeSet<&str> = accepted.keys().copied().collect();
        let (mut incidents, mut told) = (BTreeMap::new(), Told::default());
        poll(SETTLE, || {
            incidents = counted(installation, times.began);
            told = Told::of(installation, &keys);
            let settled =
                keys.iter().all(|key| incidents.contains_key(*key) && told.first.contains_key(*key));
            if !settled {
                std::thread::sleep(Duration::from_secs(1));
            }
            settled
        });
        let missing = |there: &dyn Fn(&str) -> bool| {
            keys.iter().filter(|key| !there(key)).map(|key| (*key).to_owned()).collect::<Vec<_>>()
        };
        let surviving: Vec<&Sent> = sent.iter().filter(|sent| Some(sent.front) != down).collect();
        let refused: Vec<&Sent> =
            surviving.iter().copied().filter(|sent| sent.answer.is_some() && !sent.accepted()).collect();
        let late = |sent: &&&Sent| !sent.accepted() && sent.answered_at() > times.broken.plus(FELT_MAX);
        let rude = |sent: &&&Sent| sent.answer.is_none_or(|answer| answer.status != 503 || !answer.again);
        let mut latencies: Vec<Duration> =
            surviving.iter().filter(|sent| sent.accepted()).map(|sent| sent.took).collect();
        latencies.sort_unstable();
        let page = |(key, at): (&&str, &Timestamp)| Some(told.first.get(*key)?.since(*at));
        let mut repeated = told.several.clone();
        repeated
            .extend(installation.mail.counts().into_iter().filter(|(_, count)| *count > 1).map(|(id, _)| id));
        Self {
            failure,
            sent: sent.len(),
            accepted: sent.iter().filter(|sent| sent.accepted()).count(),
            lost: missing(&|key| incidents.contains_key(key)),
            doubled: incidents.iter().filter(|(_, count)| **count > 1).map(|(key, _)| key.clone()).collect(),
            untold: missing(&|key| told.first.contains_key(key)),
            mails: installation.mail.mails().len(),
            webhooks: told.first.len(),
            repeated,
            again: told.again,
            refused_late: surviving.iter().filter(late).count(),
            refused: refused.len(),
            rude: refused.iter().filter(rude).count(),
            accept_p999: quantile(&latencies, 0.999),
            accept_max: latencies.last().copied().unwrap_or_default(),
            silence: told.silence(times),
            page_max: accepted.iter().filter_map(page).max().unwrap_or_default(),
            recovered: failure.ends_quorum().then(|| recovered(sent, installation.servers.len(), times)),
        }
    }

    /// What must never be, whatever fails and however slow the machine is.
    pub(crate) fn unkept(&self) -> Vec<String> {
        let mut found = Vec::new();
        if self.accepted == 0 {
            found.push("nothing was accepted".to_owned());
        }
        for (what, which) in [
            ("lost", &self.lost),
            ("several incidents", &self.doubled),
            ("repeated", &self.repeated),
            ("nobody was told", &self.untold),
        ] {
            if !which.is_empty() {
                found.push(format!("{what}: {} ({:?} …)", which.len(), &which[..which.len().min(5)]));
            }
        }
        if self.recovered == Some(Duration::MAX) {
            found.push("not every server accepted again".to_owned());
        }
        found
    }

    /// What is unkept, and which bounds were broken.
    pub(crate) fn broken(&self) -> Vec<String> {
        let mut found = self.unkept();
        let mut hold = |what: &str, value: Duration, max: Duration| {
            if value > max {
                found.push(format!("{what}: {} > {} s", seconds(value), max.as_secs()));
            }
        };
        match self.recovered {
            Some(recovered) => hold("accepting again", recovered, RECOVERED_MAX),
            None => {
                hold("accepts, p99.9", self.accept_p999, ACCEPT_P999_MAX);
                hold("accepts, worst", self.accept_max, ACCEPT_MAX);
                hold("taken over", self.silence, TAKEN_OVER_MAX);
                hold("latest page", self.page_max, PAGE_MAX);
            }
        }
        if self.recovered.is_none() && self.refused_late > 0 {
            found.push(format!(
                "refused or unanswered after {} s: {}",
                FELT_MAX.as_secs(),
                self.refused_late
            ));
        }
        if self.recovered.is_some() && self.rude > 0 {
            found.push(format!("refused other than by 503 with Retry-After: {}", self.rude));
        }
        found
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} sent, {} accepted, {} lost, {} with several incidents, {} untold, {} mails and {} webhooks, \
             {} repeated, {} again under their id; {} refused ({} after 5 s, {} not by 503 and Retry-After); accepts \
             p99.9 {}, worst {}; longest without a page {}, latest page {}",
            self.failure.name(),
            self.sent,
            self.accepted,
            self.lost.len(),
            self.doubled.len(),
            self.untold.len(),
            self.mails,
            self.webhooks,
            self.repeated.len(),
            self.again,
            self.refused,
            self.refused_late,
            self.rude,
            seconds(self.accept_p999),
            seconds(self.accept_max),
            seconds(self.silence),
            seconds(self.page_max),
        )?;
        match self.recovered {
            Some(Duration::MAX) => f.write_str("; never accepting again"),
            Some(recovered) => write!(f, "; accepting again after {}", seconds(recovered)),
            None => Ok(()),
        }
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}

pub(super) fn quantile(sorted: &[Duration], share: f64) -> Duration {
    let last = sorted.len().saturating_sub(1);
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let at = (last as f64 * share).ceil() as usize;
    sorted.get(at).copied().unwrap_or_default()
}

/// Each accepted key, with the time of its first acceptance.
pub(super) fn first_accepted(sent: &[Sent]) -> BTreeMap<&str, Timestamp> {
    let mut first = BTreeMap::new();
    for sent in sent.iter().filter(|sent| sent.accepted()) {
        let at = first.entry(sent.key.as_str()).or_insert(sent.answered_at());
        *at = (*at).min(sent.answered_at());
    }
    first
}

/// How many incidents there are for each key, as a server shows them that was not asked before.
fn counted(installation: &Installation, began: Timestamp) -> BTreeMap<String, usize> {
    let statuses = "statuses[]=triggered&statuses[]=acknowledged&statuses[]=resolved";
    let since = began.minus(Duration::from_secs(5)).to_iso();
    let mut found = BTreeMap::new();
    for incident in installation.servers[1].list(&format!("/incidents?{statuses}&since={since}"), "incidents")
    {
        *found.entry(incident["incident_key"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    found
}

/// From the quorum's return until every server has accepted; [`Duration::MAX`]: one did not.
fn recovered(sent: &[Sent], servers: usize, times: &Times) -> Duration {
    let first = |front| {
        let accepted = sent
            .iter()
            .filter(|sent| sent.front == front && sent.accepted() && sent.answered_at() >= times.mended);
        accepted.map(|sent| sent.answered_at().since(times.mended)).min().unwrap_or(Duration::MAX)
    };
    (0..servers).map(first).max().unwrap_or(Duration::MAX)
}

/// What the receiver of webhooks was told about some keys.
#[derive(Default)]
pub(super) struct Told {
    pub(super) first: BTreeMap<String, Timestamp>,
    /// Keys that came under several ids.
    several: Vec<String>,
    /// How many came again under the same id.
    again: usize,
}

impl Told {
    pub(super) fn of(installation: &Installation, keys: &BTreeSet<&str>) -> Self {
        let mut told = Self::default();
        let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for request in installation.hook.requests() {
            let body: Value = request.json();
            let key = body["event"]["data"]["incident_key"].as_str().unwrap_or_default();
            if !keys.contains(key) {
                continue;
            }
            let at = told.first.entry(key.to_owned()).or_insert(request.at);
            *at = (*at).min(request.at);
            if !ids.entry(key.to_owned()).or_default().insert(request.header("x-webhook-id").to_owned()) {
                told.again += 1;
            }
        }
        told.several = ids.into_iter().filter(|(_, ids)| ids.len() > 1).map(|(key, _)| key).collect();
        told
    }

    /// The longest time without any news while events came in.
    fn silence(&self, times: &Times) -> Duration {
        let mut at: Vec<Timestamp> =
            self.first.values().copied().filter(|at| (times.broken..times.stopped).contains(at)).collect();
        at.extend([times.broken, times.stopped]);
        at.sort_unstable();
        at.windows(2).map(|two| two[1].since(two[0])).max().unwrap_or_default()
    }
}
