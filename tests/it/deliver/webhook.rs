//! Webhooks: what is posted, what an answer means, which addresses are refused, and how fast it goes.
#![expect(clippy::unwrap_used, reason = "a test")]

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use pd::deliver::webhook::{Webhook, WebhookConfig};
use pd::notify::transport::{Message, Outcome, Transport};

use super::{clock, fixture, spoken};
use crate::doubles::http::{Mode, Server};

const PATIENT: Duration = Duration::from_secs(30);
const IMPATIENT: Duration = Duration::from_secs(1);

fn webhook(allow: &[&str], timeout: Duration) -> Webhook {
    let allow = allow.iter().map(|range| range.parse().unwrap()).collect();
    Webhook::new(WebhookConfig { allow, timeout }, clock()).unwrap()
}

fn message(url: &str) -> Message {
    Message { address: url.to_owned(), ..fixture::message() }
}

#[tokio::test]
async fn what_is_posted() {
    let server = Server::start();
    let mut signed = message(&server.url());
    signed.secret = Some("shared secret".to_owned());
    let webhook = webhook(&["127.0.0.0/8"], PATIENT);
    assert_eq!(webhook.send(&signed).await, Outcome::Sent { receipt: "202 Accepted".into() });
    assert_eq!(webhook.send(&message(&server.url())).await, Outcome::Sent { receipt: "202 Accepted".into() });
    let requests = server.wait_for(2, PATIENT);
    let request = &requests[0];
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/hook"));
    assert_eq!(request.header("content-type"), "application/json");
    assert_eq!(request.header("user-agent"), concat!("pd/", env!("CARGO_PKG_VERSION")));
    assert_eq!(request.header("x-webhook-id"), request.json()["event"]["id"]);
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, b"shared secret");
    let tag = aws_lc_rs::hmac::sign(&key, &request.body);
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(request.header("x-pagerduty-signature"), format!("v1={hex}"));
    assert!(!requests[1].headers.contains_key("x-pagerduty-signature"), "there is no secret");
    assert_eq!(server.counts().into_values().collect::<Vec<_>>(), [2], "the same message has the same id");
    assert_eq!(requests[0].body, requests[1].body);
}

#[tokio::test]
async fn what_an_answer_means() {
    let seconds = |n| Some(Duration::from_secs(n));
    for (mode, expected, after) in [
        (Mode::Normal, "sent", None),
        (Mode::Status(200), "sent", None),
        (Mode::Status(204), "sent", None),
        (Mode::Redirect(302, "http://127.0.0.1:1/".to_owned()), "permanent", None),
        (Mode::Redirect(308, "/elsewhere".to_owned()), "permanent", None),
        (Mode::Status(400), "permanent", None),
        (Mode::Status(404), "permanent", None),
        (Mode::Status(410), "permanent", None),
        (Mode::Status(408), "retry", None),
        (Mode::Status(425), "retry", None),
        (Mode::Status(429), "retry", None),
        (Mode::TooMany(7), "retry", seconds(7)),
        (Mode::TooMany(1_000_000), "retry", seconds(3600)),
        (Mode::Status(500), "retry", None),
        (Mode::Status(503), "retry", None),
        (Mode::Reset, "retry", None),
        (Mode::Hang, "retry", None),
        (Mode::SlowBody(Duration::from_millis(50)), "sent", None),
        (Mode::LargeBody(10_000_000), "sent", None),
    ] {
        let server = Server::start();
        server.behave(mode.clone());
        let timeout = if mode == Mode::Hang { IMPATIENT } else { PATIENT };
        let webhook = webhook(&["127.0.0.1"], timeout);
        let outcome = webhook.send(&message(&server.url())).await;
        let (word, said) = spoken(&outcome);
        assert_eq!(word, expected, "{mode:?}: {said}");
        if let Outcome::Retry { after: wish, .. } = outcome {
            assert_eq!(wish, after, "{mode:?}");
        }
        assert_eq!(
            server.requests().len(),
            1,
            "{mode:?}: one attempt is one attempt, redirects are not followed"
        );
    }
}

#[tokio::test]
async fn nothing_listens() {
    let url = Server::start().url();
    let (word, said) = spoken(&webhook(&["127.0.0.1"], PATIENT).send(&message(&url)).await);
    assert_eq!(word, "retry", "{said}");
    assert!(said.contains("Connection refused") && !said.contains("/hook"), "{said}");
}

#[tokio::test]
async fn private_addresses_are_refused_however_they_are_written() {
    let server = Server::start();
    let port = server.address().port();
    let webhook = webhook(&[], PATIENT);
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "0x7f000001",
        "127.0.0.1.",
        "127。0。0。1",
        "０x7f.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "0.0.0.0",
        "0",
        "[::]",
        "10.0.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "[fe80::1]",
        "[fd00::1]",
        "localhost",
        "LOCALHOST",
        "user:password@localhost",
    ] {
        let (word, said) = spoken(&webhook.send(&message(&format!("http://{host}:{port}/"))).await);
        assert_eq!(word, "permanent", "{host}: {said}");
        assert!(said.contains("to allow it, add \""), "{host}: {said}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_name_may_lead_to_an_allowed_address() {
    let server = Server::start();
    let url = format!("http://localhost:{}/hook", server.address().port());
    let outcome = webhook(&["127.0.0.0/8", "::1"], PATIENT).send(&message(&url)).await;
    assert_eq!(spoken(&outcome).0, "sent", "{outcome:?}");
}

#[tokio::test]
async fn what_is_no_web_address_is_refused() {
    let webhook = webhook(&["0.0.0.0/0"], PATIENT);
    for (url, expected) in [
        ("", "the URL is not one: relative URL without a base"),
        ("example.com/hook", "the URL is not one: relative URL without a base"),
        ("ftp://example.com/", "the URL's scheme is `ftp`: expected https or http"),
        ("file:///etc/passwd", "the URL's scheme is `file`: expected https or http"),
        ("http://", "the URL is not one: empty host"),
    ] {
        let outcome = webhook.send(&message(url)).await;
        assert_eq!(outcome, Outcome::Permanent { reason: expected.into() }, "{url}");
    }
}

#[tokio::test]
async fn connections_are_used_again() {
    let server = Server::start();
    let webhook = Arc::new(webhook(&["127.0.0.1"], PATIENT));
    let url = server.url();
    let (count, at_once) = (10_000, 32);
    let sent = stream::iter(0..count)
        .map(|n| {
            let (webhook, mut message) = (webhook.clone(), message(&url));
            message.id.n = n;
            async move { webhook.send(&message).await }
        })
        .buffer_unordered(at_once)
        .filter(|outcome| std::future::ready(matches!(outcome, Outcome::Sent { .. })))
        .count()
        .await;
    assert_eq!(sent, 10_000);
    assert_eq!(server.counts().len(), 10_000);
    assert!(server.counts().values().all(|count| *count == 1));
    assert!(server.connections() <= 2 * at_once, "{} connections", server.connections());
}
