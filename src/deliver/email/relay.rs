//! Relays: the servers that mail is handed to, as the configuration names them.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// How a connection is protected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Security {
    /// `smtp://`: TLS if the relay offers it. Its certificate is checked only when a password is sent.
    Opportunistic,
    /// `smtp+starttls://`: TLS or nothing; the certificate is checked.
    StartTls,
    /// `smtps://`: TLS from the first byte; the certificate is checked.
    Tls,
}

/// The address of a relay, such as `smtp://mail.example.com:25` or `smtps://user@mail.example.com`.
#[derive(Clone, PartialEq, Eq)]
pub struct RelayUrl {
    /// How its connections are protected.
    pub security: Security,
    /// Whom to log in as.
    pub user: Option<String>,
    /// Its name or address, without brackets.
    pub host: String,
    /// Its port; by default 25, 587 for `smtp+starttls` and 465 for `smtps`.
    pub port: u16,
}

/// What is wrong with the address of a relay.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InvalidRelayUrl {
    /// Not a URL with a host.
    #[error("a relay is written smtp://host:port, smtp+starttls://user@host:port or smtps://user@host:port")]
    Form,
    /// Another scheme.
    #[error("`{0}` is not a relay's scheme: expected smtp, smtp+starttls or smtps")]
    Scheme(String),
    /// A password in the URL.
    #[error(
        "a relay's password does not belong into its URL: put it into a file and name that as `password_file`"
    )]
    Password,
    /// A path, query or fragment.
    #[error("a relay's URL ends with its port")]
    Rest,
}

impl FromStr for RelayUrl {
    type Err = InvalidRelayUrl;

    fn from_str(text: &str) -> Result<Self, InvalidRelayUrl> {
        let url: Url = text.parse().map_err(|_| InvalidRelayUrl::Form)?;
        let (security, port) = match url.scheme() {
            "smtp" => (Security::Opportunistic, 25),
            "smtp+starttls" => (Security::StartTls, 587),
            "smtps" => (Security::Tls, 465),
            other => return Err(InvalidRelayUrl::Scheme(other.to_owned())),
        };
        let host = match url.host().ok_or(InvalidRelayUrl::Form)? {
            Host::Domain("") => return Err(InvalidRelayUrl::Form),
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        if url.password().is_some() {
            return Err(InvalidRelayUrl::Password);
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidRelayUrl::Rest);
        }
        let user = Some(url.username()).filter(|user| !user.is_empty()).map(decoded);
        Ok(Self { security, user, host, port: url.port().unwrap_or(port) })
    }
}

/// What `%40` and the like stand for.
fn decoded(user: &str) -> String {
    // The decoder is one for forms, where a plus is a space.
    let form = user.replace('+', "%2B");
    url::form_urlencoded::parse(form.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

/// Host and port: enough to find it, and nothing that is secret.
impl fmt::Display for RelayUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Debug for RelayUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A password; it is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// The password in the text of a file: all of its first line.
    pub fn from_file_text(text: &str) -> Self {
        Self(text.lines().next().unwrap_or_default().to_owned())
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// A relay, and the password of the user that its URL names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Relay {
    /// Where it is.
    pub url: RelayUrl,
    /// The password of `url.user`; `None` if there is no user.
    pub password: Option<Password>,
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]

    use super::*;

    #[test]
    fn relays_are_read() {
        for (text, security, user, shown) in [
            ("smtp://mail.example.com", Security::Opportunistic, None, "mail.example.com:25"),
            ("smtp://127.0.0.1:2525", Security::Opportunistic, None, "127.0.0.1:2525"),
            ("smtp://[::1]:2525/", Security::Opportunistic, None, "[::1]:2525"),
            ("smtp+starttls://ann@mx", Security::StartTls, Some("ann"), "mx:587"),
            ("smtps://ann+pd%40example.com@mx", Security::Tls, Some("ann+pd@example.com"), "mx:465"),
        ] {
            let relay: RelayUrl = text.parse().unwrap();
            assert_eq!((relay.security, relay.user.as_deref()), (security, user), "{text}");
            assert_eq!(relay.to_string(), shown);
        }
    }

    #[test]
    fn what_is_not_a_relay_is_refused() {
        for (text, error) in [
            ("mail.example.com", InvalidRelayUrl::Form),
            ("smtp://", InvalidRelayUrl::Form),
            ("http://mx", InvalidRelayUrl::Scheme("http".to_owned())),
            ("mx:25", InvalidRelayUrl::Scheme("mx".to_owned())),
            ("smtp://ann:secret@mx", InvalidRelayUrl::Password),
            ("smtp://mx/path", InvalidRelayUrl::Rest),
            ("smtp://mx?tls=no", InvalidRelayUrl::Rest),
        ] {
            assert_eq!(text.parse::<RelayUrl>(), Err(error), "{text}");
        }
    }
}
