//! The loop: it waits for keys, for the server and for the clock, and does what the model wants done. Nothing else waits.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use crossterm::event::{Event, EventStream};
use futures_util::StreamExt as _;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::task::JoinSet;

use super::message::{Command, Message};
use super::model::act::Target;
use super::model::{Model, Settings};
use super::terminal::Terminal;
use super::{editor, feed, update, view, work};
use crate::client::{Client, Patience};
use crate::ids::SharedIds;

/// So many messages of the server wait at most; then the server waits.
const WAITING: usize = 1024;
/// So many messages are taken in before a frame is drawn.
const BATCH: usize = 512;
/// So many requests are on their way at once.
const REQUESTS: usize = 4;
/// Changes of the server are drawn no more often than this; keys at once.
const FRAME: Duration = Duration::from_millis(40);
/// The pause between two looks at the clock.
const TICK: Duration = Duration::from_secs(1);
/// How long to go on asking while the server is away; the queue has more patience.
const PATIENCE: Duration = Duration::from_secs(2);

/// How it ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ended {
    /// The user has quit.
    Quit,
    /// The user wants to see another context.
    Turn(String),
    /// A signal ended it.
    Signal,
}

/// Why it cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The terminal does not do what a terminal does.
    #[error("the terminal fails: {0}")]
    Terminal(#[from] io::Error),
}

/// Shows what is open until the user has enough of it.
///
/// # Errors
/// [`Error::Terminal`].
pub async fn run(client: Client, ids: SharedIds, settings: Settings) -> Result<Ended, Error> {
    let clock = client.clock().clone();
    let terminal = Terminal::take(settings.mouse)?;
    let mut model = Model::new(settings, clock.now());
    (model.width, model.height) = terminal.size()?;
    let (sender, receiver) = mpsc::channel(WAITING);
    let reconnect = Arc::new(Notify::new());
    let mut tasks = JoinSet::new();
    tasks.spawn(feed::run(client.clone(), ids.clone(), reconnect.clone(), sender.clone()));
    let patience = Patience { attempt: Duration::from_secs(10), total: PATIENCE };
    let looped = Loop {
        client: client.with_patience(patience),
        ids,
        model,
        terminal,
        sender,
        receiver,
        reconnect,
        tasks,
        keys: Some(EventStream::new()),
        editing: None,
        ended: None,
        requests: Arc::new(Semaphore::new(REQUESTS)),
    };
    looped.run().await
}

struct Loop {
    client: Client,
    ids: SharedIds,
    model: Model,
    terminal: Terminal,
    sender: mpsc::Sender<Message>,
    receiver: mpsc::Receiver<Message>,
    reconnect: Arc<Notify>,
    tasks: JoinSet<()>,
    /// None while the terminal is lent to somebody else.
    keys: Option<EventStream>,
    editing: Option<editor::Editing>,
    ended: Option<Ended>,
    /// So many requests are on their way at once; further ones wait for them.
    requests: Arc<Semaphore>,
}

/// The signals that end it, stop it, and let it go on.
struct Signals {
    terminate: Signal,
    hang_up: Signal,
    interrupt: Signal,
    stop: Signal,
    go_on: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            stop: signal(SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()))?,
            go_on: signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?,
        })
    }
}

/// What the loop woke up for.
enum Woken {
    Key(Option<io::Result<Event>>),
    Server(Option<Message>),
    Written(Result<Option<String>, String>),
    Tick,
    Draw,
    Ended,
    Stop,
    GoOn,
}

impl Loop {
    async fn run(mut self) -> Result<Ended, Error> {
        let mut signals = Signals::new()?;
        let clock = self.client.clock().clone();
        let mut tick_at = clock.monotonic() + TICK;
        let (mut dirty, mut drawn_at) = (true, None::<Duration>);
        loop {
            let now = clock.monotonic();
            let due = drawn_at.map_or(now, |at| at + FRAME);
            if dirty && now >= due && self.keys.is_some() {
                self.draw()?;
                (dirty, drawn_at) = (false, Some(now));
            }
            let wait = if dirty { due.saturating_sub(now) } else { TICK };
            let woken = tokio::select! {
                biased;
                _ = signals.terminate.recv() => Woken::Ended,
                _ = signals.hang_up.recv() => Woken::Ended,
                _ = signals.interrupt.recv(), if self.keys.is_some() => Woken::Ended,
                _ = signals.stop.recv() => Woken::Stop,
                _ = signals.go_on.recv() => Woken::GoOn,
                event = next(&mut self.keys) => Woken::Key(event),
                text = written(&mut self.editing) => Woken::Written(text),
                () = clock.sleep(tick_at.saturating_sub(now)) => Woken::Tick,
                message = self.receiver.recv() => Woken::Server(message),
                () = clock.sleep(wait), if dirty && self.keys.is_some() => Woken::Draw,
            };
            self.happen(Message::Tick(clock.now()));
            match woken {
                Woken::Draw => continue,
                Woken::Tick => tick_at = clock.monotonic() + TICK,
                Woken::Server(None) | Woken::Ended | Woken::Key(None) => self.ended = Some(Ended::Signal),
                Woken::Server(Some(message)) => self.take_in(message),
                Woken::Key(Some(event)) => {
                    // Whoever pressed a key wants to see at once what it did.
                    drawn_at = None;
                    self.key(event?);
                }
                Woken::Written(text) => self.written(text)?,
                Woken::Stop => self.suspend()?,
                Woken::GoOn if self.keys.is_some() => {
                    // Whoever stopped it without a word, the shell has had the terminal since.
                    self.terminal.lend();
                    self.terminal.take_again()?;
                }
                Woken::GoOn => {}
            }
            dirty = true;
            if let Some(ended) = self.ended.take() {
                return Ok(ended);
            }
        }
    }

    /// Takes in what came, and what came with it.
    fn take_in(&mut self, first: Message) {
        self.happen(first);
        for _ in 1..BATCH {
            match self.receiver.try_recv() {
                Ok(message) => self.happen(message),
                Err(_) => break,
            }
        }
    }

    fn key(&mut self, event: Event) {
        match event {
            Event::Key(key) => self.happen(Message::Key(key)),
            Event::Paste(text) => self.happen(Message::Paste(text)),
            Event::Mouse(mouse) => self.happen(Message::Mouse(mouse)),
            Event::Resize(width, height) => self.happen(Message::Resize(width, height)),
            Event::FocusGained => self.happen(Message::Focus(true)),
            Event::FocusLost => self.happen(Message::Focus(false)),
        }
    }

    fn happen(&mut self, message: Message) {
        for command in update::update(&mut self.model, message) {
            self.command(command);
        }
    }

    fn command(&mut self, command: Command) {
        let (client, ids) = (self.client.clone(), self.ids.clone());
        match command {
            Command::Quit => self.ended = Some(Ended::Quit),
            Command::Turn(name) => self.ended = Some(Ended::Turn(name)),
            Command::Suspend => {
                if let Err(error) = self.suspend() {
                    self.say(format!("cannot stop: {error}"), true);
                }
            }
            Command::Redraw => self.say_if_failed(|it| it.terminal.forget(), "cannot draw"),
            Command::Reconnect => self.reconnect.notify_one(),
            Command::Timeline { number, id } => self.spawn(work::timeline(client, number, id)),
            Command::Alerts { number, id } => self.spawn(work::alerts(client, number, id)),
            Command::Assignees => self.spawn(work::assignees(client)),
            Command::Roster { window, tries } => self.spawn(work::roster(client, ids, window, tries)),
            Command::Act(act) => self.spawn(work::act(client, ids, act)),
            Command::Write { targets, about } => self.write(targets, &about),
            Command::Browse(url) => {
                let said = editor::browse(&url);
                let bad = said.is_err();
                self.say(said.unwrap_or_else(|reason| reason), bad);
            }
            Command::Copy(text) => {
                let encoded = base64::engine::general_purpose::STANDARD.encode(text);
                self.say_if_failed(|it| it.terminal.copy(&encoded), "cannot copy");
            }
        }
    }

    /// Does in the background what ends with a message. The model asks for no more than a few things at a time, and
    /// each has its time-out.
    fn spawn(&mut self, work: impl Future<Output = Message> + Send + 'static) {
        while self.tasks.try_join_next().is_some() {}
        let (sender, requests) = (self.sender.clone(), self.requests.clone());
        self.tasks.spawn(async move {
            // It is never closed.
            let _permit = requests.acquire().await;
            // Nobody listens any more: it has ended.
            let _ = sender.send(work.await).await;
        });
    }

    fn say(&mut self, text: String, bad: bool) {
        self.happen(Message::Said { text, bad });
    }

    fn say_if_failed(&mut self, work: impl FnOnce(&mut Self) -> io::Result<()>, what: &str) {
        if let Err(error) = work(self) {
            self.say(format!("{what}: {error}"), true);
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        let (width, height) = self.terminal.size()?;
        if (width, height) != (self.model.width, self.model.height) {
            self.happen(Message::Resize(width, height));
        }
        let now = self.client.clock().now();
        self.happen(Message::Tick(now));
        let model = &self.model;
        self.terminal.draw(|frame| view::view(model, frame))
    }

    /// Lends the terminal to the editor.
    fn write(&mut self, targets: Vec<Target>, about: &str) {
        // Whoever reads keys must not take the editor's.
        self.keys = None;
        self.terminal.lend();
        match editor::Editing::begin(targets, about) {
            Ok(editing) => self.editing = Some(editing),
            Err(reason) => {
                self.say_if_failed(Self::take_again, "cannot draw");
                self.say(reason, true);
            }
        }
    }

    fn written(&mut self, text: Result<Option<String>, String>) -> io::Result<()> {
        self.take_again()?;
        if let Some(editing) = self.editing.take() {
            self.happen(Message::Written { targets: editing.targets.clone(), text });
        }
        Ok(())
    }

    /// Stops, as the shell expects it of Ctrl-Z, until it is told to go on.
    fn suspend(&mut self) -> io::Result<()> {
        if self.keys.take().is_none() {
            return Ok(());
        }
        self.terminal.lend();
        // By the signal that cannot be caught; here it goes on.
        let stopped = rustix::process::kill_current_process_group(rustix::process::Signal::STOP);
        self.take_again()?;
        Ok(stopped?)
    }

    /// Has the terminal again, which may have another size by now.
    fn take_again(&mut self) -> io::Result<()> {
        self.keys = Some(EventStream::new());
        self.terminal.take_again()?;
        (self.model.width, self.model.height) = self.terminal.size()?;
        Ok(())
    }
}

async fn next(keys: &mut Option<EventStream>) -> Option<io::Result<Event>> {
    match keys {
        Some(keys) => keys.next().await,
        None => std::future::pending().await,
    }
}

async fn written(editing: &mut Option<editor::Editing>) -> Result<Option<String>, String> {
    match editing {
        Some(editing) => editing.end().await,
        None => std::future::pending().await,
    }
}
