//! `serve`: start what is needed, say where things are, and stop cleanly.

use std::net::TcpListener;
use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};

use super::home::{self, Home};
use super::{maintain, runtime};
use crate::account::accounts::Accounts;
use crate::account::upkeep;
use crate::config::Settings;
use crate::db::connect::{ConnectTarget, SessionSettings};
use crate::db::roles::Standing;
use crate::db::{Database, migrate};
use crate::error::{Error, Result};
use crate::generate;
use crate::operations::{Schedule, Timetable};
use crate::secrets::Keys;
use crate::server::{self, Server, State, playground};

/// Serves until it is told to stop.
pub(super) fn run(settings: &Settings) -> Result<ExitCode> {
    // The port first: whoever starts a second server by mistake learns it before anything is done.
    let listener = Server::listen(settings)?;
    // Nor is anything begun for a server that would refuse to serve.
    server::check_operations(settings)?;
    let home = Home::own(settings)?;
    let outcome = runtime()?.block_on(serve(settings, &home, listener));
    if let Some(cluster) = home.cluster() {
        cluster.stop();
    }
    outcome.map(|()| ExitCode::SUCCESS)
}

async fn serve(settings: &Settings, home: &Home, listener: TcpListener) -> Result<()> {
    let owner = home.owner();
    let migrated = migrate::catch_up(owner).await?;
    if !migrated.is_empty() {
        tracing::info!("Ran {} migrations", migrated.len());
    }
    if !settings.no_demo
        && Standing::of(owner).await?.may_migrate
        && generate::load_demo(owner, &SessionSettings::default()).await?
    {
        tracing::info!("Loaded the demo catalogue into the empty database");
    }
    let target = home.serving().await?;
    let replicas = settings
        .database_replica_urls
        .iter()
        .filter(|url| !url.trim().is_empty())
        .map(|url| Ok(target.of_replica(ConnectTarget::parse(url)?)))
        .collect::<Result<Vec<_>>>()?;
    let database = Database::open_with_replicas(target, replicas, home::pool(settings)).await?;
    let keys = Keys::open(&settings.keys_file())?;
    upkeep::check_keys(&database, &keys).await?;
    let accounts = Accounts::new(keys.clone(), settings)?;
    let server = Server::start(State::new(database.clone(), accounts, settings)?, listener, settings)?;
    let schedule = Schedule::start(&database, &keys, &timetable(settings));
    greet(settings, home, &server);
    wait_for_signal().await?;
    tracing::info!("Stopping: no new requests, those in flight have {} s", settings.shutdown_seconds);
    server.stop().await;
    schedule.stop();
    drop(database);
    tracing::info!("Stopped");
    Ok(())
}

fn timetable(settings: &Settings) -> Timetable {
    Timetable { statistics_every: settings.statistics_refresh(), retention: maintain::retention(settings) }
}

fn greet(settings: &Settings, home: &Home, server: &Server) {
    let address = server.address();
    let mut lines =
        vec![format!("GraphQL     http://{address}/graphql"), format!("Health      http://{address}/health/ready")];
    if settings.has_playground() {
        tracing::info!("The playground is {}", playground::assets());
        lines.insert(0, format!("Playground  http://{address}/"));
    }
    match home.cluster() {
        Some(cluster) => {
            lines.push(format!(
                "Database    PostgreSQL {} of its own: psql \"{}\"",
                cluster.binaries().version,
                cluster.parameters().keywords()
            ));
            lines.push(format!("Data        {}", settings.data_dir.display()));
        }
        None => lines.push(format!("Database    {}", home.server())),
    }
    for line in lines {
        say!("{line}");
    }
}

/// Waits for SIGTERM or SIGINT; a second one ends the process at once.
async fn wait_for_signal() -> Result<()> {
    let failed = |cause: std::io::Error| Error::setup(format!("signals cannot be received: {cause}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::warn!("Told to stop a second time: ending at once");
        std::process::exit(130);
    });
    Ok(())
}
