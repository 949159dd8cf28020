//! The metrics in Prometheus' text format, read from what the parts publish anyway. The first one is the age of the
//! oldest undone work: it says whether anybody is waiting for a page.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use super::status::Watched;
use crate::domain::heartbeat::Health;
use crate::domain::incidents::state::State;
use crate::notify::metrics::Metrics;
use crate::stage::Status;
use crate::wire::status::Process;

/// Renders the metrics whenever it is called.
pub(super) fn renderer(
    watched: Watched,
    messages: Arc<Metrics>,
    commits: impl Fn() -> Option<u64> + Send + Sync + 'static,
) -> Arc<dyn Fn() -> String + Send + Sync> {
    let mut registry = Registry::with_prefix("pd");
    registry.register_collector(Box::new(Parts { watched, messages, commits: Box::new(commits) }));
    let registry = Arc::new(registry);
    Arc::new(move || {
        let mut text = String::new();
        match encode(&mut text, &registry) {
            Ok(()) => text,
            Err(error) => format!("# {error}\n# EOF\n"),
        }
    })
}

struct Parts {
    watched: Watched,
    messages: Arc<Metrics>,
    /// `None`: the doors' store has no transactions.
    commits: Box<dyn Fn() -> Option<u64> + Send + Sync>,
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Parts")
    }
}

type Labels<'a> = Vec<(&'a str, String)>;

impl Collector for Parts {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let process = self.watched.look();
        let stages = [
            ("incidents", self.watched.incidents.status.borrow().clone()),
            ("notify", self.watched.notify.status.borrow().clone()),
        ];
        let state = Arc::clone(&self.watched.incidents.state.borrow());
        let undone = process.stages.iter().map(|s| (s.name.as_str(), s.oldest_undone_seconds));
        let undone = undone.map(|(stage, age)| (vec![("stage", stage.to_owned())], ConstGauge::new(age)));
        family(&mut encoder, "oldest_undone_seconds", "Age of the oldest work that is not done.", undone)?;
        family(
            &mut encoder,
            "ready",
            "Whether the process accepts events.",
            [(Labels::new(), ConstGauge::new(i64::from(process.health.ready)))],
        )?;
        let made = self.watched.made.borrow().as_ref().map(|made| made.kind().name().to_owned());
        let made = made.map(|kind| (vec![("drill", kind)], ConstGauge::new(1_u64)));
        family(&mut encoder, "drill", "A failure that is made on purpose now.", made)?;
        let gauge = |value: fn(&Status) -> u64| {
            stages.iter().map(move |(stage, status)| {
                (vec![("stage", (*stage).to_owned())], ConstGauge::new(value(status)))
            })
        };
        let counter = |value: fn(&Status) -> u64| {
            stages.iter().map(move |(stage, status)| {
                (vec![("stage", (*stage).to_owned())], ConstCounter::new(value(status)))
            })
        };
        family(
            &mut encoder,
            "stage_waiting",
            "Inputs that were read and are not decided.",
            gauge(|s| s.waiting as u64),
        )?;
        family(&mut encoder, "stage_position", "The slot of the next entry.", gauge(|s| s.next.0))?;
        family(
            &mut encoder,
            "stage_stopped",
            "Whether the stage needs a person.",
            gauge(|s| u64::from(s.stopped)),
        )?;
        family(&mut encoder, "stage_appends", "Entries appended by this process.", counter(|s| s.appends))?;
        family(&mut encoder, "stage_inputs", "Inputs decided by this process.", counter(|s| s.inputs))?;
        family(&mut encoder, "stage_poisoned", "Inputs given up by this process.", counter(|s| s.poisoned))?;
        family(&mut encoder, "incidents", "Incidents outside the archive.", incidents(&state))?;
        family(
            &mut encoder,
            "incidents_opened",
            "Incidents ever opened.",
            [(Labels::new(), ConstCounter::new(state.opened))],
        )?;
        family(
            &mut encoder,
            "quarantined",
            "Inputs ever quarantined.",
            [(Labels::new(), ConstCounter::new(state.quarantined_total))],
        )?;
        family(
            &mut encoder,
            "events_dropped",
            "Events that event rules dropped.",
            [(Labels::new(), ConstCounter::new(state.dropped_total))],
        )?;
        let heartbeats = heartbeats(&state);
        family(&mut encoder, "heartbeats", "Heartbeats by how they are.", heartbeats)?;
        family(&mut encoder, "messages", "Attempts of this process to reach somebody.", self.sent())?;
        self.load(&process, &mut encoder)?;
        family(
            &mut encoder,
            "store_commits",
            "Transactions of the doors' store.",
            (self.commits)().map(|commits| (Labels::new(), ConstCounter::new(commits))),
        )
    }
}

impl Parts {
    /// What waits at the door, who was turned away, and what scheduled work does.
    fn load(&self, process: &Process, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let load = &process.load;
        let one = |value: f64| [(Labels::new(), ConstGauge::new(value))];
        let count = |value: u64| [(Labels::new(), ConstCounter::new(value))];
        let pressure = u64::from(load.pressure == "busy") + 2 * u64::from(load.pressure == "overloaded");
        let pressure = [(Labels::new(), ConstGauge::new(pressure))];
        family(encoder, "pressure", "0: none, 1: reads make room, 2: overloaded.", pressure)?;
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let (waiting, most) = (load.waiting as f64, load.waiting_max as f64);
        family(encoder, "events_waiting", "Events that wait to be stored.", one(waiting))?;
        family(encoder, "events_waiting_max", "How many may at present.", one(most))?;
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let (undone, most) = (load.undone as f64, load.undone_max as f64);
        family(
            encoder,
            "events_undone",
            "Events that are stored and that the stages have not taken.",
            one(undone),
        )?;
        family(encoder, "events_undone_max", "How many may be at present.", one(most))?;
        family(encoder, "events_refused", "Events refused because of too much.", count(load.refused))?;
        let help = "Events that nobody waited for any more when they were to be stored; they are not.";
        family(encoder, "events_given_up", help, count(load.dropped))?;
        let appends = load.append_seconds.into_iter().flat_map(one);
        family(encoder, "append_seconds", "What an append takes at present.", appends)?;
        let steps =
            process.jobs.iter().map(|job| (vec![("job", job.name.clone())], ConstCounter::new(job.steps)));
        family(encoder, "job_steps", "Steps of scheduled work.", steps)
    }

    fn sent(&self) -> impl Iterator<Item = (Labels<'static>, ConstCounter<u64>)> + '_ {
        self.messages.counts().flat_map(|(channel, counts)| {
            let channel = format!("{channel:?}").to_lowercase();
            [
                ("sent", counts.sent),
                ("failed", counts.failed),
                ("unknown", counts.unknown),
                ("postponed", counts.postponed),
                ("cancelled", counts.cancelled),
            ]
            .map(|(outcome, count)| {
                let labels = vec![("channel", channel.clone()), ("outcome", outcome.to_owned())];
                (labels, ConstCounter::new(count))
            })
        })
    }
}

fn heartbeats(state: &State) -> impl Iterator<Item = (Labels<'static>, ConstGauge<u64>)> {
    let count =
        |health: Health| state.heartbeats.values().filter(|it| it.beat.health == health).count() as u64;
    let counts = [
        ("new", count(Health::New)),
        ("up", count(Health::Up)),
        ("missed", count(Health::Missed)),
        ("failed", count(Health::Failed)),
    ];
    counts.into_iter().map(|(health, n)| (vec![("health", health.to_owned())], ConstGauge::new(n)))
}

fn incidents(state: &State) -> impl Iterator<Item = (Labels<'static>, ConstGauge<u64>)> {
    let sum = |count: fn(&crate::domain::incidents::state::OpenCount) -> u64| {
        state.open_counts.values().map(count).sum()
    };
    let counts: [(&str, u64); 4] = [
        ("triggered", sum(|c| c.triggered)),
        ("acknowledged", sum(|c| c.acknowledged)),
        ("held", sum(|c| c.held)),
        ("resolved", state.closed.len() as u64),
    ];
    counts.into_iter().map(|(status, n)| (vec![("status", status.to_owned())], ConstGauge::new(n)))
}

fn family<'a, M: EncodeMetric>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    metrics: impl IntoIterator<Item = (Labels<'a>, M)>,
) -> fmt::Result {
    let mut metrics = metrics.into_iter().peekable();
    let Some((_, first)) = metrics.peek() else { return Ok(()) };
    let kind = first.metric_type();
    let mut family = encoder.encode_descriptor(name, help, None, kind)?;
    for (labels, metric) in metrics {
        metric.encode(family.encode_family(&Set(labels))?)?;
    }
    Ok(())
}

#[derive(Debug)]
struct Set<'a>(Labels<'a>);

impl EncodeLabelSet for Set<'_> {
    fn encode(&self, encoder: &mut prometheus_client::encoding::LabelSetEncoder<'_>) -> fmt::Result {
        self.0.encode(encoder)
    }
}
