//! What TLS takes whatever the socket, behind the feature `rustls`: both ends' configurations, the name that is
//! called, and why a handshake failed. The cryptography is ring's, whatever the process has made its default.
//!
//! ```
//! use voxwire_line::tls::{self, TlsError};
//!
//! # let identity = rcgen::generate_simple_self_signed(["voice.example.org".to_owned()])?;
//! # let (chain, key) = (identity.cert.pem(), identity.signing_key.serialize_pem());
//! let server = tls::server(chain.as_bytes(), key.as_bytes())?;
//! let client = tls::client(tls::roots(chain.as_bytes())?)?;
//! assert_eq!(server.alpn_protocols, client.alpn_protocols);
//! assert_eq!(tls::server(chain.as_bytes(), b"").unwrap_err(), TlsError::NoKey);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

use std::io;
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};

use crate::CallError;

/// The most that should wait encrypted for a socket, in bytes: one record. A clear takes nothing of it back.
pub const MAX_UNSENT: usize = 16 * 1024;

const HTTP: &[u8] = b"http/1.1";

/// What can be wrong with certificates, keys and handshakes. Nothing of a key is ever told.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The PEM text holds no certificate.
    #[error("there is no certificate in the PEM text")]
    NoCertificate,
    /// The certificate that is so many in the PEM text, from 1, cannot be read.
    #[error("certificate {0} in the PEM text cannot be read")]
    Certificate(usize),
    /// The PEM text holds no private key, or one that is encrypted.
    #[error("there is no private key in the PEM text, or it is encrypted")]
    NoKey,
    /// The private key cannot be read, or is neither RSA, ECDSA nor Ed25519.
    #[error("the private key cannot be read, or is of no supported kind")]
    Key,
    /// The private key is not that of the first certificate.
    #[error("the private key does not belong to the first certificate")]
    KeyMismatch,
    /// The root that is so many in the PEM text, from 1, cannot be read.
    #[error("root certificate {0} in the PEM text cannot be read")]
    Root(usize),
    /// The system trusts nobody, or its roots cannot be read.
    #[error("no root certificates can be read from the system")]
    NoSystemRoots,
    /// A host that no certificate can be for.
    #[error("{0:?} is neither an address nor a name that a certificate can be for")]
    Name(String),
    /// What the peer says is not TLS.
    #[error("the peer does not speak TLS")]
    NotTls,
    /// The peer closed the connection before the handshake was done.
    #[error("the peer closed the connection in the middle of the TLS handshake")]
    Cut,
    /// The peer was refused, or refuses.
    #[error("the TLS handshake failed: {0}")]
    Handshake(#[source] rustls::Error),
}

/// What a server proves itself with: a chain of certificates, its own first, and the private key of that one; both as
/// PEM text. Other sections of the text are passed over, so one file may serve for both.
///
/// # Errors
/// [`TlsError`]: which of the two is wrong, and how.
pub fn server(chain: &[u8], key: &[u8]) -> Result<Arc<ServerConfig>, TlsError> {
    let chain = certificates(chain, TlsError::Certificate)?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| match error {
        pem::Error::NoItemsFound => TlsError::NoKey,
        // The error quotes the text.
        _ => TlsError::Key,
    })?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Handshake)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => TlsError::KeyMismatch,
            rustls::Error::InvalidCertificate(_) => TlsError::Certificate(1),
            _ => TlsError::Key,
        })?;
    config.alpn_protocols = vec![HTTP.to_vec()];
    Ok(Arc::new(config))
}

/// What a client goes by: it trusts whom the roots vouch for.
///
/// # Errors
/// [`TlsError::Handshake`] if no version of TLS can be spoken.
pub fn client(roots: RootCertStore) -> Result<Arc<ClientConfig>, TlsError> {
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Handshake)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![HTTP.to_vec()];
    Ok(Arc::new(config))
}

/// The roots in a PEM text: those of a company, say, or one that vouches for a test's certificate.
///
/// # Errors
/// [`TlsError::NoCertificate`], or [`TlsError::Root`].
pub fn roots(pem: &[u8]) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for (n, root) in certificates(pem, TlsError::Root)?.into_iter().enumerate() {
        roots.add(root).map_err(|_| TlsError::Root(n + 1))?;
    }
    Ok(roots)
}

/// The roots that the system trusts, read from its files: keep the [`client`] they make. Those that cannot be read are
/// passed over.
///
/// # Errors
/// [`TlsError::NoSystemRoots`] if none is left.
pub fn system_roots() -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() { Err(TlsError::NoSystemRoots) } else { Ok(roots) }
}

/// Says in a sentence why a handshake failed, given what came of it as rustls and its streams tell it: the result holds
/// a [`TlsError`]. Other failures, a time limit or a lost connection, stay what they are.
pub fn explain(error: io::Error) -> io::Error {
    let told = match error.get_ref().and_then(|inner| inner.downcast_ref()) {
        Some(rustls::Error::InvalidMessage(_)) => TlsError::NotTls,
        Some(other) => TlsError::Handshake(rustls::Error::clone(other)),
        None if error.kind() == io::ErrorKind::UnexpectedEof => TlsError::Cut,
        None => return error,
    };
    io::Error::new(error.kind(), told)
}

/// The name that a peer must prove to have: that of a host as URLs have it, an IPv6 address without brackets.
///
/// # Errors
/// [`TlsError::Name`] for a host that no certificate can be for.
pub fn server_name(host: &str) -> Result<ServerName<'static>, TlsError> {
    ServerName::try_from(host.to_owned()).map_err(|_| TlsError::Name(host.to_owned()))
}

impl From<TlsError> for CallError {
    fn from(error: TlsError) -> Self {
        Self::Handshake(io::Error::new(io::ErrorKind::InvalidData, error).into())
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn certificates(
    pem: &[u8],
    unreadable: fn(usize) -> TlsError,
) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .enumerate()
        .map(|(n, certificate)| certificate.map_err(|_| unreadable(n + 1)))
        .collect::<Result<_, _>>()?;
    if certificates.is_empty() { Err(TlsError::NoCertificate) } else { Ok(certificates) }
}
