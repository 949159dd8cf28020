//! Which server is asked, and as whom.

use std::fmt;

use url::Url;

/// Text that is never shown by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides `text`, without the white space around it.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The text, to be used or shown on purpose.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A server, as one of its users sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// The context that this comes from, if any.
    pub context: Option<String>,
    /// Equal doors to the same server, tried in this order; never empty.
    pub urls: Vec<Url>,
    /// What proves who asks.
    pub token: Option<Secret>,
    /// Where events go.
    pub routing_key: Option<Secret>,
    /// In whose name PagerDuty is asked: an e-mail address, needed with tokens of an account.
    pub from: Option<String>,
    /// What answers there, if the address does not tell.
    pub server: Option<Server>,
}

/// What answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Server {
    /// `pd`, with all that it adds.
    Pd,
    /// PagerDuty, or what stands before it.
    PagerDuty,
}

impl Server {
    /// Reads `pd` or `pagerduty`.
    ///
    /// # Errors
    /// What would be right.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "pd" => Ok(Self::Pd),
            "pagerduty" => Ok(Self::PagerDuty),
            _ => Err("expected `pd` or `pagerduty`".to_owned()),
        }
    }
}

impl Target {
    /// Whether PagerDuty itself answers, which has the same API without our additions.
    pub fn is_pagerduty(&self) -> bool {
        let by_name = |url: &Url| {
            url.host_str().is_some_and(|host| host == "pagerduty.com" || host.ends_with(".pagerduty.com"))
        };
        match self.server {
            Some(server) => server == Server::PagerDuty,
            None => self.urls.iter().all(by_name),
        }
    }

    /// The doors in words.
    pub fn shown(&self) -> String {
        self.urls.iter().map(|url| url.as_str().trim_end_matches('/')).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_address_tells_who_answers() {
        let check = |url: &str, server: Option<Server>, expected: bool| {
            let target = Target {
                context: None,
                urls: vec![url.parse().unwrap()],
                token: None,
                routing_key: None,
                from: None,
                server,
            };
            assert_eq!(target.is_pagerduty(), expected, "{url} {server:?}");
        };
        check("https://api.pagerduty.com", None, true);
        check("https://api.eu.pagerduty.com", None, true);
        check("https://pagerduty.com.example.org", None, false);
        check("https://notpagerduty.com", None, false);
        check("http://127.0.0.1:7433", None, false);
        check("http://127.0.0.1:7433", Some(Server::PagerDuty), true);
        check("https://api.pagerduty.com", Some(Server::Pd), false);
    }
}
