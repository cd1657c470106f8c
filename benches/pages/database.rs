//! A session of the bench's own with the database that is measured.

use anyhow::{Context as _, Result};
use searxng_cool_music::db::connect::{self, ConnectTarget, SessionSettings};
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::world::World;

/// The session.
pub struct Database {
    runtime: Runtime,
    client: Client,
}

impl Database {
    /// Connects to a world.
    pub fn open(world: &World) -> Result<Self> {
        let target = ConnectTarget::parse(world.url())?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (client, connection) = runtime.block_on(connect::connect_raw(&target, &SessionSettings::default()))?;
        runtime.spawn(connection);
        Ok(Self { runtime, client })
    }

    /// The first column of every row, as text.
    pub fn texts(&self, sql: &str) -> Result<Vec<String>> {
        let rows = self.runtime.block_on(self.client.simple_query(sql)).with_context(|| sql.to_owned())?;
        let rows = rows.into_iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or_default().to_owned()),
            _ => None,
        });
        Ok(rows.collect())
    }

    /// The first column of the first row, as text.
    pub fn text(&self, sql: &str) -> Result<String> {
        self.texts(sql)?.into_iter().next().with_context(|| format!("no row from {sql}"))
    }

    /// The first column of the first row, as JSON.
    pub fn json(&self, sql: &str) -> Result<Value> {
        Ok(serde_json::from_str(&self.text(sql)?)?)
    }
}
