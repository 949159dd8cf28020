//! The command line: one file per command, on top of [`crate::client`].
//!
//! `error` maps every error to its message, hint and exit code; `output` is the only place that writes.

mod ack;
mod api;
mod apply;
mod audit;
mod backup;
mod bulk;
mod calendar;
mod catalog;
mod change;
mod check;
mod complete;
mod completions;
mod config;
mod context;
mod demo;
mod doctor;
mod drill;
mod dry;
mod error;
mod exec;
mod explain;
mod export;
mod feed;
mod follow;
mod gantt;
mod global;
mod heartbeat;
mod help;
mod import;
mod journal;
mod key;
mod link;
mod list;
mod log;
mod lookup;
mod maintenance;
mod man;
mod merge;
mod named;
mod note;
mod oncall;
mod open;
mod output;
mod overrides;
mod pagerduty_cli;
mod pick;
mod policy;
mod problem;
mod recover;
mod resolve;
mod responder;
mod restore;
mod route;
mod rule;
mod sample;
mod schedule;
mod serve;
mod service;
mod session;
mod settle;
mod show;
mod simulate;
mod snooze;
mod spool;
mod status;
mod store;
mod team;
#[cfg(test)]
mod tests;
mod trigger;
mod tui;
mod unack;
mod undo;
mod update;
mod user;
mod view;
mod wait;
mod watch;
mod when;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use error::Exit;
use global::Global;
use output::Output;
use pagerduty_cli::Heard;
use session::Session;

use crate::client::Secret;

const START: &str = "\
On-call alerting that loses nothing.

Usage: pd COMMAND

Common commands:
  tui               Show what is open as it happens; `pd` alone does, on a terminal
  trigger SUMMARY   Tell that something is wrong
  list              List what is open
  show INCIDENT     Show one incident with its alerts and timeline
  watch             Say what opens, is acknowledged and is resolved
  ack INCIDENT...   Say that you look at it
  resolve INCIDENT  Say that it is over
  snooze INCIDENT   Be paged again later
  note INCIDENT     Write a note
  oncall            Show who is on call
  undo              Undo your last action
  status            Show how the server is
  doctor            Find out what is wrong
  demo              See what this is
  serve             Run a server

An incident goes by its number, its id, or its dedup key.
`pd --help` lists everything, `pd COMMAND --help` has examples.";

/// On-call alerting that loses nothing: events become incidents, incidents become pages.
#[derive(Debug, Parser)]
#[command(name = "pd", version, after_long_help = afterword(), disable_help_subcommand = true)]
#[command(help_template = "{about}\n\n{usage-heading} {usage}\n\n{all-args}{after-help}")]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Command {
    Trigger(trigger::Args),
    List(list::Args),
    Show(show::Args),
    Log(log::Args),
    Watch(watch::Args),
    Wait(wait::Args),
    #[command(visible_alias = "acknowledge")]
    Ack(ack::Args),
    Resolve(resolve::Args),
    Snooze(snooze::Args),
    Unack(unack::Args),
    Undo(undo::Args),
    Assign(change::Assign),
    Escalate(change::Escalate),
    Merge(merge::Args),
    Urgency(change::Urgency),
    Priority(change::Priority),
    Responder(responder::Args),
    Note(note::Args),
    Oncall(oncall::Args),
    Schedule(schedule::Args),
    Override(overrides::Args),
    Service(service::Args),
    User(user::Args),
    Policy(policy::Args),
    Team(team::Args),
    Key(key::Args),
    Open(open::Args),
    Feed(feed::Args),
    Calendar(calendar::Args),
    Link(link::Args),
    Update(update::Update),
    Subscribe(update::Subscribe),
    Maintenance(maintenance::Args),
    Heartbeat(heartbeat::Args),
    Exec(exec::Args),
    Rule(rule::Args),
    Route(route::Args),
    Apply(apply::Args),
    Export(export::Args),
    Import(import::Args),
    Audit(audit::Args),
    Check(check::Args),
    Explain(explain::Args),
    Simulate(Box<simulate::Args>),
    Demo(demo::Args),
    Doctor(doctor::Args),
    Drill(drill::Args),
    Tui(tui::Args),
    Status(status::Args),
    Serve(serve::Args),
    Context(context::Args),
    Api(api::Args),
    Spool(spool::Args),
    Config(config::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    Recover(recover::Args),
    Journal(journal::Args),
    Store(store::Args),
    Man(man::Args),
    Completions(completions::Args),
    Help(help::Args),
}

fn parse(args: &[OsString]) -> Result<Cli, clap::Error> {
    let matches = Cli::command().try_get_matches_from(args)?;
    let mut cli = Cli::from_arg_matches(&matches)?;
    cli.global.sources = global::sources(&matches);
    Ok(cli)
}

/// The arguments in our words, or in those of PagerDuty's community CLI; `Err`: said what is wrong.
fn understood(args: &[OsString]) -> Result<Cli, ExitCode> {
    let problem = match parse(args) {
        Ok(cli) => return Ok(cli),
        Err(problem) if !problem.use_stderr() => return Err(misunderstood(&problem, args)),
        Err(problem) => problem,
    };
    if let Some(incomplete) = pick::incomplete(&problem, args) {
        return completed(incomplete);
    }
    let words: Option<Vec<String>> = args.iter().skip(1).map(|arg| arg.to_str().map(str::to_owned)).collect();
    match words.map_or(Heard::Nothing, |words| pagerduty_cli::translate(&words)) {
        Heard::Nothing => Err(misunderstood(&problem, args)),
        Heard::Refused(complaint) => {
            let mut out = Output::new(Global::words_only(global::wants_json(args)).wishes());
            Err(ExitCode::from(complaint.say(&mut out).code()))
        }
        Heard::Said(said) => {
            let program = args.first().cloned().unwrap_or_else(|| "pd".into());
            let ours: Vec<OsString> =
                std::iter::once(program).chain(said.args.into_iter().map(Into::into)).collect();
            let mut cli = parse(&ours).map_err(|problem| misunderstood(&problem, &ours))?;
            cli.global.token = said.token.as_deref().map(Secret::new);
            cli.global.from = said.from;
            Ok(cli)
        }
    }
}

/// Has somebody pick what the command line lacks.
fn completed(incomplete: pick::Incomplete) -> Result<Cli, ExitCode> {
    let mut session = Session::new(incomplete.global());
    match incomplete.ask(&mut session) {
        Ok(pick::Picked::Args(args)) => parse(&args).map_err(|problem| misunderstood(&problem, &args)),
        Ok(pick::Picked::Nothing(exit)) => Err(ExitCode::from(exit.code())),
        Err(error) => Err(ExitCode::from(session.fail(&error).code())),
    }
}

/// What `pd --help` ends with.
fn afterword() -> String {
    format!("{}\n\n{}", help::ENVIRONMENT, help::EXIT_CODES)
}

/// Parses the arguments, runs the command, and says how it ended.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(answered) = complete::answer(&args) {
        return answered;
    }
    if let [_, flag] = args.as_slice()
        && (flag == "--version" || flag == "-V")
    {
        // Scripts ask for it often; the definition of 100 commands need not be built for that.
        let mut out = Output::new(Global::words_only(false).wishes());
        let _ = out.text(concat!("pd ", env!("CARGO_PKG_VERSION")));
        return ExitCode::SUCCESS;
    }
    match understood(&args) {
        Ok(cli) => execute(cli),
        Err(ended) => ended,
    }
}

fn execute(mut cli: Cli) -> ExitCode {
    let settled = cli.global.settle();
    let mut session = Session::new(cli.global);
    if let Err(complaint) = settled {
        return ExitCode::from(session.fail(&complaint.into()).code());
    }
    let result = match cli.command {
        Some(command) => run(command, &mut session),
        None if tui::is_meant(&session) => run(Command::Tui(tui::Args::default()), &mut session),
        None => session.out.text(START).map(|()| Exit::Ok).map_err(Into::into),
    };
    let exit = result.unwrap_or_else(|error| session.fail(&error));
    ExitCode::from(exit.code())
}

fn run(command: Command, session: &mut Session) -> anyhow::Result<Exit> {
    match command {
        Command::Trigger(args) => session.wait_for(async |session| trigger::run(session, args).await),
        Command::List(args) => session.wait_for(async |session| list::run(session, args).await),
        Command::Show(args) => session.wait_for(async |session| show::run(session, args).await),
        Command::Log(args) => session.wait_for(async |session| log::run(session, args).await),
        Command::Watch(args) => session.wait_for(async |session| watch::run(session, args).await),
        Command::Wait(args) => session.wait_for(async |session| wait::run(session, args).await),
        Command::Ack(args) => session.wait_for(async |session| ack::run(session, args).await),
        Command::Resolve(args) => session.wait_for(async |session| resolve::run(session, args).await),
        Command::Note(args) => session.wait_for(async |session| note::run(session, args).await),
        Command::Oncall(args) => session.wait_for(async |session| oncall::run(session, args).await),
        Command::Schedule(args) => session.wait_for(async |session| schedule::run(session, args).await),
        Command::Override(args) => session.wait_for(async |session| overrides::run(session, args).await),
        Command::Service(args) => session.wait_for(async |session| service::run(session, args).await),
        Command::User(args) => session.wait_for(async |session| user::run(session, args).await),
        Command::Policy(args) => session.wait_for(async |session| policy::run(session, args).await),
        Command::Team(args) => session.wait_for(async |session| team::run(session, args).await),
        Command::Key(args) => session.wait_for(async |session| key::run(session, args).await),
        Command::Open(args) => session.wait_for(async |session| open::run(session, args).await),
        Command::Calendar(args) => session.wait_for(async |session| calendar::run(session, args).await),
        Command::Feed(args) => session.wait_for(async |session| feed::run(session, args).await),
        Command::Snooze(args) => session.wait_for(async |session| snooze::run(session, args).await),
        Command::Unack(args) => session.wait_for(async |session| unack::run(session, args).await),
        Command::Undo(args) => session.wait_for(async |session| undo::run(session, args).await),
        Command::Assign(args) => session.wait_for(async |session| change::assign(session, args).await),
        Command::Escalate(args) => session.wait_for(async |session| change::escalate(session, args).await),
        Command::Merge(args) => session.wait_for(async |session| merge::run(session, args).await),
        Command::Urgency(args) => session.wait_for(async |session| change::urgency(session, args).await),
        Command::Priority(args) => session.wait_for(async |session| change::priority(session, args).await),
        Command::Responder(args) => session.wait_for(async |session| responder::run(session, args).await),
        Command::Link(args) => session.wait_for(async |session| link::run(session, args).await),
        Command::Update(args) => session.wait_for(async |session| update::update(session, args).await),
        Command::Subscribe(args) => session.wait_for(async |session| update::subscribe(session, args).await),
        Command::Tui(args) => session.wait_to_the_end(async |session| tui::run(session, args).await),
        Command::Status(args) => session.wait_for(async |session| status::run(session, args).await),
        Command::Doctor(args) => session.wait_for(async |session| doctor::run(session, args).await),
        Command::Api(args) => session.wait_for(async |session| api::run(session, args).await),
        Command::Spool(args) => session.wait_for(async |session| spool::run(session, args).await),
        Command::Maintenance(args) => session.wait_for(async |session| maintenance::run(session, args).await),
        Command::Heartbeat(args) => session.wait_for(async |session| heartbeat::run(session, args).await),
        Command::Drill(args) => session.wait_for(async |session| drill::run(session, args).await),
        Command::Rule(args) => session.wait_for(async |session| rule::run(session, args).await),
        Command::Route(args) => session.wait_for(async |session| route::run(session, args).await),
        Command::Apply(args) => session.wait_for(async |session| apply::run(session, args).await),
        Command::Export(args) => session.wait_for(async |session| export::run(session, args).await),
        Command::Audit(args) => session.wait_for(async |session| audit::run(session, args).await),
        Command::Import(args) => session.wait_for(async |session| import::run(session, args).await),
        Command::Check(args) => session.wait_for(async |session| check::run(session, args).await),
        Command::Explain(args) => session.wait_for(async |session| explain::run(session, args).await),
        Command::Simulate(args) => session.wait_for(async |session| simulate::run(session, *args).await),
        Command::Demo(args) => demo::run(session, args),
        Command::Exec(args) => exec::run(session, args),
        Command::Serve(args) => serve::run(session, args),
        Command::Context(args) => context::run(session, args),
        Command::Config(args) => config::run(session, args),
        Command::Backup(args) => backup::run(session, args),
        Command::Restore(args) => restore::run(session, args),
        Command::Recover(args) => recover::run(session, args),
        Command::Journal(args) => journal::run(session, args),
        Command::Store(args) => store::run(session, args),
        Command::Man(args) => man::run(session, args),
        Command::Completions(args) => completions::run(session, args),
        Command::Help(args) => help::run(session, args),
    }
}

/// Help and version go to standard output; what was not understood to standard error, as JSON if that was asked for.
fn misunderstood(problem: &clap::Error, args: &[OsString]) -> ExitCode {
    if !problem.use_stderr() {
        // Long help goes through the pager; a closed pipe is none of our business.
        let mut out = Output::new(Global::words_only(false).wishes());
        out.expect_long();
        let _ = out.text(&problem.render().ansi().to_string());
        return ExitCode::SUCCESS;
    }
    if !global::wants_json(args) {
        // As clap says it.
        let _ = problem.print();
        return ExitCode::from(u8::try_from(problem.exit_code()).unwrap_or(Exit::Usage.code()));
    }
    let text = problem.render().to_string();
    let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
    let mut out = Output::new(Global::words_only(true).wishes());
    out.error(Exit::Usage.name(), Exit::Usage.code(), message, None);
    ExitCode::from(Exit::Usage.code())
}
