//! The playground: its files as they are served, and the page in a browser that reaches nothing but
//! the server.

use std::io::Read as _;
use std::path::Path;

use searxng_cool_music::server::playground::{Assets, assets};

use crate::http::TestServer;
use crate::npm::{DemoServer, Project, skip};

/// Debian's; `CHROMIUM` names another.
const CHROMIUM: &str = "/usr/bin/chromium";

struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value)
    }
}

async fn get(server: &TestServer, path: &str, headers: &[(&'static str, &str)]) -> Answer {
    let url = format!("http://{}{path}", server.server.address());
    let headers: Vec<(&str, String)> = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let fetching = tokio::task::spawn_blocking(move || {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let request = headers.into_iter().fold(agent.get(url), |request, (name, value)| request.header(name, value));
        let mut answer = request.call().expect("the server answers");
        let headers = answer.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into()));
        Answer {
            status: answer.status().as_u16(),
            headers: headers.collect(),
            body: answer.body_mut().read_to_vec().expect("the body comes"),
        }
    });
    fetching.await.expect("no panic")
}

/// The paths of the page's files; none in the simple page, which has all in itself.
async fn files(server: &TestServer) -> Vec<String> {
    let page = String::from_utf8(get(server, "/", &[]).await.body).expect("the page is UTF-8");
    page.split('"').filter(|part| part.starts_with("/playground/")).map(str::to_owned).collect()
}

#[tokio::test]
async fn this_program_has_all_of_the_playground() {
    match assets() {
        Assets::Embedded => assert_eq!(files(&TestServer::start().await).await.len(), 6),
        Assets::Simple => skip("GraphiQL: the program was built without npm and has the simple page"),
    }
}

#[tokio::test]
async fn browsers_keep_the_playgrounds_files_for_good() {
    let server = TestServer::start().await;
    for path in files(&server).await {
        let packed = get(&server, &path, &[("accept-encoding", "gzip, br")]).await;
        assert_eq!((packed.status, packed.header("content-encoding")), (200, "gzip"), "{path}");
        assert_eq!(packed.header("cache-control"), "public, max-age=31536000, immutable");
        assert!(packed.header("vary").to_ascii_lowercase().contains("accept-encoding"), "{path}");
        let media = if path.ends_with(".css") { "text/css" } else { "text/javascript" };
        assert_eq!(packed.header("content-type"), format!("{media}; charset=utf-8"), "{path}");

        let plain = get(&server, &path, &[]).await;
        assert_eq!((plain.status, plain.header("content-encoding")), (200, ""), "{path}");
        assert_ne!(plain.header("etag"), packed.header("etag"), "{path}");
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&packed.body[..]).read_to_end(&mut unpacked).expect("it is gzip");
        assert!(unpacked == plain.body, "{path} differs with its encoding");

        let tag = packed.header("etag");
        let known = get(&server, &path, &[("accept-encoding", "gzip"), ("if-none-match", tag)]).await;
        assert_eq!((known.status, known.body.len(), known.header("etag")), (304, 0, tag), "{path}");
    }
}

#[tokio::test]
async fn the_playgrounds_files_are_for_development_only() {
    let development = TestServer::start().await;
    let production = TestServer::start_with(&["--profile", "production"]).await;
    for path in files(&development).await {
        assert_eq!(get(&production, &path, &[]).await.status, 404, "{path}");
    }
    for path in ["/playground/nothing.js", "/playground/", "/playground/..%2fCargo.toml"] {
        assert_eq!(get(&development, path, &[]).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn the_playground_runs_its_examples_without_internet() {
    let chromium = std::env::var("CHROMIUM").unwrap_or_else(|_| CHROMIUM.to_owned());
    if assets() == Assets::Simple {
        return skip("the playground in a browser: the program was built without npm");
    }
    if !Path::new(&chromium).exists() {
        return skip(&format!("the playground in a browser: there is no {chromium}; install chromium"));
    }
    let Some(browser) = Project::install("browser").await else { return };
    let server = DemoServer::start(&[]).await;
    browser.run(&server, "playground.mjs", &["--live"]).await;
}
