//! Sessions with PostgreSQL as `sslmode` asks for them, from `disable` to `verify-full`.
//!
//! The server of the tests may be built without encryption, so a small proxy (`tls/proxy.rs`)
//! stands before it and ends TLS with a certificate made by the test.

mod proxy;

use std::path::PathBuf;
use std::time::Duration;

use proxy::{Identity, NAME, Proxy, ask, authority, encrypting, named, pem_file};
use rcgen::{BasicConstraints, IsCa, KeyPair};
use searxng_cool_music::db::connect::{ConnectTarget, SessionSettings, connect, connect_raw};
use searxng_cool_music::error::Error;

/// The socket of the server that the tests run on.
fn server_socket() -> (PathBuf, u16) {
    let parameters = crate::harness::cluster();
    (parameters.socket_dir.clone(), parameters.port)
}

fn refused_for(outcome: Result<&'static str, String>, reason: &str) {
    let message = outcome.expect_err("the session should be refused");
    assert!(message.contains(reason), "{message}");
}

#[tokio::test]
async fn weak_modes_encrypt_only_as_far_as_they_say() {
    let identity = authority().certify_name("somebody.else");
    let able = Proxy::start(encrypting(&identity, None)).await;
    assert_eq!(able.visit("sslmode=disable").await, Ok("plain"));
    assert_eq!(able.visit("sslmode=allow").await, Ok("plain"));
    assert_eq!(able.visit("sslmode=prefer").await, Ok("encrypted"));
    assert_eq!(able.visit("sslmode=require").await, Ok("encrypted"));
    assert_eq!(able.plain_sessions(), 2);
}

#[tokio::test]
async fn a_server_without_encryption_is_refused_by_strong_modes_only() {
    let unable = Proxy::start(None).await;
    assert_eq!(unable.visit("sslmode=disable").await, Ok("plain"));
    assert_eq!(unable.visit("sslmode=prefer").await, Ok("plain"));
    let authority = authority();
    for mode in ["require", "verify-ca", "verify-full"] {
        let words = format!("sslmode={mode} {}", authority.root());
        refused_for(unable.visit(&words).await, "offers no encryption");
    }
    assert_eq!(unable.plain_sessions(), 2);
}

#[tokio::test]
async fn verify_full_wants_the_authority_and_the_name() {
    let (ours, other) = (authority(), authority());
    let right = Proxy::start(encrypting(&ours.certify_name(NAME), None)).await;
    assert_eq!(right.visit(&format!("sslmode=verify-full {}", ours.root())).await, Ok("encrypted"));
    refused_for(
        right.visit(&format!("sslmode=verify-full {}", other.root())).await,
        "an authority that is not trusted",
    );
    let misnamed = Proxy::start(encrypting(&ours.certify_name("wrong.test"), None)).await;
    refused_for(misnamed.visit(&format!("sslmode=verify-full {}", ours.root())).await, "is for another name");
    assert_eq!(right.plain_sessions() + misnamed.plain_sessions(), 0);
}

#[tokio::test]
async fn verify_ca_wants_the_authority_only() {
    let (ours, other) = (authority(), authority());
    let misnamed = Proxy::start(encrypting(&ours.certify_name("wrong.test"), None)).await;
    assert_eq!(misnamed.visit(&format!("sslmode=verify-ca {}", ours.root())).await, Ok("encrypted"));
    refused_for(
        misnamed.visit(&format!("sslmode=verify-ca {}", other.root())).await,
        "an authority that is not trusted",
    );
    refused_for(misnamed.visit("sslmode=verify-ca").await, "needs to know whom to trust");
}

#[tokio::test]
async fn the_system_does_not_trust_an_authority_of_a_test() {
    let right = Proxy::start(encrypting(&authority().certify_name(NAME), None)).await;
    let message = right.visit("sslrootcert=system").await.expect_err("the session should be refused");
    // A machine without a list of authorities says that instead.
    assert!(message.contains("not trusted") || message.contains("no list of trusted authorities"), "{message}");
}

#[tokio::test]
async fn require_with_an_authority_checks_it() {
    let (ours, other) = (authority(), authority());
    let misnamed = Proxy::start(encrypting(&ours.certify_name("wrong.test"), None)).await;
    assert_eq!(misnamed.visit(&format!("sslmode=require {}", ours.root())).await, Ok("encrypted"));
    refused_for(misnamed.visit(&format!("sslmode=require {}", other.root())).await, "an authority that is not trusted");
}

#[tokio::test]
async fn an_address_in_the_certificate_serves_as_name() {
    let ours = authority();
    let proxy = Proxy::start(encrypting(&ours.certify_name("127.0.0.1"), None)).await;
    let by_number =
        format!("postgres://searxng_user@127.0.0.1:{}/postgres?sslmode=verify-full&{}", proxy.port, ours.root());
    assert_eq!(ask(&ConnectTarget::parse(&by_number).expect("the address is right")).await, Ok(()));
    refused_for(proxy.visit(&format!("sslmode=verify-full {}", ours.root())).await, "is for another name");
}

#[tokio::test]
async fn a_certificate_that_signed_itself_can_be_named_as_trusted() {
    for is_ca in [IsCa::NoCa, IsCa::Ca(BasicConstraints::Unconstrained)] {
        let mut params = named(NAME);
        params.is_ca = is_ca;
        let key = KeyPair::generate().expect("a key can be made");
        let certificate = params.self_signed(&key).expect("it signs itself");
        let identity = Identity { certificate: certificate.der().clone(), pem: certificate.pem(), key };
        let proxy = Proxy::start(encrypting(&identity, None)).await;
        let file = pem_file(&identity.pem);
        let root = format!("sslrootcert={}", file.path().display());
        assert_eq!(proxy.visit(&format!("sslmode=verify-full {root}")).await, Ok("encrypted"));
        let other = authority().root();
        assert!(proxy.visit(&format!("sslmode=verify-full {other}")).await.is_err());
    }
}

#[tokio::test]
async fn certificates_out_of_their_time_are_refused() {
    let ours = authority();
    let mut past = named(NAME);
    (past.not_before, past.not_after) = (rcgen::date_time_ymd(2001, 1, 1), rcgen::date_time_ymd(2002, 1, 1));
    let mut future = named(NAME);
    (future.not_before, future.not_after) = (rcgen::date_time_ymd(2901, 1, 1), rcgen::date_time_ymd(2902, 1, 1));
    for (params, reason) in [(past, "has expired"), (future, "is not valid yet")] {
        let proxy = Proxy::start(encrypting(&ours.certify(params), None)).await;
        refused_for(proxy.visit(&format!("sslmode=verify-ca {}", ours.root())).await, reason);
        assert_eq!(proxy.visit("sslmode=require").await, Ok("encrypted"));
    }
}

#[tokio::test]
async fn a_client_certificate_is_shown_to_a_server_that_asks() {
    let ours = authority();
    let proxy = Proxy::start(encrypting(&ours.certify_name(NAME), Some(&ours))).await;
    let me = ours.certify_name("client");
    let (certificate, key) = (pem_file(&me.pem), pem_file(&me.key.serialize_pem()));
    let words = format!(
        "sslmode=verify-full {} sslcert={} sslkey={}",
        ours.root(),
        certificate.path().display(),
        key.path().display()
    );
    assert_eq!(proxy.visit(&words).await, Ok("encrypted"));
    refused_for(proxy.visit(&format!("sslmode=verify-full {}", ours.root())).await, "with sslcert and sslkey");
}

#[tokio::test]
async fn files_that_hold_no_certificate_are_named() {
    let proxy = Proxy::start(encrypting(&authority().certify_name(NAME), None)).await;
    refused_for(
        proxy.visit("sslmode=verify-full sslrootcert=/nonexistent/ca.pem").await,
        "sslrootcert=/nonexistent/ca.pem",
    );
    let empty = pem_file("nothing here\n");
    let words = format!("sslmode=verify-full sslrootcert={}", empty.path().display());
    refused_for(proxy.visit(&words).await, "holds no certificate");
}

#[tokio::test]
async fn a_session_begins_with_our_limits_and_goes_to_the_host_that_answers() {
    let proxy = Proxy::start(encrypting(&authority().certify_name(NAME), None)).await;
    let (directory, port) = server_socket();
    // The first host refuses, the second is the proxy, the third is never asked.
    let text = format!(
        "host=127.0.0.1,{NAME},{} hostaddr=127.0.0.1,127.0.0.1, port=1,{},{port} \
         user=searxng_user dbname=postgres sslmode=require target_session_attrs=read-write \
         options='-c lock_timeout=70ms'",
        directory.display(),
        proxy.port
    );
    let settings = SessionSettings {
        application_name: "tls test".to_owned(),
        statement_timeout: Some(Duration::from_secs(5)),
        lock_timeout: Some(Duration::from_secs(1)),
        idle_in_transaction_session_timeout: Some(Duration::from_secs(60)),
    };
    let target = ConnectTarget::parse(&text).expect("the address is right");
    let (client, connection) = connect_raw(&target, &settings).await.expect("the proxy answers");
    tokio::spawn(connection);
    let mut told = Vec::new();
    for name in ["application_name", "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"] {
        let row = client.query_one(&format!("show {name}"), &[]).await.expect("it is a setting");
        told.push(row.get::<_, String>(0));
    }
    assert_eq!(told, ["tls test", "5s", "70ms", "1min"]);
    assert_eq!(proxy.plain_sessions(), 0);
    connect(&target, &settings).await.expect("diesel's session begins as well");
}

#[tokio::test]
async fn what_is_wrong_with_an_address_is_told() {
    let (directory, port) = server_socket();
    let socket = directory.display();
    let settings = SessionSettings::default();
    for (text, kind, expected) in [
        (
            format!("host={socket} port={port} user=searxng_user dbname=absent"),
            "setup",
            "There is no database \"absent\"".to_owned(),
        ),
        (
            format!("host={socket} port={port} user=absent dbname=postgres"),
            "setup",
            "does not let user \"absent\" in".to_owned(),
        ),
        (
            format!(
                "host={socket} port={port} user=searxng_user dbname=postgres \
                 target_session_attrs=standby"
            ),
            "unavailable",
            "is a primary, and the address asks for another kind".to_owned(),
        ),
        (
            format!("host={socket} port={port} user=searxng_user dbname=postgres options='-c nothing=1'"),
            "setup",
            "does not accept the options".to_owned(),
        ),
        ("host=/nonexistent user=u".to_owned(), "unavailable", "There is no such socket".to_owned()),
        ("host=127.0.0.1 port=1 user=u".to_owned(), "unavailable", "127.0.0.1:1 cannot be reached".to_owned()),
        ("host=absent.invalid user=u".to_owned(), "unavailable", "absent.invalid:5432 cannot be reached".to_owned()),
    ] {
        let target = ConnectTarget::parse(&text).expect("the address is right");
        let (found, message) = match connect_raw(&target, &settings).await {
            Ok(_) => ("none", String::new()),
            Err(Error::Setup(message)) => ("setup", message),
            Err(Error::Unavailable(message)) => ("unavailable", message),
            Err(other) => ("other", other.to_string()),
        };
        assert!(found == kind && message.contains(&expected), "{text}: {found}: {message}");
    }
}
