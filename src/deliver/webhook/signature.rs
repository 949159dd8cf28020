//! PagerDuty's signature of a webhook: by it a receiver knows that the body is ours and unchanged.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The header that carries the signature.
pub(super) const HEADER: &str = "x-pagerduty-signature";

/// `v1=` and the HMAC-SHA256 of the body, in lower-case hex.
pub(super) fn sign(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of every length");
    mac.update(body);
    mac.finalize().into_bytes().iter().fold(String::from("v1="), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes all that is written");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::sign;

    #[test]
    fn signatures_are_hmac_sha256() {
        // The second test case of RFC 4231.
        assert_eq!(
            sign("Jefe", b"what do ya want for nothing?"),
            "v1=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
