//! One mail handed to one relay, with an answer that is exact about whether the relay may have taken it.
//!
//! A relay takes a mail when it reads the dot that ends it. So whatever fails before the dot was written is certain;
//! when the dot may have been written and no answer came, nobody can know.

use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;

use super::relay::Relay;
use crate::clock::{Clock, within};
use crate::config::Security;
use crate::deliver::text;
use crate::notify::transport::Outcome;

/// How much of a mail is written at once.
const CHUNK_BYTES: usize = 16 * 1024;
/// How long a relay may take to say goodbye; nothing depends on it.
pub(super) const QUIT_MAX: Duration = Duration::from_millis(200);

/// How far a session got.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
enum Phase {
    Connect,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    Body,
    /// The dot is being written, or is.
    End,
}

impl Phase {
    const ALL: [Self; 8] = [
        Self::Connect,
        Self::StartTls,
        Self::Auth,
        Self::Mail,
        Self::Rcpt,
        Self::Data,
        Self::Body,
        Self::End,
    ];

    /// As a timeline says it, after "while".
    fn doing(self) -> &'static str {
        match self {
            Self::Connect => "connecting",
            Self::StartTls => "starting TLS",
            Self::Auth => "logging in",
            Self::Mail => "naming the sender",
            Self::Rcpt => "naming the recipient",
            Self::Data => "announcing the mail",
            Self::Body => "sending the mail",
            Self::End => "waiting for the answer to the mail",
        }
    }

    /// Whether a refusal with 5xx here is one of this mail, not of us.
    fn is_about_the_mail(self) -> bool {
        self >= Self::Mail
    }
}

/// Where a session stands; read from outside when its time is over.
struct Progress(AtomicU8);

impl Progress {
    fn new() -> Self {
        Self(AtomicU8::new(Phase::Connect as u8))
    }

    fn reach(&self, phase: Phase) {
        self.0.store(phase as u8, Ordering::Relaxed);
    }

    fn phase(&self) -> Phase {
        Phase::ALL[usize::from(self.0.load(Ordering::Relaxed))]
    }
}

/// How long a session may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Each phase before the end of the mail.
    pub phase: Duration,
    /// Everything before the end of the mail.
    pub opening: Duration,
    /// Everything.
    pub all: Duration,
}

/// A mail, ready to be sent.
pub(super) struct Letter {
    pub envelope: Envelope,
    pub bytes: Vec<u8>,
}

/// Why a session failed.
enum Failure {
    Smtp(lettre::transport::smtp::Error),
    /// The phase took too long.
    Late,
    /// Something that is no refusal, in our words.
    Other(String),
}

impl From<lettre::transport::smtp::Error> for Failure {
    fn from(error: lettre::transport::smtp::Error) -> Self {
        Self::Smtp(error)
    }
}

/// A relay and what is needed to talk to it.
pub(super) struct Session {
    relay: Relay,
    /// Made once; a relay that needs none is not held up by certificates that cannot be read.
    tls: Result<TlsParameters, String>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("relay", &self.relay).finish_non_exhaustive()
    }
}

impl Session {
    pub(super) fn new(relay: Relay, roots: Option<&Certificate>) -> Self {
        let tls = tls(&relay, roots);
        Self { relay, tls }
    }

    /// Hands the letter over, or says why not.
    pub(super) async fn send(&self, letter: &Letter, limits: Limits, clock: &dyn Clock) -> Outcome {
        let progress = Progress::new();
        let began = clock.monotonic();
        let mut work = std::pin::pin!(self.run(letter, limits.phase, &progress, clock));
        let opened = tokio::select! {
            biased;
            result = &mut work => Some(result),
            () = clock.sleep(limits.opening) => None,
        };
        let result = match opened {
            Some(result) => result,
            // Nothing runs between this look and the drop of `work`: what is not at its end now never will be.
            None if progress.phase() < Phase::End => Err(Failure::Late),
            None => {
                let left = limits.all.saturating_sub(clock.monotonic().saturating_sub(began));
                within(clock, left, work).await.unwrap_or(Err(Failure::Late))
            }
        };
        let address = letter.envelope.to().first().map(ToString::to_string).unwrap_or_default();
        match result {
            Ok((receipt, mut connection)) => {
                within(clock, QUIT_MAX, connection.quit()).await;
                Outcome::Sent { receipt: text::reason(&receipt, &address) }
            }
            Err(failure) => self.judge(progress.phase(), failure, &address),
        }
    }

    async fn run(
        &self,
        letter: &Letter,
        limit: Duration,
        progress: &Progress,
        clock: &dyn Clock,
    ) -> Result<(String, AsyncSmtpConnection), Failure> {
        let mut connection = self.connect(limit, progress, clock).await?;
        let (from, to) = (letter.envelope.from().cloned(), letter.envelope.to());
        let mut parameters = Vec::new();
        if !to.iter().chain(&from).all(|address| address.to_string().is_ascii()) {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                let reason = "the relay does not take addresses with letters outside ASCII";
                return Err(Failure::Other(reason.to_owned()));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !letter.bytes.is_ascii() {
            // Only such addresses do that, and who takes them takes eight bits as well.
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        progress.reach(Phase::Mail);
        step(clock, limit, connection.command(Mail::new(from, parameters))).await?;
        for recipient in to {
            progress.reach(Phase::Rcpt);
            step(clock, limit, connection.command(Rcpt::new(recipient.clone(), Vec::new()))).await?;
        }
        progress.reach(Phase::Data);
        let ready = step(clock, limit, connection.command(Data)).await?;
        if !ready.has_code(354) {
            return Err(Failure::Other(format!("the relay answered {} to DATA", ready.code())));
        }
        progress.reach(Phase::Body);
        // Asking for the chunk after the last is the moment before the dot is written.
        let mut chunks = letter.bytes.chunks(CHUNK_BYTES);
        let body = std::iter::from_fn(|| {
            chunks.next().or_else(|| {
                progress.reach(Phase::End);
                None
            })
        });
        let taken = connection.message_iter(body).await?;
        if taken.code().severity != lettre::transport::smtp::response::Severity::PositiveCompletion {
            return Err(Failure::Other(format!("the relay answered {} to the mail", taken.code())));
        }
        Ok((receipt(&taken), connection))
    }

    /// A connection on which mail may be sent: greeted, protected and logged in as the relay's URL asks.
    async fn connect(
        &self,
        limit: Duration,
        progress: &Progress,
        clock: &dyn Clock,
    ) -> Result<AsyncSmtpConnection, Failure> {
        let url = &self.relay.url;
        let hello = ClientId::default();
        let tls = match url.security {
            Security::Tls => Some(self.tls()?),
            Security::StartTls | Security::Opportunistic => None,
        };
        // Each address of the name gets half of the time, so that one that is silent leaves time for another.
        let opening = AsyncSmtpConnection::connect_tokio1(
            (url.host.as_str(), url.port),
            Some(limit / 2),
            &hello,
            tls,
            None,
        );
        let mut connection = step(clock, limit, opening).await?;
        if url.security != Security::Tls && connection.can_starttls() {
            progress.reach(Phase::StartTls);
            step(clock, limit, connection.starttls(self.tls()?, &hello)).await?;
        } else if url.security == Security::StartTls {
            return Err(Failure::Other("the relay does not offer STARTTLS".to_owned()));
        }
        if let Some(login) = &self.relay.login {
            progress.reach(Phase::Auth);
            if !connection.is_encrypted() && !is_loopback(&url.host) {
                let reason = "the relay does not offer STARTTLS, and a password is not sent unprotected";
                return Err(Failure::Other(reason.to_owned()));
            }
            let credentials = Credentials::new(login.user.clone(), login.password.reveal().to_owned());
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            step(clock, limit, connection.auth(&mechanisms, &credentials)).await?;
        }
        Ok(connection)
    }

    fn tls(&self) -> Result<TlsParameters, Failure> {
        self.tls.clone().map_err(Failure::Other)
    }

    /// What a failure in this phase means for the mail.
    fn judge(&self, phase: Phase, failure: Failure, address: &str) -> Outcome {
        let relay = &self.relay.url;
        let (said, transient, permanent) = match &failure {
            Failure::Late => ("it took too long".to_owned(), false, false),
            Failure::Other(reason) => (reason.clone(), false, false),
            Failure::Smtp(error) => (spoken(error), error.is_transient(), error.is_permanent()),
        };
        let reason = text::reason(&format!("{relay}, while {}: {said}", phase.doing()), address);
        match phase {
            phase if permanent && phase.is_about_the_mail() => Outcome::Permanent { reason },
            Phase::End if !transient => Outcome::Unknown { reason },
            _ => Outcome::Retry { after: None, reason },
        }
    }
}

/// One phase, in its time.
async fn step<T>(
    clock: &dyn Clock,
    limit: Duration,
    work: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
) -> Result<T, Failure> {
    match within(clock, limit, work).await {
        Some(result) => Ok(result?),
        None => Err(Failure::Late),
    }
}

/// What an error says; a refusal is told in the relay's words.
fn spoken(error: &lettre::transport::smtp::Error) -> String {
    let source = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    match error.status() {
        Some(code) => format!("it answered {code} {source}"),
        None if source.is_empty() => error.to_string(),
        None => source,
    }
}

/// What the relay called the mail.
fn receipt(taken: &Response) -> String {
    let said = taken.message().collect::<Vec<_>>().join(" ");
    format!("{} {said}", taken.code())
}

fn tls(relay: &Relay, roots: Option<&Certificate>) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(relay.url.host.clone());
    if let Some(roots) = roots {
        builder = builder.add_root_certificate(roots.clone());
    }
    // Whoever could present a false certificate could as well leave out the offer of TLS.
    let unchecked = relay.url.security == Security::Opportunistic && relay.login.is_none();
    builder
        .dangerous_accept_invalid_certs(unchecked)
        .build()
        .map_err(|error| format!("TLS cannot be set up: {error}"))
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}
