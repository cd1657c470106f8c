//! A proxy that gives the tests' server encryption, and the authorities and certificates for it.
//!
//! It answers the request for encryption, ends TLS and passes the bytes on to the server's
//! socket. It counts what came encrypted and what did not.

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection};
use searxng_cool_music::db::connect::{ConnectTarget, SessionSettings, connect_raw};
use searxng_cool_music::error::Error;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};

use super::server_socket;

/// The name that the certificates of these tests are for, unless they are for another.
pub(super) const NAME: &str = "database.test";

/// A certificate with its key, signed by an authority or by itself.
pub(super) struct Identity {
    pub(super) certificate: CertificateDer<'static>,
    pub(super) pem: String,
    pub(super) key: KeyPair,
}

impl Identity {
    fn private_key(&self) -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.key.serialize_der()).into()
    }
}

/// An authority made for one test.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    /// The PEM file that a client names as `sslrootcert`.
    file: tempfile::NamedTempFile,
}

pub(super) fn pem_file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    file.write_all(text.as_bytes()).expect("it can be written");
    file
}

pub(super) fn authority() -> Authority {
    let key = KeyPair::generate().expect("a key can be made");
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).expect("it signs itself");
    Authority {
        file: pem_file(&certificate.pem()),
        certificate: certificate.der().clone(),
        issuer: Issuer::new(params, key),
    }
}

impl Authority {
    pub(super) fn certify(&self, params: CertificateParams) -> Identity {
        let key = KeyPair::generate().expect("a key can be made");
        let certificate = params.signed_by(&key, &self.issuer).expect("the authority signs");
        Identity { certificate: certificate.der().clone(), pem: certificate.pem(), key }
    }

    pub(super) fn certify_name(&self, name: &str) -> Identity {
        self.certify(named(name))
    }

    pub(super) fn root(&self) -> String {
        format!("sslrootcert={}", self.file.path().display())
    }
}

pub(super) fn named(name: &str) -> CertificateParams {
    CertificateParams::new(vec![name.to_owned()]).expect("the name is one")
}

pub(super) fn encrypting(identity: &Identity, clients: Option<&Authority>) -> Option<Arc<ServerConfig>> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("the versions are supported");
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.certificate.clone()).expect("it is an authority");
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().expect("there is an authority"))
        }
    };
    let config = builder.with_single_cert(vec![identity.certificate.clone()], identity.private_key());
    Some(Arc::new(config.expect("key and certificate fit")))
}

/// A server that listens on TCP, with or without encryption.
pub(super) struct Proxy {
    pub(super) port: u16,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    encrypted: AtomicUsize,
    plain: AtomicUsize,
}

impl Proxy {
    /// `None` refuses encryption as a server without certificate does.
    pub(super) async fn start(tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let port = listener.local_addr().expect("it is bound").port();
        let counts = Arc::new(Counts::default());
        let theirs = Arc::clone(&counts);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (tls, counts) = (tls.clone(), Arc::clone(&theirs));
                // A session that breaks off is what some tests want; the client tells of it.
                tokio::spawn(async move { serve(client, tls, &counts).await.ok() });
            }
        });
        Self { port, counts }
    }

    pub(super) fn target(&self, words: &str) -> ConnectTarget {
        let text =
            format!("host={NAME} hostaddr=127.0.0.1 port={} user=searxng_user dbname=postgres {words}", self.port);
        ConnectTarget::parse(&text).expect("the address is right")
    }

    /// Connects and asks something; says whether it came encrypted, or what the refusal says.
    pub(super) async fn visit(&self, words: &str) -> Result<&'static str, String> {
        let before = self.counts.encrypted.load(Ordering::SeqCst);
        ask(&self.target(words)).await?;
        let after = self.counts.encrypted.load(Ordering::SeqCst);
        Ok(if after > before { "encrypted" } else { "plain" })
    }

    pub(super) fn plain_sessions(&self) -> usize {
        self.counts.plain.load(Ordering::SeqCst)
    }
}

pub(super) async fn ask(target: &ConnectTarget) -> Result<(), String> {
    let session = connect_raw(target, &SessionSettings::default()).await;
    let (client, connection) = session.map_err(|error| match error {
        Error::Setup(sentence) => sentence,
        other => format!("another kind: {other}"),
    })?;
    tokio::spawn(connection);
    client.simple_query("select 1").await.map(drop).map_err(|error| error.to_string())
}

async fn serve(mut client: TcpStream, tls: Option<Arc<ServerConfig>>, counts: &Counts) -> std::io::Result<()> {
    let (directory, port) = server_socket();
    let mut server = UnixStream::connect(directory.join(format!(".s.PGSQL.{port}"))).await?;
    let mut start = [0; 8];
    client.read_exact(&mut start).await?;
    // The request for encryption: length 8, code 80877103.
    if start == [0, 0, 0, 8, 4, 210, 22, 47] {
        let Some(tls) = tls else {
            client.write_all(b"N").await?;
            // A client that goes on without encryption is passed through like any other.
            client.read_exact(&mut start).await?;
            return pass(client, server, &start, counts).await;
        };
        client.write_all(b"S").await?;
        let session = ServerConnection::new(tls).map_err(std::io::Error::other)?;
        return decrypt(client, &mut server, session, counts).await;
    }
    pass(client, server, &start, counts).await
}

async fn pass(mut client: TcpStream, mut server: UnixStream, start: &[u8], counts: &Counts) -> std::io::Result<()> {
    counts.plain.fetch_add(1, Ordering::SeqCst);
    server.write_all(start).await?;
    tokio::io::copy_bidirectional(&mut client, &mut server).await.map(drop)
}

/// Moves bytes both ways until one side ends, decrypting those of the client.
async fn decrypt(
    mut client: TcpStream,
    server: &mut UnixStream,
    mut session: ServerConnection,
    counts: &Counts,
) -> std::io::Result<()> {
    let mut counted = false;
    let (mut incoming, mut answer) = (vec![0; 16 * 1024], vec![0; 16 * 1024]);
    loop {
        let mut outgoing = Vec::new();
        while session.wants_write() {
            session.write_tls(&mut outgoing)?;
        }
        client.write_all(&outgoing).await?;
        if !session.is_handshaking() && !counted {
            counts.encrypted.fetch_add(1, Ordering::SeqCst);
            counted = true;
        }
        tokio::select! {
            read = client.read(&mut incoming) => {
                let mut rest = &incoming[..read?];
                if rest.is_empty() {
                    return Ok(());
                }
                while !rest.is_empty() {
                    session.read_tls(&mut rest)?;
                    if let Err(cause) = session.process_new_packets() {
                        // The alert that names the cause still goes out.
                        let mut alert = Vec::new();
                        session.write_tls(&mut alert)?;
                        client.write_all(&alert).await?;
                        return Err(std::io::Error::other(cause));
                    }
                    let mut plain = vec![0; 64 * 1024];
                    while let Ok(length @ 1..) = session.reader().read(&mut plain) {
                        server.write_all(&plain[..length]).await?;
                    }
                }
            }
            read = server.read(&mut answer) => {
                let length = read?;
                if length == 0 {
                    return Ok(());
                }
                session.writer().write_all(&answer[..length])?;
            }
        }
    }
}
