//! E-mail by TLS: what is protected, what is checked, and where a password goes.
#![expect(clippy::unwrap_used, reason = "a test")]

use std::sync::Arc;
use std::time::Duration;

use pd::deliver::email::{Email, Login, Password};
use pd::notify::transport::Transport;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::email::config;
use super::{clock, fixture, spoken};
use crate::doubles::smtp::{Server, Skills};

const TIMEOUT: Duration = Duration::from_secs(30);

/// What a server shows for 127.0.0.1, and the authority that vouches for it.
fn certificate() -> (Arc<ServerConfig>, Vec<u8>) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let server = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    (Arc::new(server), cert.pem().into_bytes())
}

struct Case {
    scheme: &'static str,
    /// Whether the relay can do TLS, and whether from the first byte.
    tls: bool,
    implicit: bool,
    trusted: bool,
    login: bool,
}

/// What came of it, and whether the mail came protected.
async fn check(case: Case) -> (String, Option<bool>) {
    let (tls, authority) = certificate();
    let tls = case.tls.then_some(tls);
    let server = Server::start_with(Skills { tls, implicit: case.implicit, auth: case.login });
    let mut config = config(&[format!("{}://{}", case.scheme, server.address())], TIMEOUT);
    let password = Password::from_file_text("secret\n");
    config.relays[0].login = case.login.then(|| Login { user: "ann".to_owned(), password });
    config.ca_pem = case.trusted.then_some(authority);
    let (word, said) = spoken(&Email::new(config, clock()).unwrap().send(&fixture::message()).await);
    let mails = server.mails();
    if let Some(mail) = mails.first() {
        // base64 of NUL ann NUL secret
        let login = case.login.then(|| "PLAIN AGFubgBzZWNyZXQ=".to_owned());
        assert_eq!(mail.login, login);
    }
    let said = said.replace(&format!("{}://{}", case.scheme, server.address()), "RELAY");
    (format!("{word}: {said}"), mails.first().map(|mail| mail.protected))
}

#[tokio::test]
async fn plain_is_protected_when_the_relay_offers_it() {
    let case = |tls, login, trusted| Case { scheme: "smtp", tls, implicit: false, trusted, login };
    assert_eq!(check(case(false, false, false)).await.1, Some(false));
    assert_eq!(check(case(true, false, false)).await.1, Some(true), "no certificate is asked for");
    assert_eq!(check(case(true, true, true)).await.1, Some(true));
    let (said, _) = check(case(true, true, false)).await;
    assert!(
        said.starts_with("retry: RELAY, while starting TLS: "),
        "a password goes to a known relay only: {said}"
    );
    assert_eq!(check(case(false, true, false)).await.1, Some(false), "to this machine itself");
}

#[tokio::test]
async fn starttls_is_insisted_on() {
    let case = |tls, trusted| Case { scheme: "smtp+starttls", tls, implicit: false, trusted, login: false };
    assert_eq!(check(case(true, true)).await.1, Some(true));
    let (said, _) = check(case(true, false)).await;
    assert!(said.starts_with("retry: RELAY, while starting TLS: "), "{said}");
    let (said, _) = check(case(false, true)).await;
    assert_eq!(said, "retry: RELAY, while connecting: the relay does not offer STARTTLS");
}

#[tokio::test]
async fn implicit_tls_is_checked() {
    let case = |implicit, trusted, login| Case { scheme: "smtps", tls: true, implicit, trusted, login };
    assert_eq!(check(case(true, true, true)).await.1, Some(true));
    assert_eq!(check(case(true, true, false)).await.1, Some(true));
    for (implicit, trusted) in [(true, false), (false, true)] {
        let (said, _) = check(case(implicit, trusted, false)).await;
        assert!(said.starts_with("retry: RELAY, while connecting: "), "{said}");
    }
}
