//! The console: a page printed on the terminal of `pd serve`, with a bell.
//!
//! A thread of its own writes, one page after the other: a terminal that is held (Ctrl-S) blocks that thread and nobody
//! else, and pages never mix.

use std::fmt::Write as _;
use std::io::Write;
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::time::Duration;

use anstyle::{AnsiColor, Effects, Style};
use async_trait::async_trait;
use tokio::sync::oneshot;

use super::text::visible;
use crate::clock::{SharedClock, within};
use crate::domain::purpose::Purpose;
use crate::domain::user::{Channel, Urgency};
use crate::notify::transport::{About, Message, Outcome, Transport};

/// How many pages wait for a terminal that is held.
const WAITING_MAX: usize = 64;
/// How long a page waits to be printed.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A terminal to print on.
pub struct ConsoleSink {
    /// Where the bytes go.
    pub out: Box<dyn Write + Send>,
    /// Whether to use colour.
    pub colour: bool,
}

/// A page on its way to the terminal, and who wants to know what came of it.
type Job = (String, oneshot::Sender<std::io::Result<()>>);

/// The console channel.
#[derive(Debug)]
pub struct Console {
    jobs: Option<SyncSender<Job>>,
    colour: bool,
    clock: SharedClock,
}

impl Console {
    /// The channel on this terminal; without one every message fails for good.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn new(sink: Option<ConsoleSink>, clock: SharedClock) -> std::io::Result<Self> {
        let Some(sink) = sink else {
            return Ok(Self { jobs: None, colour: false, clock });
        };
        let (jobs, waiting) = mpsc::sync_channel(WAITING_MAX);
        let colour = sink.colour;
        std::thread::Builder::new().name("console".to_owned()).spawn(move || print(sink.out, &waiting))?;
        Ok(Self { jobs: Some(jobs), colour, clock })
    }
}

#[async_trait]
impl Transport for Console {
    fn channel(&self) -> Channel {
        Channel::Console
    }

    fn timeout(&self) -> Duration {
        TIMEOUT
    }

    async fn send(&self, message: &Message) -> Outcome {
        let Some(jobs) = &self.jobs else {
            return Outcome::Permanent { reason: "no terminal".into() };
        };
        let (done, printed) = oneshot::channel();
        match jobs.try_send((page(message, self.colour), done)) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                let reason = format!("{WAITING_MAX} pages wait for the terminal already").into();
                return Outcome::Retry { after: None, reason };
            }
            Err(TrySendError::Disconnected(_)) => {
                return Outcome::Permanent { reason: "the terminal is gone".into() };
            }
        }
        match within(self.clock.as_ref(), TIMEOUT, printed).await {
            Some(Ok(Ok(()))) => Outcome::Sent { receipt: "printed".into() },
            Some(Ok(Err(error))) => {
                Outcome::Unknown { reason: format!("the terminal failed while printing: {error}").into() }
            }
            Some(Err(_)) => Outcome::Unknown { reason: "the terminal went away while printing".into() },
            None => Outcome::Unknown { reason: "the terminal is held and did not print in time".into() },
        }
    }
}

/// Prints what comes until nobody can send any more.
fn print(mut out: Box<dyn Write + Send>, waiting: &Receiver<Job>) {
    while let Ok((page, done)) = waiting.recv() {
        let printed = out.write_all(page.as_bytes()).and_then(|()| out.flush());
        // Whoever waited may have given up; the page is printed all the same.
        let _ = done.send(printed);
    }
}

/// The page as it is printed: a bell, then a block per incident.
fn page(message: &Message, colour: bool) -> String {
    let styles = Styles::new(colour);
    let mut page = String::from("\x07\n");
    for about in &message.about {
        block(&mut page, about, message, &styles).expect("a String takes all that is written");
    }
    page
}

fn block(page: &mut String, about: &About, message: &Message, styles: &Styles) -> std::fmt::Result {
    let incident = &about.incident;
    let Styles { bar, strong, dim, .. } = *styles;
    let urgency = styles.urgency(incident.urgency);
    let title = visible(&incident.title);
    writeln!(page, "{bar}┃{bar:#} {urgency}#{}{urgency:#} {strong}{title}{strong:#}", incident.number)?;
    let mut line = |label: &str, value: &str| writeln!(page, "{bar}┃{bar:#} {dim}{label:<8}{dim:#} {value}");
    line("service", &visible(&about.service_name))?;
    let (named, status) = (incident.urgency.as_str(), incident.status.as_str());
    line("urgency", &format!("{urgency}{named}{urgency:#}, {status}"))?;
    line("since", &incident.created_at.to_iso())?;
    line("for", &visible(&message.user_name))?;
    if message.may_repeat {
        line("note", "may be a repeat: whether an earlier message came through is not known")?;
    }
    if let Some(why) = &about.why {
        line("why", &visible(why))?;
    }
    if let Some((label, command)) = what_to_do(about) {
        line(label, &format!("{strong}{command}{strong:#}"))?;
    }
    line("link", &visible(&about.html_url))?;
    writeln!(page)
}

/// The command that the reader most likely wants.
fn what_to_do(about: &About) -> Option<(&'static str, String)> {
    let number = about.incident.number;
    match about.purpose {
        Purpose::StatusUpdate { .. } => None,
        Purpose::Responder => Some(("help", format!("pd responder join {number}"))),
        Purpose::Reminder => Some(("resolve", format!("pd resolve {number}"))),
        _ => Some(("ack", format!("pd ack {number}"))),
    }
}

struct Styles {
    bar: Style,
    strong: Style,
    dim: Style,
    high: Style,
    low: Style,
}

impl Styles {
    fn new(colour: bool) -> Self {
        if !colour {
            let plain = Style::new();
            return Self { bar: plain, strong: plain, dim: plain, high: plain, low: plain };
        }
        let coloured = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
        Self {
            bar: coloured(AnsiColor::Red),
            strong: Style::new().effects(Effects::BOLD),
            dim: Style::new().effects(Effects::DIMMED),
            high: coloured(AnsiColor::Red).effects(Effects::BOLD),
            low: coloured(AnsiColor::Yellow),
        }
    }

    fn urgency(&self, urgency: Urgency) -> Style {
        match urgency {
            Urgency::High => self.high,
            Urgency::Low => self.low,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]

    use std::io;
    use std::sync::{Arc, mpsc::Sender};

    use super::*;
    use crate::clock::SystemClock;
    use crate::deliver::fixture;

    /// A terminal that passes on what it is given.
    struct Passing(Sender<String>);

    impl Write for Passing {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.send(String::from_utf8(bytes.to_vec()).unwrap()).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A terminal that is held until its other end is dropped, and then gone.
    struct Held(Receiver<()>, mpsc::Sender<()>);

    impl Write for Held {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            let _unheard = self.1.send(());
            let _dropped = self.0.recv();
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn console(out: impl Write + Send + 'static) -> Console {
        let sink = ConsoleSink { out: Box::new(out), colour: false };
        Console::new(Some(sink), Arc::new(SystemClock::new())).unwrap()
    }

    #[tokio::test]
    async fn pages_are_printed_whole() {
        let (out, printed) = mpsc::channel();
        let console = console(Passing(out));
        let message = fixture::message();
        for _ in 0..3 {
            assert_eq!(console.send(&message).await, Outcome::Sent { receipt: "printed".into() });
            assert_eq!(printed.try_recv().unwrap(), page(&message, false));
        }
    }

    #[tokio::test]
    async fn without_a_terminal_it_fails_for_good() {
        let console = Console::new(None, Arc::new(SystemClock::new())).unwrap();
        let outcome = console.send(&fixture::message()).await;
        assert_eq!(outcome, Outcome::Permanent { reason: "no terminal".into() });
    }

    // Time is passed over here whenever nothing else can happen; the terminal never does anything.
    #[tokio::test(start_paused = true)]
    async fn a_terminal_that_is_held_holds_nobody_up() {
        let (hold, held) = mpsc::channel();
        let (begin, began) = mpsc::channel();
        let console = console(Held(held, begin));
        let message = fixture::message();
        // One is being printed once its thread has taken it; the others wait.
        let outcome = console.send(&message).await;
        assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
        began.recv().unwrap();
        for _ in 0..WAITING_MAX {
            let outcome = console.send(&message).await;
            assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
        }
        let outcome = console.send(&message).await;
        assert!(matches!(outcome, Outcome::Retry { .. }), "{outcome:?}");
        drop(hold);
    }

    #[tokio::test]
    async fn a_terminal_that_fails_may_have_printed() {
        let (hold, held) = mpsc::channel();
        drop(hold);
        let outcome = console(Held(held, mpsc::channel().0)).send(&fixture::message()).await;
        assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
    }

    #[test]
    fn a_page_is_a_bell_and_a_block() {
        insta::assert_snapshot!(page(&fixture::message(), false).replace('\x07', "(bell)"), @r##"
        (bell)
        ┃ #7 disk full on db1
        ┃ service  Shop
        ┃ urgency  high, triggered
        ┃ since    2026-01-05T07:00:00Z
        ┃ for      Ann Ångström
        ┃ ack      pd ack 7
        ┃ link     https://pd.example.com/i/7?key=abc&x=1
        "##);
    }

    #[test]
    fn colour_is_only_added() {
        let (plain, coloured) = (page(&fixture::message(), false), page(&fixture::message(), true));
        assert!(!plain.contains('\x1b'));
        assert!(coloured.contains("\x1b[31m"));
        assert_eq!(
            anstream::adapter::strip_str(&coloured).to_string().replace('\x07', ""),
            plain.replace('\x07', "")
        );
    }

    #[test]
    fn the_terminal_obeys_nothing_in_a_title() {
        let mut message = fixture::message();
        message.about = vec![fixture::about(7, "\x1b]0;owned\x07 \x1b[2J\nfake #8")];
        let page = page(&message, false);
        assert!(page.contains("#7 \\u{1b}]0;owned\\u{7} \\u{1b}[2J\\nfake #8\n"), "{page}");
        assert_eq!(page.matches('\x07').count(), 1, "the bell");
    }
}
