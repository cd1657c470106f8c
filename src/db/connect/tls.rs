//! Encryption of connections to PostgreSQL, with libpq's levels of trust.
//!
//! | mode | encrypted | chain checked | name checked |
//! | --- | --- | --- | --- |
//! | disable, allow, prefer | no, if must be, if possible | no | no |
//! | require | yes | no (yes when `sslrootcert` is given) | no |
//! | verify-ca | yes | yes | no |
//! | verify-full | yes | yes | yes |
//!
//! The cryptography (`ring`) is named here and never taken from the process's default.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;
use tracing::warn;

use crate::error::{Error, Result};

/// How far a connection must be protected, as libpq's `sslmode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SslMode {
    /// Never encrypted.
    Disable,
    /// Encrypted only when the server insists.
    Allow,
    /// Encrypted when the server can.
    Prefer,
    /// Always encrypted, to whomever.
    Require,
    /// Encrypted, to a server whose certificate a trusted authority signed.
    VerifyCa,
    /// Likewise, and the certificate is for the host's name.
    VerifyFull,
}

impl SslMode {
    /// All modes, weakest first.
    pub const ALL: [Self; 6] =
        [Self::Disable, Self::Allow, Self::Prefer, Self::Require, Self::VerifyCa, Self::VerifyFull];

    /// The name that libpq gives it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Allow => "allow",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }
}

impl fmt::Display for SslMode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Whose signature under a server's certificate counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Authorities {
    /// Those that the operating system trusts.
    System,
    /// Those in a PEM file.
    File(PathBuf),
}

/// What the connection string says about encryption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TlsOptions {
    pub(super) mode: SslMode,
    pub(super) authorities: Option<Authorities>,
    /// Certificate and key with which we prove who we are, two PEM files.
    pub(super) client: Option<(PathBuf, PathBuf)>,
    /// Whether the handshake begins without asking first (PostgreSQL 17 and later).
    pub(super) direct: bool,
}

/// What makes encrypted connections as `options` demand.
///
/// # Errors
/// `Setup` when a certificate or key file cannot be used.
pub(super) fn connector(options: &TlsOptions) -> Result<MakeRustlsConnect> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let trust = match (options.mode, &options.authorities) {
        (SslMode::VerifyFull, authorities) => Trust::Name(roots(authorities.as_ref().unwrap_or(&Authorities::System))?),
        (SslMode::VerifyCa, None) => {
            return Err(Error::setup(
                "sslmode=verify-ca needs to know whom to trust: give the authority's \
                 certificate with sslrootcert=/path/to/ca.pem, or use sslmode=verify-full, \
                 which also accepts the system's authorities.",
            ));
        }
        (SslMode::VerifyCa | SslMode::Require, Some(authorities)) => Trust::Chain(roots(authorities)?),
        _ => Trust::Anybody,
    };
    let verifier = Arc::new(Verifier { trust, provider: Arc::clone(&provider) });
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(Error::internal)?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = match &options.client {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => builder
            .with_client_auth_cert(certificates(certificate, "sslcert")?, private_key(key)?)
            .map_err(|cause| {
                Error::setup(format!(
                    "The client certificate {} and its key do not fit: {cause}.",
                    certificate.display()
                ))
            })?,
    };
    if options.direct {
        config.alpn_protocols = vec![b"postgresql".to_vec()];
    }
    Ok(MakeRustlsConnect::new(config))
}

fn certificates(path: &Path, parameter: &str) -> Result<Vec<CertificateDer<'static>>> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => {
            Err(Error::setup(format!("{parameter}={} holds no certificate; it should be a PEM file.", path.display())))
        }
        Err(cause) => {
            Err(Error::setup(format!("{parameter}={} cannot be read as a PEM file: {cause}.", path.display())))
        }
    }
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o007 != 0) {
            warn!("The private key {0} can be read by everybody; `chmod 600 {0}` mends it", path.display());
        }
    }
    PrivateKeyDer::from_pem_file(path).map_err(|cause| {
        Error::setup(format!(
            "sslkey={} cannot be read as a PEM file with an unencrypted private key: {cause}.",
            path.display()
        ))
    })
}

fn roots(authorities: &Authorities) -> Result<RootCertStore> {
    let mut store = RootCertStore::empty();
    match authorities {
        Authorities::File(path) => {
            for certificate in certificates(path, "sslrootcert")? {
                store.add(certificate).map_err(|cause| {
                    Error::setup(format!(
                        "sslrootcert={} holds a certificate that cannot be used: {cause}.",
                        path.display()
                    ))
                })?;
            }
        }
        Authorities::System => {
            let found = rustls_native_certs::load_native_certs();
            store.add_parsable_certificates(found.certs);
            if store.is_empty() {
                return Err(Error::setup(
                    "This machine has no list of trusted authorities. Install it (Debian: \
                     `apt-get install ca-certificates`), or give the authority's certificate \
                     with sslrootcert=/path/to/ca.pem.",
                ));
            }
        }
    }
    Ok(store)
}

#[derive(Debug)]
enum Trust {
    Anybody,
    Chain(RootCertStore),
    Name(RootCertStore),
}

/// Checks a server's certificate as far as the mode asks. That the server holds the
/// certificate's key is checked in every mode.
#[derive(Debug)]
struct Verifier {
    trust: Trust,
    provider: Arc<CryptoProvider>,
}

impl Verifier {
    fn chain(
        &self,
        roots: &RootCertStore,
        certificate: &ParsedCertificate<'_>,
        der: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), rustls::Error> {
        let algorithms = self.provider.signature_verification_algorithms.all;
        match verify_server_cert_signed_by_trust_anchor(certificate, roots, intermediates, now, algorithms) {
            // `openssl req -x509` marks a server's self-signed certificate as an authority's, and
            // people name that very file as sslrootcert; libpq accepts it. Its dates are checked
            // before this error arises.
            Err(rustls::Error::InvalidCertificate(problem)) if is_own_authority(&problem) && is_among(roots, der) => {
                Ok(())
            }
            outcome => outcome,
        }
    }
}

/// Whether a server's certificate was refused only for being marked as an authority's. webpki has
/// no public kind for it; a test holds the name.
pub(super) fn is_own_authority(problem: &CertificateError) -> bool {
    let CertificateError::Other(other) = problem else {
        return false;
    };
    format!("{other:?}").contains("CaUsedAsEndEntity")
}

/// Whether the authority that `der` describes, by name and key, is one of `roots`.
fn is_among(roots: &RootCertStore, der: &CertificateDer<'_>) -> bool {
    let mut alone = RootCertStore::empty();
    alone.add(der.clone().into_owned()).is_ok()
        && alone.roots.iter().all(|anchor| {
            roots.roots.iter().any(|root| {
                root.subject == anchor.subject && root.subject_public_key_info == anchor.subject_public_key_info
            })
        })
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let (roots, by_name) = match &self.trust {
            Trust::Anybody => return Ok(ServerCertVerified::assertion()),
            Trust::Chain(roots) => (roots, false),
            Trust::Name(roots) => (roots, true),
        };
        let certificate = ParsedCertificate::try_from(end_entity)?;
        self.chain(roots, &certificate, end_entity, intermediates, now)?;
        if by_name {
            verify_server_name(&certificate, server_name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
