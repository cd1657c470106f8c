//! Traces to an OpenTelemetry collector; built with the feature `opentelemetry` alone.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::Duration;

use serde_json::json;

use crate::harness::TestDatabase;
use crate::run::Running;

/// A collector that takes everything; gives the path and the body of each request.
fn collector() -> (String, mpsc::Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut input = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && input.read_line(&mut head).is_ok_and(|count| count > 0) {}
            let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
            });
            let mut body = vec![0; length.unwrap_or_default()];
            if input.read_exact(&mut body).is_err() {
                continue;
            }
            let answer = "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            let _ = input.get_mut().write_all(answer.as_bytes());
            if sender.send((path, body)).is_err() {
                return;
            }
        }
    });
    (format!("http://{address}"), receiver)
}

#[tokio::test]
async fn a_request_is_traced_to_the_collector() {
    let (endpoint, received) = collector();
    let database = TestDatabase::create().await;
    let (program, _) = Running::over(&database, &[("LOG", "info"), ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)]);
    assert_eq!(program.query("{ __typename }"), json!({"__typename": "Query"}));
    // What waits is sent at the end.
    program.signal(libc::SIGTERM);
    assert!(program.ends(), "a server that is told to stop ends well");
    let mut seen = Vec::new();
    while let Ok((path, body)) = received.recv_timeout(Duration::from_secs(5)) {
        let text = String::from_utf8_lossy(&body).into_owned();
        // A span of the request, with the name of the service.
        if path == "/v1/traces" && text.contains("searxng-cool-music") && text.contains("request") {
            assert!(text.contains("/graphql"), "{text:?}");
            return;
        }
        seen.push((path, text));
    }
    panic!("no request was traced: {seen:?}");
}
