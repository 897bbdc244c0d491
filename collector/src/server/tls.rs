//! TLS in front of HTTP: the certificate is read once, at the start; a new one needs a restart.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Where certificate and key lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate and those between it and the root, PEM.
    pub cert: PathBuf,
    /// The certificate's private key, PEM.
    pub key: PathBuf,
}

/// Why there can be no TLS with these files. The key itself is never repeated.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("tls.cert: {path} holds no certificate that can be read: {cause}")]
    Certificate { path: PathBuf, cause: String },
    #[error("tls.key: {path} holds no private key that can be read: {cause}")]
    Key { path: PathBuf, cause: String },
    #[error("tls: key and certificate cannot be used together: {0}")]
    Pair(rustls::Error),
}

impl TlsError {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Certificate { .. } => "tls_certificate",
            Self::Key { .. } => "tls_key",
            Self::Pair(_) => "tls_pair",
        }
    }
}

/// How connections are taken with this certificate: TLS 1.2 and 1.3, and HTTP/1.1 inside.
pub(super) fn config(files: &TlsFiles) -> Result<Arc<ServerConfig>, TlsError> {
    let chain = certificates(&files.cert)?;
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| TlsError::Key { path: files.key.clone(), cause: error.to_string() })?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Pair)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(TlsError::Pair)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let fault = |cause: String| TlsError::Certificate { path: path.to_owned(), cause };
    let found = CertificateDer::pem_file_iter(path).map_err(|error| fault(error.to_string()))?;
    let chain = found.collect::<Result<Vec<_>, _>>().map_err(|error| fault(error.to_string()))?;
    if chain.is_empty() { Err(fault("no certificate in it".to_owned())) } else { Ok(chain) }
}
