//! An SMTP server that takes mail, or misbehaves at the phase that a test names.
#![expect(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use super::server::{Running, Watched};

/// Where in a session.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Phase {
    /// Before the first word.
    Greeting,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// When the first line of the mail was read, long before its end.
    Body,
    /// When the dot that ends the mail was read.
    End,
}

/// What happens there instead of the usual answer. At [`Phase::End`] the mail counts as taken unless it is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Behaviour {
    /// This line is the answer.
    Answer(&'static str),
    /// Nothing is answered, and the connection stays.
    Hang,
    /// The connection is closed.
    Close,
    /// The connection is reset.
    Reset,
}

/// A mail that was taken.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    /// As it was written, without the dots of SMTP.
    pub(crate) raw: String,
    /// Whether it came by TLS.
    pub(crate) protected: bool,
    /// Whom the client logged in as.
    pub(crate) login: Option<String>,
}

impl Mail {
    /// The header of that name, unfolded.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let (head, _) = self.raw.split_once("\r\n\r\n")?;
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        unfolded.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    }

    /// By this a receiver knows a mail again.
    pub(crate) fn message_id(&self) -> String {
        self.header("Message-ID").unwrap()
    }

    pub(crate) fn subject(&self) -> String {
        self.header("Subject").unwrap()
    }
}

#[derive(Default)]
struct Record {
    mails: Vec<Mail>,
    connections: usize,
    script: BTreeMap<Phase, (Behaviour, usize)>,
}

/// What the server can do beside plain SMTP.
#[derive(Clone, Default)]
pub(crate) struct Skills {
    /// The certificate, if it can do TLS.
    pub(crate) tls: Option<Arc<ServerConfig>>,
    /// Whether TLS starts with the first byte, instead of by STARTTLS.
    pub(crate) implicit: bool,
    /// Whether it knows AUTH PLAIN; every password is right.
    pub(crate) auth: bool,
}

/// The server.
pub(crate) struct Server {
    running: Running,
    record: Watched<Record>,
}

impl Server {
    /// Plain SMTP that takes everything.
    pub(crate) fn start() -> Self {
        Self::start_with(Skills::default())
    }

    /// The same at another address of this machine.
    pub(crate) fn start_at(at: IpAddr) -> Self {
        Self::begin(at, Skills::default())
    }

    /// One that can do more.
    pub(crate) fn start_with(skills: Skills) -> Self {
        Self::begin(IpAddr::V4(Ipv4Addr::LOCALHOST), skills)
    }

    fn begin(at: IpAddr, skills: Skills) -> Self {
        let record = Watched::new(Record::default());
        let shared = record.clone();
        let running = Running::start_at(at, move |stream| {
            let (record, skills) = (shared.clone(), skills.clone());
            async move {
                record.with(|record| record.connections += 1);
                // A client that goes away ends its session; that is all.
                let _gone = serve(stream, &record, &skills).await;
            }
        });
        Self { running, record }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.running.address
    }

    /// Such as `smtp://127.0.0.1:2525`.
    pub(crate) fn url(&self) -> String {
        format!("smtp://{}", self.address())
    }

    /// From now on this happens at that phase.
    pub(crate) fn behave(&self, phase: Phase, behaviour: Behaviour) {
        self.behave_times(phase, behaviour, usize::MAX);
    }

    /// This happens the next `times` times that the phase is come to.
    pub(crate) fn behave_times(&self, phase: Phase, behaviour: Behaviour, times: usize) {
        self.record.with(|record| record.script.insert(phase, (behaviour, times)));
    }

    /// From now on everything is taken.
    pub(crate) fn behave_well(&self) {
        self.record.with(|record| record.script.clear());
    }

    /// The mails that were taken, in order.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.record.with(|record| record.mails.clone())
    }

    /// How many clients came.
    pub(crate) fn connections(&self) -> usize {
        self.record.with(|record| record.connections)
    }

    /// How often each mail was taken, by its Message-ID.
    pub(crate) fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for mail in self.mails() {
            *counts.entry(mail.message_id()).or_default() += 1;
        }
        counts
    }

    /// Blocks until `count` mails were taken, and gives them.
    ///
    /// # Panics
    /// When there are fewer after `limit`.
    pub(crate) fn wait_for(&self, count: usize, limit: Duration) -> Vec<Mail> {
        let enough = |record: &mut Record| (record.mails.len() >= count).then(|| record.mails.clone());
        let got = self.record.wait(limit, enough);
        got.unwrap_or_else(|| panic!("{count} mails expected in {limit:?}, got {:#?}", self.mails()))
    }
}

/// The client went away, or was told to.
#[derive(Debug)]
struct Gone;

impl From<std::io::Error> for Gone {
    fn from(_: std::io::Error) -> Self {
        Self
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {
    /// Has the connection reset, not closed, when it is dropped.
    fn reset(&self);
}

impl Stream for TcpStream {
    fn reset(&self) {
        self.set_zero_linger().unwrap();
    }
}

impl Stream for tokio_rustls::server::TlsStream<TcpStream> {
    fn reset(&self) {
        self.get_ref().0.set_zero_linger().unwrap();
    }
}

struct Session<'a, S> {
    stream: BufReader<S>,
    record: &'a Watched<Record>,
    skills: &'a Skills,
    protected: bool,
    login: Option<String>,
}

/// What a session ended in.
enum End {
    Over,
    StartTls,
}

async fn serve(stream: TcpStream, record: &Watched<Record>, skills: &Skills) -> Result<(), Gone> {
    if skills.implicit {
        let acceptor = TlsAcceptor::from(skills.tls.clone().unwrap());
        return Session::new(acceptor.accept(stream).await?, record, skills, true).run(true).await.map(drop);
    }
    let mut session = Session::new(stream, record, skills, false);
    if let End::StartTls = session.run(true).await? {
        let acceptor = TlsAcceptor::from(skills.tls.clone().unwrap());
        let stream = acceptor.accept(session.stream.into_inner()).await?;
        Session::new(stream, record, skills, true).run(false).await?;
    }
    Ok(())
}

impl<'a, S: Stream> Session<'a, S> {
    fn new(stream: S, record: &'a Watched<Record>, skills: &'a Skills, protected: bool) -> Self {
        Self { stream: BufReader::new(stream), record, skills, protected, login: None }
    }

    async fn run(&mut self, greet: bool) -> Result<End, Gone> {
        if greet {
            self.answer(Phase::Greeting, "220 double ESMTP").await?;
        }
        let (mut from, mut to) = (String::new(), Vec::new());
        loop {
            let line = self.line().await?;
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => {
                    let hello = self.hello();
                    self.answer(Phase::Ehlo, &hello).await?;
                }
                "STARTTLS" => {
                    if self.answer(Phase::StartTls, "220 go ahead").await? {
                        return Ok(End::StartTls);
                    }
                }
                "AUTH" => {
                    if self.answer(Phase::Auth, "235 welcome").await? {
                        self.login = Some(rest.to_owned());
                    }
                }
                "MAIL" => {
                    from = path(rest);
                    to.clear();
                    self.answer(Phase::Mail, "250 sender ok").await?;
                }
                "RCPT" => {
                    if self.answer(Phase::Rcpt, "250 recipient ok").await? {
                        to.push(path(rest));
                    }
                }
                "DATA" => {
                    if self.answer(Phase::Data, "354 go on").await? {
                        self.mail(&from, &to).await?;
                    }
                }
                "NOOP" | "RSET" => self.say("250 ok").await?,
                "QUIT" => {
                    self.say("221 bye").await?;
                    return Ok(End::Over);
                }
                _ => self.say("500 what?").await?,
            }
        }
    }

    fn hello(&self) -> String {
        let mut lines = vec!["double"];
        if self.skills.tls.is_some() && !self.protected {
            lines.push("STARTTLS");
        }
        if self.skills.auth {
            lines.push("AUTH PLAIN");
        }
        lines.push("8BITMIME");
        let last = lines.len() - 1;
        let mark = |n| if n == last { ' ' } else { '-' };
        let lines: Vec<_> =
            lines.iter().enumerate().map(|(n, line)| format!("250{}{line}", mark(n))).collect();
        lines.join("\r\n")
    }

    async fn mail(&mut self, from: &str, to: &[String]) -> Result<(), Gone> {
        let mut raw = String::new();
        loop {
            let line = self.line().await?;
            if raw.is_empty()
                && let Some(behaviour) = self.scripted(Phase::Body)
            {
                self.misbehave(behaviour).await?;
            }
            if line == "." {
                break;
            }
            raw.push_str(line.strip_prefix('.').unwrap_or(&line));
            raw.push_str("\r\n");
        }
        let behaviour = self.scripted(Phase::End);
        if !matches!(behaviour, Some(Behaviour::Answer(answer)) if !answer.starts_with('2')) {
            let (from, to) = (from.to_owned(), to.to_vec());
            let mail = Mail { from, to, raw, protected: self.protected, login: self.login.clone() };
            self.record.with(|record| record.mails.push(mail));
        }
        match behaviour {
            Some(behaviour) => self.misbehave(behaviour).await,
            None => self.say("250 2.0.0 taken as 4711").await,
        }
    }

    /// Answers as usual, or as the script says; whether it was as usual.
    async fn answer(&mut self, phase: Phase, usual: &str) -> Result<bool, Gone> {
        match self.scripted(phase) {
            Some(behaviour) => self.misbehave(behaviour).await.map(|()| false),
            None => self.say(usual).await.map(|()| true),
        }
    }

    fn scripted(&self, phase: Phase) -> Option<Behaviour> {
        self.record.with(|record| {
            let (behaviour, times) = record.script.get_mut(&phase)?;
            *times = times.checked_sub(1)?;
            Some(*behaviour)
        })
    }

    async fn misbehave(&mut self, behaviour: Behaviour) -> Result<(), Gone> {
        match behaviour {
            Behaviour::Answer(answer) => self.say(answer).await,
            Behaviour::Hang => std::future::pending().await,
            Behaviour::Close => Err(Gone),
            Behaviour::Reset => {
                self.stream.get_ref().reset();
                Err(Gone)
            }
        }
    }

    async fn say(&mut self, answer: &str) -> Result<(), Gone> {
        self.stream.get_mut().write_all(format!("{answer}\r\n").as_bytes()).await?;
        Ok(self.stream.get_mut().flush().await?)
    }

    async fn line(&mut self) -> Result<String, Gone> {
        let mut line = String::new();
        if self.stream.read_line(&mut line).await? == 0 {
            return Err(Gone);
        }
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    }
}

/// The address in `FROM:<ann@example.com> SIZE=1`.
fn path(rest: &str) -> String {
    let start = rest.find('<').map_or(0, |at| at + 1);
    let end = rest.find('>').unwrap_or(rest.len());
    rest[start..end].to_owned()
}
