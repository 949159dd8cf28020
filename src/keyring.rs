//! Seals and opens contact data and secrets, and signs links: everything that needs the installation's key file.
//!
//! The key file holds one random key, from which the others are derived. A user's data is sealed with a key of that
//! user's own, which is itself sealed: whoever loses the user's key (because the user was removed) can open none of it.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::disk;
use crate::domain::id::IncidentNumber;
use crate::domain::sealed::{Sealed, SealedKey};
use crate::ids::Ids;

const KEY_BYTES: usize = 32;

/// Why the keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The key file cannot be read or written.
    #[error("cannot use the key file {}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The key file does not hold a key.
    #[error("the key file {} does not hold a key: expected one line of 43 base64 characters", .0.display())]
    Malformed(PathBuf),
    /// Others can read the key file.
    #[error("the key file {} can be read by others: run `chmod 600 {}`", .0.display(), .0.display())]
    Exposed(PathBuf),
    /// Sealed with another installation's key, or damaged.
    #[error(
        "sealed with the key {sealed}, but this installation's key is {ours}: was the key file replaced?"
    )]
    OtherKey {
        /// The id of the key that it was sealed with.
        sealed: String,
        /// The id of the key that we have.
        ours: String,
    },
    /// The text is not what was sealed.
    #[error("sealed text is damaged")]
    Damaged,
}

/// The installation's keys.
pub struct Keyring {
    id: String,
    wrapping: LessSafeKey,
    fingerprints: [u8; KEY_BYTES],
    links: [u8; KEY_BYTES],
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keyring({})", self.id)
    }
}

impl Keyring {
    /// The keys that derive from `key`.
    pub fn new(key: [u8; KEY_BYTES]) -> Self {
        let id = hex(&mac(&key, b"pd key id")[..4]);
        Self {
            id,
            wrapping: cipher(&mac(&key, b"pd wrapping key")),
            fingerprints: mac(&key, b"pd fingerprint key"),
            links: mac(&key, b"pd link key"),
        }
    }

    /// Reads the key file.
    ///
    /// # Errors
    /// When it is missing, malformed, or readable by others.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let file = |source| Error::File { path: path.to_owned(), source };
        let mode = fs::metadata(path).map_err(file)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(Error::Exposed(path.to_owned()));
        }
        let text = fs::read_to_string(path).map_err(file)?;
        let key = STANDARD_NO_PAD
            .decode(text.trim())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| Error::Malformed(path.to_owned()))?;
        Ok(Self::new(key))
    }

    /// Makes a key file, which must not exist yet, and syncs it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create(path: &Path, ids: &dyn Ids) -> Result<Self, Error> {
        let mut key = [0; KEY_BYTES];
        ids.fill(&mut key);
        let line = format!("{}\n", STANDARD_NO_PAD.encode(key));
        let made = match path.try_exists() {
            Ok(true) => Err(io::ErrorKind::AlreadyExists.into()),
            Ok(false) => disk::replace(path, line.as_bytes()),
            Err(error) => Err(error),
        };
        made.map_err(|source| Error::File { path: path.to_owned(), source })?;
        Ok(Self::new(key))
    }

    /// A fresh key for a user.
    pub fn new_user_key(&self, ids: &dyn Ids) -> SealedKey {
        let mut key = [0; KEY_BYTES];
        ids.fill(&mut key);
        SealedKey(Arc::from(self.envelope(&self.wrapping, &key, ids)))
    }

    /// Seals a user's data.
    ///
    /// # Errors
    /// When the user's key was sealed by another installation.
    pub fn seal(&self, user: &SealedKey, plain: &str, ids: &dyn Ids) -> Result<Sealed, Error> {
        let key = self.user_cipher(user)?;
        Ok(Sealed {
            text: Arc::from(self.envelope(&key, plain.as_bytes(), ids)),
            fingerprint: self.fingerprint(plain),
        })
    }

    /// Opens a user's data.
    ///
    /// # Errors
    /// When it was sealed by another installation, or is damaged.
    pub fn open(&self, user: &SealedKey, sealed: &Sealed) -> Result<String, Error> {
        let key = self.user_cipher(user)?;
        String::from_utf8(self.unseal(&key, &sealed.text)?).map_err(|_| Error::Damaged)
    }

    /// By which equal texts are recognised, regardless of case and of space around them.
    pub fn fingerprint(&self, plain: &str) -> Arc<str> {
        let folded = plain.trim().to_lowercase();
        Arc::from(hex(&mac(&self.fingerprints, folded.as_bytes())[..16]))
    }

    /// The signature of the link to an incident's page.
    pub fn sign_link(&self, number: IncidentNumber) -> String {
        URL_SAFE_NO_PAD.encode(&mac(&self.links, &number.0.to_be_bytes())[..16])
    }

    /// Whether a link to an incident's page was signed by this installation. Takes the same time for every answer.
    pub fn link_is_ours(&self, number: IncidentNumber, signature: &str) -> bool {
        self.sign_link(number).as_bytes().ct_eq(signature.as_bytes()).into()
    }

    fn user_cipher(&self, user: &SealedKey) -> Result<LessSafeKey, Error> {
        let key = self.unseal(&self.wrapping, &user.0)?;
        let key: [u8; KEY_BYTES] = key.try_into().map_err(|_| Error::Damaged)?;
        Ok(cipher(&key))
    }

    fn envelope(&self, key: &LessSafeKey, plain: &[u8], ids: &dyn Ids) -> String {
        let mut nonce = [0; NONCE_LEN];
        ids.fill(&mut nonce);
        let mut text = plain.to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut text)
            .expect("a few bytes are within the cipher's limit");
        format!("{}.{}", self.id, STANDARD_NO_PAD.encode([&nonce[..], &text].concat()))
    }

    fn unseal(&self, key: &LessSafeKey, envelope: &str) -> Result<Vec<u8>, Error> {
        let (id, text) = envelope.split_once('.').ok_or(Error::Damaged)?;
        if id != self.id {
            return Err(Error::OtherKey { sealed: id.to_owned(), ours: self.id.clone() });
        }
        let bytes = STANDARD_NO_PAD.decode(text).map_err(|_| Error::Damaged)?;
        let (nonce, text) = bytes.split_at_checked(NONCE_LEN).ok_or(Error::Damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Error::Damaged)?;
        let mut text = text.to_vec();
        let plain = key.open_in_place(nonce, Aad::empty(), &mut text).map_err(|_| Error::Damaged)?;
        Ok(plain.to_vec())
    }
}

fn cipher(key: &[u8; KEY_BYTES]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("the key has the cipher's length"))
}

fn mac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length will do");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;
    use crate::ids::SystemIds;

    #[test]
    fn seals_and_opens_with_the_users_key_only() {
        let ring = Keyring::new([7; 32]);
        let (ann, bob) = (ring.new_user_key(&SystemIds), ring.new_user_key(&SystemIds));
        let sealed = ring.seal(&ann, "ann@example.org", &SystemIds).unwrap();
        assert_eq!(ring.open(&ann, &sealed).unwrap(), "ann@example.org");
        assert!(matches!(ring.open(&bob, &sealed), Err(Error::Damaged)));
        assert!(matches!(Keyring::new([8; 32]).open(&ann, &sealed), Err(Error::OtherKey { .. })));
        assert_eq!(sealed.fingerprint, ring.fingerprint(" Ann@Example.org"));
        assert_ne!(sealed.fingerprint, ring.fingerprint("bob@example.org"));
    }

    #[test]
    fn the_key_file_is_made_once_and_kept_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let made = Keyring::create(&path, &SystemIds).unwrap();
        assert_eq!(Keyring::load(&path).unwrap().id, made.id);
        assert!(matches!(Keyring::create(&path, &SystemIds), Err(Error::File { .. })));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(Keyring::load(&path), Err(Error::Exposed(_))));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "short").unwrap();
        assert!(matches!(Keyring::load(&path), Err(Error::Malformed(_))));
    }

    #[test]
    fn links_are_signed() {
        let ring = Keyring::new([7; 32]);
        let signature = ring.sign_link(IncidentNumber(12));
        assert!(ring.link_is_ours(IncidentNumber(12), &signature));
        assert!(!ring.link_is_ours(IncidentNumber(13), &signature));
        assert!(!ring.link_is_ours(IncidentNumber(12), ""));
    }
}
