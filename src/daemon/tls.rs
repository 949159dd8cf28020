//! The server's certificate: read at the start, and again on SIGHUP.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::config::Tls;

/// Why the certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("cannot read {}: {reason}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// A file does not hold what it should.
    #[error("{} is not PEM with {what}: {reason}", path.display())]
    Pem {
        /// Which.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// Certificate and key do not go together.
    #[error("the certificate {} and the key {} cannot be used: {reason}", cert.display(), key.display())]
    Pair {
        /// The certificate.
        cert: PathBuf,
        /// The key.
        key: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// Reads certificate and key.
pub(super) fn load(tls: &Tls) -> Result<Arc<ServerConfig>, Error> {
    let pem = |path: &Path, what, reason: String| Error::Pem { path: path.to_owned(), what, reason };
    let chain = CertificateDer::pem_slice_iter(&read(&tls.cert)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| pem(&tls.cert, "certificates", format!("{error:?}")))?;
    if chain.is_empty() {
        return Err(pem(&tls.cert, "certificates", "it has none".to_owned()));
    }
    let key = PrivateKeyDer::from_pem_slice(&read(&tls.key)?)
        .map_err(|error| pem(&tls.key, "a private key", format!("{error:?}")))?;
    let mut config =
        ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).map_err(|error| {
            Error::Pair { cert: tls.cert.clone(), key: tls.key.clone(), reason: error.to_string() }
        })?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|reason| Error::File { path: path.to_owned(), reason })
}
