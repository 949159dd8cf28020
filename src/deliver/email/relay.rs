//! Relays: the servers that mail is handed to, and how we log in there.

use std::fmt;

use crate::config;

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

/// As whom a relay knows us. It is sent protected, or to this machine itself, or not at all.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Login {
    /// Who.
    pub user: String,
    /// What proves it.
    pub password: Password,
}

/// A relay, and the login that it asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Relay {
    /// Where it is, and how the connection is protected. With [`config::Security::Opportunistic`] its certificate is
    /// checked only if there is a login to protect.
    pub url: config::Relay,
    /// `None` if it takes mail from us as we are.
    pub login: Option<Login>,
}

#[cfg(test)]
mod tests {
    use super::Password;

    #[test]
    fn a_password_is_the_first_line_and_is_not_printed() {
        for text in ["secret ", "secret \n", "secret \r\nrest\n"] {
            let password = Password::from_file_text(text);
            assert_eq!(password.reveal(), "secret ");
            assert_eq!(format!("{password:?}"), "Password(…)");
        }
    }
}
