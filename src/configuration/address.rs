//! Addresses by which people are reached, checked by channel.

use url::Url;

use crate::domain::user::{CONSOLE, CONSOLE_OF_DRILLS, Channel};

/// The address as it is kept.
///
/// # Errors
/// Why it cannot be one of this channel.
pub fn address(channel: Channel, text: &str) -> Result<String, String> {
    let text = text.trim();
    match channel {
        Channel::Email => email(text),
        // Whatever is said, there is one terminal. But what is there must not become another when it is read again.
        Channel::Console if text == CONSOLE_OF_DRILLS => Ok(CONSOLE_OF_DRILLS.to_owned()),
        Channel::Console => Ok(CONSOLE.to_owned()),
        Channel::Webhook => url(text),
        Channel::Sms | Channel::Phone => number(text),
        Channel::Push if text.is_empty() => Err("expected a device".to_owned()),
        Channel::Push => Ok(text.to_owned()),
    }
}

/// An e-mail address as it is kept.
///
/// # Errors
/// That it cannot be one.
pub fn email(text: &str) -> Result<String, String> {
    let text = text.trim();
    let plausible = text.len() <= 254
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && text.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    if plausible { Ok(text.to_owned()) } else { Err(format!("`{text}` is not an e-mail address")) }
}

fn url(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|error| format!("`{text}` is not a URL: {error}"))?;
    match url.scheme() {
        "http" | "https" => Ok(text.to_owned()),
        scheme => Err(format!("`{text}` begins with {scheme}; expected http or https")),
    }
}

fn number(text: &str) -> Result<String, String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.' | '/')).collect();
    let bare = digits.strip_prefix('+').unwrap_or(&digits);
    if (3..=20).contains(&bare.len()) && bare.bytes().all(|b| b.is_ascii_digit()) {
        Ok(digits)
    } else {
        Err(format!("`{text}` is not a telephone number"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_by_channel() {
        for (channel, text, kept) in [
            (Channel::Email, " ann@example.com ", Some("ann@example.com")),
            (Channel::Email, "ann", None),
            (Channel::Email, "ann @example.com", None),
            (Channel::Webhook, "https://example.com/x?y", Some("https://example.com/x?y")),
            (Channel::Webhook, "file:///etc/passwd", None),
            (Channel::Webhook, "example.com", None),
            (Channel::Console, "", Some("console")),
            (Channel::Console, "drill", Some("drill")),
            (Channel::Sms, "+49 (170) 123-456", Some("+49170123456")),
            (Channel::Phone, "call me", None),
        ] {
            assert_eq!(address(channel, text).ok().as_deref(), kept, "{text}");
        }
    }
}
