//! What can be made, as it is asked for: names, defaults and bounds. Pure.

use std::time::Duration;

use super::rules::Facts;
use crate::domain::user::Channel;
use crate::wire::rest::drill::NewDrill;

/// A drill lasts at least so long,
pub const MIN: Duration = Duration::from_secs(1);
/// and at most so long.
pub const MAX: Duration = Duration::from_secs(30 * 60);

/// How much slower the store is unless something else is asked for,
const SLOWER: Duration = Duration::from_millis(500);
/// and at most: an append of the stages would otherwise take longer than its senders wait.
const SLOWER_MAX: Duration = Duration::from_secs(2);

/// How wrong the clock is unless something else is asked for, in milliseconds: more than the bound within which clocks
/// are taken for right,
const OFF: i64 = 20_000;
/// and at most.
const OFF_MAX: i64 = 60_000;

/// The kinds of failure.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// A datacenter's store nodes.
    Datacenter,
    /// The store takes its time.
    SlowStore,
    /// This process's stages stand still.
    Node,
    /// A channel's provider.
    Provider,
    /// Every event comes twice.
    DuplicateInput,
    /// This process's clock.
    Clock,
}

impl Kind {
    /// All of them, as they are listed.
    pub const ALL: [Self; 6] =
        [Self::Datacenter, Self::SlowStore, Self::Node, Self::Provider, Self::DuplicateInput, Self::Clock];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Datacenter => "datacenter",
            Self::SlowStore => "slow-store",
            Self::Node => "node",
            Self::Provider => "provider",
            Self::DuplicateInput => "duplicate-input",
            Self::Clock => "clock",
        }
    }

    /// What it does, for a list.
    pub fn does(self) -> &'static str {
        match self {
            Self::Datacenter => "this node treats the store nodes of a datacenter as gone",
            Self::SlowStore => "every append and read of this node's stores takes longer",
            Self::Node => "the stages of this node stand still: others do its work",
            Self::Provider => "a channel's provider is treated as down by this node",
            Self::DuplicateInput => "every event that this node accepts is stored twice",
            Self::Clock => "this node's clock is wrong",
        }
    }

    fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What is made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// The store nodes of this datacenter are gone.
    Datacenter(String),
    /// Appends and reads take so much longer.
    SlowStore(Duration),
    /// The stages stand still.
    Node,
    /// The provider of this channel is down.
    Provider(Channel),
    /// Every event is stored twice.
    DuplicateInput,
    /// The clock is ahead by so many milliseconds.
    Clock(i64),
}

impl Effect {
    /// Of which kind it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Datacenter(_) => Kind::Datacenter,
            Self::SlowStore(_) => Kind::SlowStore,
            Self::Node => Kind::Node,
            Self::Provider(_) => Kind::Provider,
            Self::DuplicateInput => Kind::DuplicateInput,
            Self::Clock(_) => Kind::Clock,
        }
    }

    /// What is done, in full.
    pub fn does(&self) -> String {
        match self {
            Self::Datacenter(name) => format!("the store nodes of {name} are treated as gone"),
            Self::SlowStore(by) => {
                format!("every append and read of the stores takes {} ms longer", by.as_millis())
            }
            Self::Provider(channel) => {
                format!("the provider of the channel {} is treated as down", channel_name(*channel))
            }
            Self::Clock(millis) => {
                let side = if *millis < 0 { "behind" } else { "ahead" };
                #[expect(clippy::cast_precision_loss, reason = "a minute at most")]
                let seconds = millis.unsigned_abs() as f64 / 1000.0;
                format!("the clock is {seconds} s {side}")
            }
            Self::Node | Self::DuplicateInput => self.kind().does().to_owned(),
        }
    }

    /// The channel that canaries are sent by first: one whose failure they are to show.
    pub fn channel(&self) -> Option<Channel> {
        match self {
            Self::Provider(channel) => Some(*channel).filter(|channel| *channel != Channel::Console),
            _ => None,
        }
    }
}

/// A failure, and for how long.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// What is made.
    pub effect: Effect,
    /// For how long.
    pub lasts: Duration,
}

impl Plan {
    /// What is asked for, with what is left open filled in.
    ///
    /// # Errors
    /// What makes no sense, and what would.
    pub fn of(asked: &NewDrill, facts: &Facts) -> Result<Self, String> {
        let names = Kind::ALL.map(Kind::name).join(", ");
        let kind = Kind::of(&asked.kind)
            .ok_or_else(|| format!("kind: no drill is called `{}`; there are {names}", asked.kind))?;
        let lasts = Duration::from_secs(asked.seconds);
        if lasts < MIN || lasts > MAX {
            let (min, max) = (MIN.as_secs(), MAX.as_secs());
            return Err(format!("seconds: expected {min} to {max}, not {}", asked.seconds));
        }
        only_for(asked.datacenter.is_none() || kind == Kind::Datacenter, "datacenter", kind)?;
        only_for(asked.channel.is_none() || kind == Kind::Provider, "channel", kind)?;
        only_for(asked.by_ms.is_none() || matches!(kind, Kind::SlowStore | Kind::Clock), "by_ms", kind)?;
        let effect = match kind {
            Kind::Datacenter => Effect::Datacenter(datacenter(asked.datacenter.as_deref(), facts)?),
            Kind::SlowStore => {
                let by = asked.by_ms.map_or(Ok(SLOWER), |ms| u64::try_from(ms).map(Duration::from_millis));
                let by = by.ok().filter(|by| !by.is_zero() && *by <= SLOWER_MAX);
                let max = SLOWER_MAX.as_millis();
                Effect::SlowStore(by.ok_or_else(|| format!("by_ms: expected 1 to {max}"))?)
            }
            Kind::Node => Effect::Node,
            Kind::Provider => Effect::Provider(channel(asked.channel.as_deref(), facts)?),
            Kind::DuplicateInput => Effect::DuplicateInput,
            Kind::Clock => {
                let by = asked.by_ms.unwrap_or(OFF);
                if by == 0 || by.abs() > OFF_MAX {
                    return Err(format!("by_ms: expected -{OFF_MAX} to {OFF_MAX}, and not 0"));
                }
                Effect::Clock(by)
            }
        };
        Ok(Self { effect, lasts })
    }

    /// The pause between two canaries: sixty in all, but one a second at most, and one in five seconds at least.
    pub fn every(&self) -> Duration {
        (self.lasts / 60).clamp(Duration::from_secs(1), Duration::from_secs(5))
    }
}

fn only_for(fits: bool, option: &str, kind: Kind) -> Result<(), String> {
    if fits { Ok(()) } else { Err(format!("{option}: means nothing to the drill {}", kind.name())) }
}

fn datacenter(asked: Option<&str>, facts: &Facts) -> Result<String, String> {
    if facts.datacenters.is_empty() {
        return Err("datacenter: the store is no cluster whose nodes are known".to_owned());
    }
    let names = facts.datacenters.keys().cloned().collect::<Vec<_>>().join(", ");
    let name = asked.map(str::to_owned).or_else(|| facts.preferred.clone());
    let name = name.ok_or_else(|| format!("datacenter: say which: {names}"))?;
    if facts.datacenters.contains_key(&name) {
        Ok(name)
    } else {
        Err(format!("datacenter: the store has no datacenter `{name}`; there are {names}"))
    }
}

fn channel(asked: Option<&str>, facts: &Facts) -> Result<Channel, String> {
    let known = [Channel::Email, Channel::Webhook, Channel::Console];
    let Some(asked) = asked else {
        let first = known.into_iter().find(|channel| facts.channels.contains(channel));
        return first.ok_or_else(|| "channel: this node has no provider".to_owned());
    };
    let found = known.into_iter().find(|channel| channel_name(*channel) == asked);
    let found = found.ok_or_else(|| format!("channel: expected email, webhook or console, not `{asked}`"))?;
    if facts.channels.contains(&found) {
        Ok(found)
    } else {
        Err(format!("channel: this node has no provider for the channel {asked}"))
    }
}

/// What a channel is called here.
pub fn channel_name(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email",
        Channel::Webhook => "webhook",
        Channel::Console => "console",
        Channel::Sms => "sms",
        Channel::Phone => "phone",
        Channel::Push => "push",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            datacenters: [("dc1".to_owned(), Some(0)), ("dc2".to_owned(), Some(0))].into(),
            preferred: Some("dc2".to_owned()),
            channels: [Channel::Webhook, Channel::Console].into(),
            ..Facts::default()
        }
    }

    #[test]
    fn what_is_left_open_is_filled_in() {
        let check = |kind: &str, expected: &Effect| {
            let asked = NewDrill { kind: kind.to_owned(), seconds: 60, ..NewDrill::default() };
            assert_eq!(Plan::of(&asked, &facts()).map(|plan| plan.effect).as_ref(), Ok(expected));
        };
        check("datacenter", &Effect::Datacenter("dc2".to_owned()));
        check("slow-store", &Effect::SlowStore(Duration::from_millis(500)));
        check("node", &Effect::Node);
        check("provider", &Effect::Provider(Channel::Webhook));
        check("duplicate-input", &Effect::DuplicateInput);
        check("clock", &Effect::Clock(20_000));
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_what_would() {
        let check = |change: fn(&mut NewDrill), expected: &str| {
            let mut asked = NewDrill { kind: "clock".to_owned(), seconds: 60, ..NewDrill::default() };
            change(&mut asked);
            let refused = Plan::of(&asked, &facts()).map(|plan| plan.effect);
            assert!(refused.as_ref().is_err_and(|said| said.contains(expected)), "{refused:?}: {expected}");
        };
        check(|asked| asked.kind = "fire".to_owned(), "there are datacenter, slow-store");
        check(|asked| asked.seconds = 0, "expected 1 to 1800");
        check(|asked| asked.seconds = 1801, "expected 1 to 1800");
        check(|asked| asked.by_ms = Some(0), "not 0");
        check(|asked| asked.by_ms = Some(-60_001), "-60000 to 60000");
        check(|asked| asked.datacenter = Some("dc1".to_owned()), "means nothing to the drill clock");
        check(|asked| asked.channel = Some("email".to_owned()), "means nothing to the drill clock");
        check(|asked| (asked.kind, asked.by_ms) = ("slow-store".to_owned(), Some(-5)), "expected 1 to 2000");
        check(
            |asked| (asked.kind, asked.by_ms) = ("slow-store".to_owned(), Some(2001)),
            "expected 1 to 2000",
        );
        check(
            |asked| (asked.kind, asked.channel) = ("provider".to_owned(), Some("email".to_owned())),
            "no provider for the channel email",
        );
        check(
            |asked| (asked.kind, asked.datacenter) = ("datacenter".to_owned(), Some("dc9".to_owned())),
            "there are dc1, dc2",
        );
        check(|asked| (asked.kind, asked.by_ms) = ("node".to_owned(), Some(1)), "by_ms: means nothing");
    }

    #[test]
    fn canaries_are_neither_a_load_nor_too_few() {
        for (lasts, every) in [(5, 1000), (60, 1000), (300, 5000), (1800, 5000), (120, 2000)] {
            let plan = Plan { effect: Effect::Node, lasts: Duration::from_secs(lasts) };
            assert_eq!(plan.every().as_millis(), every, "{lasts}");
        }
    }
}
