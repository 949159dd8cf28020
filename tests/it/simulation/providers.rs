//! Doubles of those who carry messages to people: they fail, hang, refuse, and take a message without saying so.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use pd::clock::SharedClock;
use pd::domain::user::Channel;
use pd::notify::transport::{Message, Outcome, Transport};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::gate::Gate;
use super::people;
use super::plan::Mode;
use super::town::{Town, name};

/// How long a provider may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What a provider is like; of a thousand messages, how many go that way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Mood {
    /// Surely not taken, and may be later.
    pub(super) refuses: u64,
    /// Surely not taken, ever.
    pub(super) rejects: u64,
    /// No answer, and not taken.
    pub(super) hangs: u64,
    /// Taken, but the answer is lost.
    pub(super) drops_reply: u64,
    /// The longest that an answer takes.
    pub(super) longest_ms: u64,
}

impl Default for Mood {
    fn default() -> Self {
        Self { refuses: 0, rejects: 0, hangs: 0, drops_reply: 0, longest_ms: 300 }
    }
}

/// A provider as one process sees it.
pub(super) struct Provider {
    pub(super) town: Arc<Town>,
    pub(super) machine: usize,
    pub(super) process: Uuid,
    pub(super) gate: Gate,
    pub(super) clock: SharedClock,
    pub(super) channel: Channel,
}

#[async_trait]
impl Transport for Provider {
    fn channel(&self) -> Channel {
        self.channel
    }

    fn timeout(&self) -> Duration {
        TIMEOUT
    }

    async fn send(&self, message: &Message) -> Outcome {
        let (now, who) = (self.clock.now(), self.process);
        let known = self.town.machine(self.machine, |at| {
            let life = at.life.as_ref().filter(|life| life.process == who)?;
            life.view.as_ref().map(|view| view.incidents.state.borrow().clone())
        });
        self.town
            .check(|check, trace| check.sends(trace, who, (self.channel, message), now, known.as_deref()));
        self.gate.pass().await;
        let (reply, answer) = oneshot::channel();
        // What is on the wire arrives, whatever becomes of the sender.
        let network =
            deliver(Arc::clone(&self.town), self.machine, who, self.channel, message.clone(), reply);
        tokio::spawn(network);
        let mut heard = Heard { provider: self, worked: false };
        match answer.await {
            Ok(outcome) => {
                heard.worked = matches!(outcome, Outcome::Sent { .. } | Outcome::Permanent { .. });
                outcome
            }
            Err(_hangs) => std::future::pending().await,
        }
    }
}

/// Tells the checks what the sender knows of a message, also when it has stopped to wait.
struct Heard<'a> {
    provider: &'a Provider,
    worked: bool,
}

impl Drop for Heard<'_> {
    fn drop(&mut self) {
        let Provider { town, process, channel, .. } = self.provider;
        if town.plan.mode == Mode::Overload {
            town.check(|check, _| check.sent(*process, *channel, self.worked));
        }
    }
}

async fn deliver(
    town: Arc<Town>,
    machine: usize,
    process: Uuid,
    channel: Channel,
    message: Message,
    reply: oneshot::Sender<Outcome>,
) {
    let chance = town.chance.fork();
    let mood = town.mood(channel);
    town.clock.sleep(chance.millis(1, mood.longest_ms)).await;
    let drawn = chance.below(1000);
    let bounds = [mood.refuses, mood.rejects, mood.hangs, mood.drops_reply];
    let kind = bounds.iter().scan(0, |sum, bound| {
        *sum += bound;
        Some(*sum)
    });
    let kind = kind.take_while(|bound| drawn >= *bound).count();
    let back = chance.millis(1, mood.longest_ms);
    let say = |what: &str| {
        town.trace.say(&format!("{channel:?}"), (message.id, kind), || {
            format!("{what} message {} of {}", message.id, name(machine))
        });
    };
    let outcome = match kind {
        0 => {
            say("refuses for now");
            Outcome::Retry { after: None, reason: "too busy".into() }
        }
        1 => {
            say("rejects");
            Outcome::Permanent { reason: "no such address".into() }
        }
        2 => {
            say("says nothing to");
            // The sender hears nothing, but the connection stays.
            town.clock.sleep(Duration::from_secs(60)).await;
            return;
        }
        _ => {
            town.check(|check, trace| check.takes(trace, process, channel, &message));
            people::told(&town, &chance, channel, &message);
            if kind == 3 {
                say("took, but its answer is lost:");
                if chance.permille(500) {
                    Outcome::Unknown { reason: "the connection broke".into() }
                } else {
                    town.clock.sleep(Duration::from_secs(60)).await;
                    return;
                }
            } else {
                Outcome::Sent { receipt: "taken".into() }
            }
        }
    };
    town.clock.sleep(back).await;
    // Who has given up waiting does not hear it.
    let _ = reply.send(outcome);
}
