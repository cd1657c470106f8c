//! What a hostile client costs the server's processor: that of the program itself, since in a test's
//! own process the client and every other test would be counted as well.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::{alone, bombs};
use crate::harness::TestDatabase;
use crate::http::{Answer, Request};
use crate::run::Running;
use crate::websocket::{PROTOCOL, Socket};

/// Processor time that one hostile thing may take. The bar is that of a release build; a debug build,
/// of which the libraries are optimised a little, keeps it as well.
const MOST: Duration = Duration::from_millis(50);

/// Each thing is done so often, since the system counts in hundredths of a second.
const ROUNDS: u32 = 10;

/// Processor time that a process has taken so far.
fn taken(program: &Running) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", program.id())).expect("the program runs");
    // The name of the program, in brackets, may hold anything. Source: proc_pid_stat(5).
    let (_, figures) = stat.rsplit_once(") ").expect("the name ends");
    let mut ticks = figures.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().expect("it is a number"));
    let ticks = ticks.next().expect("of its own") + ticks.next().expect("of the system for it");
    // SAFETY: sysconf takes a number and gives one.
    let per_second = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
    Duration::from_millis(ticks * 1_000 / u64::try_from(per_second).expect("it is positive"))
}

/// What comes back for these bytes.
async fn exchange(address: SocketAddr, what: &str, bytes: &[u8]) -> Option<Answer> {
    let exchange = async {
        let (mut input, mut output) = TcpStream::connect(address).await.expect("the server listens").into_split();
        let mut received = Vec::new();
        // What is refused early is answered before it is all sent.
        let reading = async {
            while !Answer::parse(&received).is_some_and(|answer| answer.is_whole())
                && input.read_buf(&mut received).await.is_ok_and(|count| count > 0)
            {}
        };
        let sending = async {
            let _ = output.write_all(bytes).await;
            std::future::pending::<()>().await;
        };
        tokio::select! { () = reading => {}, () = sending => {} }
        Answer::parse(&received)
    };
    let answered = timeout(Duration::from_secs(20), exchange).await;
    answered.unwrap_or_else(|_| panic!("{what}: it is not ended in time"))
}

/// A server and what it is asked.
struct Bill {
    program: Running,
    address: SocketAddr,
    dear: Vec<String>,
}

impl Bill {
    /// Notes what too much was spent on.
    fn add(&mut self, what: &str, before: Duration, count: u32) {
        let each = (taken(&self.program) - before) / count;
        println!("{what}: {each:?}");
        if each > MOST {
            self.dear.push(format!("{what}: {each:?}"));
        }
    }

    async fn request(&mut self, what: &str, bytes: &[u8]) {
        let before = taken(&self.program);
        for _ in 0..ROUNDS {
            let answer = exchange(self.address, what, bytes).await;
            assert!(answer.as_ref().is_none_or(|answer| answer.status < 500), "{what}: {answer:?}");
        }
        self.add(what, before, ROUNDS);
    }
}

#[tokio::test]
async fn a_hostile_client_costs_little() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let _alone = alone().await;
    let database = TestDatabase::create().await;
    let (program, address) = Running::over(&database, &[]);
    let mut bill = Bill { program, address, dear: Vec::new() };
    bill.request("the first requests", &Request::query("{ __typename }").bytes()).await;
    for (what, document, _) in bombs() {
        bill.request(what, &Request::query(&document).bytes()).await;
    }
    let deep = format!("{{\"query\": \"{{ __typename }}\", \"variables\": {{\"a\": {}}}}}", "[".repeat(20_000));
    bill.request("brackets in variables", &Request::post(deep).bytes()).await;
    let large = format!("{{\"query\": \"{}\"}}", "x".repeat(4 << 20));
    bill.request("a body that is too large", &Request::post(large.clone()).bytes()).await;
    let chunk = format!("{:x}\r\n{large}\r\n", large.len());
    let endless = Request::post(chunk).header("Transfer-Encoding", "chunked").bytes();
    bill.request("a body without end", &endless).await;
    let headers = Request::query("{ __typename }").header("X-Padding", "x".repeat(400_000));
    bill.request("headers that are too large", &headers.bytes()).await;

    let before = taken(&bill.program);
    for _ in 0..100 {
        let mut stream = TcpStream::connect(address).await.expect("the server listens");
        let query = "{ tracks(first: 50) { totalCount nodes { title artist { name } } } }";
        stream.write_all(&Request::query(query).bytes()).await.expect("it is sent");
        sleep(Duration::from_millis(1)).await;
    }
    sleep(Duration::from_millis(100)).await;
    bill.add("a client that vanishes", before, 100);

    let before = taken(&bill.program);
    let mut sockets = Vec::new();
    for _ in 0..300 {
        sockets.extend(Socket::open_at(address, &[PROTOCOL]).await.ok());
    }
    assert_eq!(sockets.len(), 200, "the others are refused");
    drop(sockets);
    bill.add("a socket that says nothing", before, 300);

    let before = taken(&bill.program);
    let mut slow = Vec::new();
    for _ in 0..100 {
        let mut stream = TcpStream::connect(address).await.expect("the server listens");
        stream.write_all(&Request::post("{").header("Content-Length", "1000").bytes()).await.expect("it is sent");
        slow.push(stream);
    }
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(1) {
        for stream in &mut slow {
            // It may be ended meanwhile.
            let _ = stream.write_all(b" ").await;
        }
        sleep(Duration::from_millis(100)).await;
    }
    drop(slow);
    bill.add("a body that trickles", before, 100);
    assert!(bill.dear.is_empty(), "more than {MOST:?} of the processor: {:#?}", bill.dear);
}
