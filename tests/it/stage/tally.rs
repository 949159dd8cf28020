//! A stage whose rules count lines: small enough to see what the loop does with any other.

use std::fmt;
use std::sync::Arc;

use imbl::OrdMap;
use pd::domain::time::Timestamp;
use pd::journal::{Entry, LogName, Seq};
use pd::stage::{Arrival, Body, Error, Lanes, Place, Stage};
use serde::{Deserialize, Serialize};

/// What is counted. What a line begins with says what it does: `quiet` leads to no fact, `boom` makes the rules panic,
/// `doom` too, even when it is told as poison, `big` leads to a fact of so many bytes, `timer` to a fact so many
/// milliseconds later, `mine` to rules that fail for ever from then on.
#[derive(Clone, Debug)]
pub(super) enum Line {
    Said(Arc<str>),
    Poison { name: Arc<str>, doomed: bool },
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) enum Fact {
    Counted { name: Arc<str>, filling: String },
    Quarantined { name: Arc<str> },
    Armed { at: Timestamp, mine: bool },
    Rang { at: Timestamp },
}

/// What it all amounts to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct State {
    pub(super) counts: OrdMap<Arc<str>, u32>,
    pub(super) quarantined: OrdMap<Arc<str>, u32>,
    pub(super) timers: OrdMap<Timestamp, bool>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) enum Record {
    Count(Arc<str>, u32),
    Quarantine(Arc<str>, u32),
    Timer(Timestamp, bool),
}

/// The stage: its own journal, and those that it reads.
#[derive(Clone)]
pub(super) struct Tally {
    pub(super) log: LogName,
    pub(super) sources: Vec<LogName>,
}

impl fmt::Debug for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tally({})", self.log)
    }
}

impl Stage for Tally {
    type State = State;
    type Fact = Fact;
    type Input = Line;
    type Record = Record;

    fn decide(state: &State, batch: &[Line], now: Timestamp) -> (Vec<Fact>, State) {
        assert!(!state.timers.iter().any(|(at, mine)| *mine && *at <= now), "stepped on a mine");
        let mut facts: Vec<Fact> = batch.iter().filter_map(|line| judge(line, now)).collect();
        facts.extend(state.timers.keys().take_while(|at| **at <= now).map(|at| Fact::Rang { at: *at }));
        let mut next = state.clone();
        for fact in &facts {
            Self::evolve(&mut next, fact);
        }
        (facts, next)
    }

    fn evolve(state: &mut State, fact: &Fact) {
        match fact {
            Fact::Counted { name, .. } => *state.counts.entry(name.clone()).or_default() += 1,
            Fact::Quarantined { name } => *state.quarantined.entry(name.clone()).or_default() += 1,
            Fact::Armed { at, mine } => drop(state.timers.insert(*at, *mine)),
            Fact::Rang { at } => drop(state.timers.remove(at)),
        }
    }

    fn records(state: &State) -> Box<dyn Iterator<Item = Record> + Send + '_> {
        let counts = state.counts.iter().map(|(name, n)| Record::Count(name.clone(), *n));
        let quarantined = state.quarantined.iter().map(|(name, n)| Record::Quarantine(name.clone(), *n));
        Box::new(
            counts.chain(quarantined).chain(state.timers.iter().map(|(at, mine)| Record::Timer(*at, *mine))),
        )
    }

    fn restore(records: &mut dyn Iterator<Item = Record>) -> State {
        let mut state = State::default();
        for record in records {
            match record {
                Record::Count(name, n) => drop(state.counts.insert(name, n)),
                Record::Quarantine(name, n) => drop(state.quarantined.insert(name, n)),
                Record::Timer(at, mine) => drop(state.timers.insert(at, mine)),
            }
        }
        state
    }

    fn next_due(&self, state: &State) -> Option<Timestamp> {
        state.timers.get_min().map(|(at, _)| *at)
    }

    fn log(&self) -> LogName {
        self.log.clone()
    }

    fn sources(&self, _: &State) -> Vec<LogName> {
        self.sources.clone()
    }

    fn goes_first(&self, log: &LogName) -> bool {
        !log.as_str().ends_with("events")
    }

    fn read(&self, log: &LogName, seq: Seq, entry: &Entry) -> Result<Vec<Arrival<Line>>, Error> {
        if matches!(log.as_str(), "incidents" | "notify") {
            // What the other stage counted concerns this one, but leads to nothing.
            let body = Body::<Fact>::decode(log, seq, entry)?;
            let input = |_| Some(Line::Said("quiet".into()));
            return Ok(body.facts.iter().map(input).map(|input| at(entry, input)).collect());
        }
        let lines = std::str::from_utf8(&entry.body).unwrap().lines();
        Ok(lines.map(|line| at(entry, Some(Line::Said(line.into())))).collect())
    }

    fn poison(&self, _: &Place, input: &Line, _: Arc<str>) -> Option<Line> {
        let (Line::Said(name) | Line::Poison { name, .. }) = input;
        Some(Line::Poison { name: name.clone(), doomed: name.starts_with("doom") })
    }

    fn drained(&self, _: &State, _: &[LogName]) -> Vec<Line> {
        Vec::new()
    }

    fn offers(&mut self, _: &State, _: &Lanes) -> Vec<Line> {
        Vec::new()
    }

    fn appended(&mut self, _: &[Fact], _: &Arc<State>) {}
}

fn at(entry: &Entry, input: Option<Line>) -> Arrival<Line> {
    Arrival { accepted_at: entry.at, input }
}

fn judge(line: &Line, now: Timestamp) -> Option<Fact> {
    let name = match line {
        Line::Said(name) => name,
        Line::Poison { doomed: true, name } => panic!("{name} cannot even be quarantined"),
        Line::Poison { name, .. } => return Some(Fact::Quarantined { name: name.clone() }),
    };
    let number = || name.rsplit(' ').next().unwrap().parse::<u32>().unwrap();
    match name.split(' ').next().unwrap() {
        "quiet" => None,
        "boom" | "doom" => panic!("{name} is no good"),
        kind @ ("timer" | "mine") => {
            let after = std::time::Duration::from_millis(number().into());
            Some(Fact::Armed { at: now.plus(after), mine: kind == "mine" })
        }
        "big" => Some(Fact::Counted { name: name.clone(), filling: "x".repeat(number() as usize) }),
        _ => Some(Fact::Counted { name: name.clone(), filling: String::new() }),
    }
}
