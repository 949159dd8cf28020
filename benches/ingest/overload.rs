//! Several times what the server can take, most of it from one sender that does not wait when it is refused; and some
//! quiet senders. Says whether the quiet ones notice, what is accepted, and how quickly the rest is refused.

use std::time::Duration;

use serde_json::json;

use crate::load::{self, End, Load, Plan, Template};
use crate::rig::Rig;
use crate::{PATIENCE, figure, millis, plan, server};

/// A small waiting room, so that it is the store that is offered too much, rather than the processors.
const CONFIG: &str = "[limits]\nwaiting = \"1MiB\"\n";

/// Large events, so that it is bytes that fill the room, and the processors are not what is measured.
const FILLER: usize = 16 << 10;
/// What is needed to keep the store busy: two batches.
const PEAK: usize = 32;
/// The noisy sender has this many connections, each with one event on its way.
const NOISY: usize = 256;
/// Quiet senders, each with its own routing key, and how often each sends.
const QUIET: usize = 4;
const QUIET_EVERY: Duration = Duration::from_millis(50);
/// What the noisy sender waits after a refusal, whatever it was asked to: what it costs itself is not the server's.
const NOISY_PAUSE: Duration = Duration::from_millis(100);

/// What must hold.
const GOODPUT: f64 = 0.9;
const QUIET_REFUSED: f64 = 0.001;
const REFUSAL_P99: Duration = Duration::from_millis(1500);
const RECOVERY: Duration = Duration::from_secs(60);

struct Seen {
    peak: Load,
    noisy: Load,
    quiet: Vec<Load>,
    recovered: Option<Duration>,
}

/// Runs it and says what was seen; `false` if a bound is broken.
pub(crate) fn run(seconds: Duration) -> bool {
    let seen = measure(seconds);
    let goodput = (seen.noisy.rate() + seen.quiet.iter().map(Load::rate).sum::<f64>()) / seen.peak.rate();
    let (accepted, refused) = seen.quiet.iter().fold((0, 0), |(a, r), l| (a + l.accepted, r + l.refused));
    let quiet_refused = refused as f64 / (accepted + refused).max(1) as f64;
    let offered = (seen.noisy.accepted + seen.noisy.refused) as f64 / seen.noisy.took.as_secs_f64();
    let slowest = seen.quiet.iter().map(|load| load.latency(0.99)).max().unwrap_or_default();
    let refusal = seen.noisy.refusal_latency(0.99);
    figure("32 connections, events accepted a second", format!("{:.0}", seen.peak.rate()));
    figure("256 connections of one sender, requests a second", format!("{offered:.0}"));
    figure("256 connections of one sender, refused", seen.noisy.refused);
    figure("offered, of the peak", format!("{:.1}", offered / seen.peak.rate()));
    figure("goodput, of the peak (bound: at least 0.90)", format!("{goodput:.2}"));
    figure(
        "quiet senders, share refused (bound: at most 0.001)",
        format!("{quiet_refused:.4} of {}", accepted + refused),
    );
    figure("quiet senders, p99", millis(slowest));
    figure("refusals, p50", millis(seen.noisy.refusal_latency(0.5)));
    figure("refusals, p99 (bound: at most 1500 ms)", millis(refusal));
    let recovered = seen.recovered.map_or("never".to_owned(), |took| format!("{:.2} s", took.as_secs_f64()));
    figure("until all is done and nothing presses any more (bound: under 60 s)", recovered);
    let bounds = [
        ("goodput", goodput >= GOODPUT),
        ("the noisy sender was not refused anything: nothing was tried", seen.noisy.refused > 0),
        ("quiet senders were refused", quiet_refused <= QUIET_REFUSED),
        ("refusals are slow", refusal <= REFUSAL_P99),
        ("it does not recover", seen.recovered.is_some_and(|took| took < RECOVERY)),
    ];
    for (name, _) in bounds.iter().filter(|(_, held)| !held) {
        figure("BROKEN", name);
    }
    bounds.iter().all(|(_, held)| *held)
}

fn measure(seconds: Duration) -> Seen {
    let rig = Rig::start_with(CONFIG);
    let keys: Vec<String> = (0..QUIET).map(|n| service(&rig, &format!("quiet-{n}"))).collect();
    let address = rig.context().address.clone();
    // One dedup key a sender: what is measured is the door, not the pages.
    let plan = |template, connections| Plan {
        keys_from: None,
        ..plan(connections, &address, template, End::After(seconds))
    };
    let peak = load::run(&plan(large(&rig), PEAK));
    server::wait_done(&rig, PATIENCE);
    let noisy = Plan { pause: NOISY_PAUSE, ..plan(large(&rig), NOISY) };
    let quiet: Vec<Plan> = keys
        .iter()
        .map(|key| Plan { every: QUIET_EVERY, ..plan(Template::trigger(&address, key), 1) })
        .collect();
    let (noisy, quiet) = std::thread::scope(|scope| {
        let noisy = scope.spawn(|| load::run(&noisy));
        let quiet: Vec<_> = quiet.iter().map(|plan| scope.spawn(|| load::run(plan))).collect();
        let quiet = quiet.into_iter().map(|load| load.join().unwrap()).collect();
        (noisy.join().unwrap(), quiet)
    });
    let recovered = server::recovered(&rig, PATIENCE);
    Seen { peak, noisy, quiet, recovered }
}

fn large(rig: &Rig) -> Template {
    Template::trigger_with(&rig.context().address, &rig.context().routing_key, FILLER)
}

/// A new service with an integration; its routing key.
fn service(rig: &Rig, name: &str) -> String {
    let policy = rig.list("/escalation_policies", "escalation_policies")[0]["id"].clone();
    let new = json!({"service": {
        "type": "service", "name": name,
        "escalation_policy": {"id": policy, "type": "escalation_policy_reference"},
    }});
    let made = rig.rest("POST", "/services", Some(&new));
    let id = made["service"]["id"].as_str().unwrap().to_owned();
    let new = json!({"integration": {"type": "events_api_v2_inbound_integration", "name": name}});
    let made = rig.rest("POST", &format!("/services/{id}/integrations"), Some(&new));
    made["integration"]["integration_key"].as_str().unwrap().to_owned()
}
