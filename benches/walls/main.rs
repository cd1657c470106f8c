//! The walls bench: what row-level security costs on a page of the viewer's own rows. The same
//! statements run through the pool as the server's role and as an owner whom nothing holds, in turn,
//! in one run. `benches/README.md` tells how to run and read it.

#[path = "../pages/cpu.rs"]
mod cpu;
mod page;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use searxng_cool_music::db::connect::{ConnectTarget, SessionSettings};
use searxng_cool_music::db::embedded::{Cluster, ClusterSettings};
use searxng_cool_music::db::roles::{SERVER_ROLE, Standing};
use searxng_cool_music::db::{Database, PoolSettings, Statement, migrate};

use cpu::Watched;

/// Time before a cell is measured, for plans and caches.
const WARM_UP: Duration = Duration::from_millis(500);

/// Measures what row-level security costs on a page of the viewer's own library.
#[derive(Debug, Parser)]
struct Arguments {
    /// Folder of the server's data, with a database of its own that `generate` has filled; it is migrated
    #[arg(long, env = "DATA_DIR")]
    data_dir: PathBuf,

    /// Seconds that one cell is measured for
    #[arg(long, default_value_t = 3)]
    seconds: u64,

    /// Times that each cell is measured; the medians count
    #[arg(long, default_value_t = 5)]
    rounds: usize,

    /// Callers at a time
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16])]
    callers: Vec<usize>,

    /// People whose pages are asked for in turn
    #[arg(long, default_value_t = 2_000)]
    people: i64,

    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

/// One side of the comparison.
struct Side {
    name: &'static str,
    has_wall: bool,
    pool: Database,
}

/// What a cell gave, once for each round.
#[derive(Default)]
struct Cell {
    per_second: Vec<f64>,
    per_cpu_second: Vec<f64>,
}

fn main() -> Result<()> {
    // `cargo test --all-targets` runs every bench as a test, without this flag.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("The walls bench runs under: cargo bench --bench walls");
        return Ok(());
    }
    let arguments = Arguments::parse();
    ensure!(arguments.data_dir.exists(), "{} does not exist", arguments.data_dir.display());
    let cluster = Cluster::start(ClusterSettings::new(arguments.data_dir.clone()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(measure(&arguments, &cluster));
    cluster.stop();
    outcome
}

async fn measure(arguments: &Arguments, cluster: &Cluster) -> Result<()> {
    let owner = ConnectTarget::parse(&cluster.connection_url())?;
    migrate::catch_up(&owner).await?;
    let server = owner.with_user(SERVER_ROLE);
    ensure!(Standing::of(&server).await?.is_held(), "nothing holds the server's role");
    ensure!(Standing::of(&owner).await?.is_unbound, "the owner is held by row-level security as well");
    let sides = [
        Side { name: "without", has_wall: false, pool: open(owner, arguments).await? },
        Side { name: "with", has_wall: true, pool: open(server, arguments).await? },
    ];
    let people = people(&sides[0].pool, arguments.people).await?;
    compare(&sides, &people).await?;
    let backend: i32 = first(&sides[0].pool, "select pg_backend_pid()").await?;
    let watched = Watched::new(std::process::id(), u32::try_from(backend)?)?;
    println!("| callers | wall | pages/s | pages per CPU-second |\n| ---: | --- | ---: | ---: |");
    for callers in &arguments.callers {
        let mut cells = [Cell::default(), Cell::default()];
        for _ in 0..arguments.rounds {
            for (side, cell) in sides.iter().zip(&mut cells) {
                load(side, &people, *callers, WARM_UP).await?;
                let (before, began) = (watched.spent()?, Instant::now());
                let pages = load(side, &people, *callers, Duration::from_secs(arguments.seconds)).await?;
                let spent = watched.spent()?.since(before);
                cell.per_second.push(pages / began.elapsed().as_secs_f64());
                cell.per_cpu_second.push(pages / (spent.server + spent.postgres));
            }
        }
        let figures = cells.map(|cell| (median(cell.per_second), median(cell.per_cpu_second)));
        for (side, (per_second, per_cpu_second)) in sides.iter().zip(figures) {
            println!("| {callers} | {} | {per_second:.0} | {per_cpu_second:.0} |", side.name);
        }
        let [(without, without_cpu), (with, with_cpu)] = figures;
        println!(
            "| {callers} | **cost** | **{:.1} %** | **{:.1} %** |",
            (1.0 - with / without) * 100.0,
            (1.0 - with_cpu / without_cpu) * 100.0
        );
    }
    Ok(())
}

async fn open(target: ConnectTarget, arguments: &Arguments) -> Result<Database> {
    let settings = PoolSettings {
        max_connections: u32::try_from(*arguments.callers.iter().max().unwrap_or(&1))?.min(20),
        recycle_after: Duration::from_secs(3_600),
        wait: Duration::from_secs(10),
        session: SessionSettings { application_name: "walls bench".to_owned(), ..SessionSettings::default() },
    };
    Ok(Database::open(target, settings).await?)
}

async fn first<T: searxng_cool_music::db::Column + Send + 'static>(pool: &Database, sql: &str) -> Result<T> {
    let row = Statement::new(sql).first(&mut pool.conn().await?).await?;
    row.with_context(|| format!("no row from {sql}"))
}

/// People with a whole page in their library.
async fn people(pool: &Database, most: i64) -> Result<Arc<[i64]>> {
    let sql = format!(
        "select coalesce(array_agg(user_id), '{{}}') from (
           select user_id from user_library group by user_id having count(*) >= {} order by md5(user_id::text) limit {most}
         ) as people",
        page::SIZE
    );
    let people: Vec<i64> = first(pool, &sql).await?;
    ensure!(!people.is_empty(), "nobody's library fills a page: is this a generated world?");
    Ok(people.into())
}

/// Both sides give the same pages.
async fn compare(sides: &[Side; 2], people: &[i64]) -> Result<()> {
    for user in people.iter().take(50) {
        let [one, other] = sides;
        let pages = (page::of(one, *user).await?, page::of(other, *user).await?);
        ensure!(pages.0 == pages.1, "the two sides differ for person {user}");
    }
    Ok(())
}

/// Pages read by so many callers in so much time.
#[expect(clippy::cast_precision_loss, reason = "nobody waits for 2^53 pages")]
async fn load(side: &Side, people: &Arc<[i64]>, callers: usize, time: Duration) -> Result<f64> {
    let (end, next) = (Instant::now() + time, Arc::new(AtomicU64::new(0)));
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..callers {
        let (people, next) = (Arc::clone(people), Arc::clone(&next));
        let side = Side { name: side.name, has_wall: side.has_wall, pool: side.pool.clone() };
        all.spawn(async move {
            let mut pages = 0_u64;
            while Instant::now() < end {
                let turn = usize::try_from(next.fetch_add(1, Ordering::Relaxed)).unwrap_or_default();
                let Some(user) = people.get(turn % people.len()) else { break };
                page::of(&side, *user).await?;
                pages += 1;
            }
            anyhow::Ok(pages)
        });
    }
    let mut pages = 0;
    while let Some(done) = all.join_next().await {
        pages += done??;
    }
    Ok(pages as f64)
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}
