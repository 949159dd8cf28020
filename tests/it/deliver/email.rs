//! E-mail: the outcome by phase and by what the relay does there; relays in order; what the relay gets.
#![expect(clippy::unwrap_used, reason = "a test")]

use std::time::Duration;

use futures_util::future::join_all;
use pd::deliver::email::{Email, EmailConfig, Error, Relay};
use pd::notify::transport::{Outcome, Transport};

use super::{clock, fixture, spoken};
use crate::doubles::smtp::{Behaviour, Phase, Server};

/// Short, so that a relay that hangs is given up soon; long enough for a busy machine.
const IMPATIENT: Duration = Duration::from_secs(3);
const PATIENT: Duration = Duration::from_secs(30);

pub(super) fn config(urls: &[String], timeout: Duration) -> EmailConfig {
    let relay = |url: &String| Relay { url: url.parse().unwrap(), login: None };
    EmailConfig {
        relays: urls.iter().map(relay).collect(),
        from: "On call <pd@example.com>".parse().unwrap(),
        timeout,
        ca_pem: None,
    }
}

async fn send(urls: &[String], timeout: Duration) -> Outcome {
    Email::new(config(urls, timeout), clock()).unwrap().send(&fixture::message()).await
}

#[tokio::test]
async fn the_outcome_follows_from_the_phase() {
    use Behaviour::{Answer, Close, Hang, Reset};
    use Phase::{Body, Data, Ehlo, End, Greeting, Mail, Rcpt};
    let cases = [
        (Greeting, Answer("220 hello"), "sent", 1),
        (Greeting, Answer("421 4.3.2 busy"), "retry", 0),
        (Greeting, Answer("554 5.7.1 go away"), "retry", 0),
        (Greeting, Answer("nonsense"), "retry", 0),
        (Greeting, Hang, "retry", 0),
        (Greeting, Close, "retry", 0),
        (Greeting, Reset, "retry", 0),
        (Ehlo, Answer("421 4.3.2 busy"), "retry", 0),
        (Ehlo, Answer("550 5.7.1 who?"), "retry", 0),
        (Ehlo, Hang, "retry", 0),
        (Ehlo, Close, "retry", 0),
        (Ehlo, Reset, "retry", 0),
        (Mail, Answer("451 4.3.0 later"), "retry", 0),
        (Mail, Answer("550 5.7.1 not you"), "permanent", 0),
        (Mail, Hang, "retry", 0),
        (Mail, Close, "retry", 0),
        (Mail, Reset, "retry", 0),
        (Rcpt, Answer("450 4.2.0 greylisted"), "retry", 0),
        (Rcpt, Answer("550 5.1.1 nobody here"), "permanent", 0),
        (Rcpt, Hang, "retry", 0),
        (Rcpt, Close, "retry", 0),
        (Rcpt, Reset, "retry", 0),
        (Data, Answer("451 4.3.0 later"), "retry", 0),
        (Data, Answer("554 5.6.0 no"), "permanent", 0),
        (Data, Answer("250 confused"), "retry", 0),
        (Data, Hang, "retry", 0),
        (Data, Close, "retry", 0),
        (Data, Reset, "retry", 0),
        (End, Answer("250 2.0.0 taken"), "sent", 1),
        (End, Answer("451 4.3.0 disk full"), "retry", 0),
        (End, Answer("554 5.6.0 spam"), "permanent", 0),
        (End, Answer("354 confused"), "unknown", 0),
        (End, Answer("nonsense"), "unknown", 0),
        (End, Hang, "unknown", 1),
        (End, Close, "unknown", 1),
        (End, Reset, "unknown", 1),
        // The mail is short: it may lie in buffers with its end before the relay's mishap is noticed.
        (Body, Hang, "unknown", 0),
        (Body, Close, "unknown", 0),
        (Body, Reset, "unknown", 0),
    ];
    // All at once: most of the time is spent waiting for those that hang.
    join_all(cases.map(|(phase, behaviour, expected, taken)| async move {
        let server = Server::start();
        server.behave(phase, behaviour);
        let timeout = if behaviour == Hang { IMPATIENT } else { PATIENT };
        let (word, said) = spoken(&send(&[server.url()], timeout).await);
        assert_eq!(word, expected, "{phase:?} {behaviour:?}: {said}");
        assert_eq!(server.mails().len(), taken, "{phase:?} {behaviour:?}: {said}");
        assert_eq!(server.connections(), 1, "{phase:?} {behaviour:?}: one attempt is one attempt");
    }))
    .await;
}

#[tokio::test]
async fn a_mail_that_was_not_written_to_its_end_was_surely_not_taken() {
    // Too large for the buffers of both sides, and a relay that reads no more than its start.
    let mut message = fixture::message();
    let about = fixture::about(7, &"x".repeat(20_000));
    message.about = vec![about; 80];
    let server = Server::start();
    for behaviour in [Behaviour::Hang, Behaviour::Reset] {
        server.behave(Phase::Body, behaviour);
        let timeout = if behaviour == Behaviour::Hang { 2 * IMPATIENT } else { PATIENT };
        let email = Email::new(config(&[server.url()], timeout), clock()).unwrap();
        let (word, said) = spoken(&email.send(&message).await);
        assert_eq!(word, "retry", "{behaviour:?}: {said}");
        assert!(said.contains("while sending the mail"), "{said}");
    }
    assert_eq!(server.mails().len(), 0);
}

#[tokio::test]
async fn nothing_listens() {
    let url = Server::start().url();
    let (word, said) = spoken(&send(&[url], PATIENT).await);
    assert_eq!(word, "retry", "{said}");
    assert!(said.contains("while connecting: Connection refused"), "{said}");
}

#[tokio::test]
async fn the_next_relay_is_tried_only_after_a_certain_refusal() {
    use Behaviour::{Answer, Close, Hang};
    let cases = [
        (Phase::Greeting, Hang, "sent", 1),
        (Phase::Greeting, Close, "sent", 1),
        (Phase::Mail, Answer("451 later"), "sent", 1),
        (Phase::Rcpt, Answer("450 greylisted"), "sent", 1),
        (Phase::Rcpt, Answer("550 nobody here"), "permanent", 0),
        (Phase::End, Answer("451 disk full"), "sent", 1),
        (Phase::End, Close, "unknown", 0),
        (Phase::End, Hang, "unknown", 0),
    ];
    join_all(cases.map(|(phase, behaviour, expected, second_takes)| async move {
        let (first, second) = (Server::start(), Server::start());
        first.behave(phase, behaviour);
        let timeout = if behaviour == Hang { 2 * IMPATIENT } else { PATIENT };
        let (word, said) = spoken(&send(&[first.url(), second.url()], timeout).await);
        assert_eq!(word, expected, "{phase:?} {behaviour:?}: {said}");
        assert_eq!(second.mails().len(), second_takes, "{phase:?} {behaviour:?}: {said}");
    }))
    .await;
}

#[tokio::test]
async fn refusals_of_all_relays_are_told() {
    let (first, second) = (Server::start(), Server::start());
    first.behave(Phase::Rcpt, Behaviour::Answer("450 4.2.0 <ann@example.com> greylisted"));
    second.behave(Phase::Greeting, Behaviour::Answer("421 busy"));
    let (word, said) = spoken(&send(&[first.url(), second.url()], PATIENT).await);
    let said = said
        .replace(&first.address().port().to_string(), "FIRST")
        .replace(&second.address().port().to_string(), "SECOND");
    insta::assert_snapshot!(format!("{word}: {said}"), @r##"retry: smtp://127.0.0.1:FIRST, while naming the recipient: it answered 450 4.2.0 <(address)> greylisted; smtp://127.0.0.1:SECOND, while connecting: it answered 421 busy"##);
}

#[tokio::test]
async fn a_relay_gets_a_whole_mail() {
    let server = Server::start();
    let outcome = send(&[server.url()], PATIENT).await;
    assert_eq!(outcome, Outcome::Sent { receipt: "250 2.0.0 taken as 4711".into() });
    let mails = server.wait_for(1, PATIENT);
    assert_eq!(
        (mails[0].from.as_str(), mails[0].to.as_slice()),
        ("pd@example.com", ["ann@example.com".to_owned()].as_slice())
    );
    assert_eq!(mails[0].subject(), "[#7] disk full on db1");
    assert!(mails[0].raw.contains("pd ack 7"), "{}", mails[0].raw);
    assert_eq!(server.counts().values().copied().collect::<Vec<_>>(), [1]);
}

#[test]
fn a_configuration_that_cannot_work_is_refused() {
    assert!(matches!(Email::new(config(&[], PATIENT), clock()), Err(Error::NoRelay)));
    let mut bad = config(&["smtp://mx".to_owned()], PATIENT);
    bad.ca_pem = Some(b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n".to_vec());
    assert!(matches!(Email::new(bad, clock()), Err(Error::Authorities)));
}
