//! The database that is measured.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use searxng_cool_music::db::embedded::{Cluster, ClusterSettings};

use crate::arguments::Arguments;

/// Connections for the server and for the bench itself, beside those of pgbench.
const OTHERS: u32 = 40;

/// Where the rows are.
pub struct World {
    url: String,
    /// The keys that its e-mail addresses are sealed with.
    keys: Option<PathBuf>,
    /// Runs until the end where the rows are in a data folder.
    cluster: Option<Cluster>,
}

impl World {
    /// The one that the arguments name, or a small one that is generated once and kept.
    pub fn open(arguments: &Arguments) -> Result<Self> {
        if let Some(url) = &arguments.database_url {
            return Ok(Self { url: url.clone(), keys: None, cluster: None });
        }
        let folder = match &arguments.data_dir {
            Some(folder) => folder.clone(),
            None => generated(arguments)?,
        };
        ensure!(folder.exists(), "{} does not exist", folder.display());
        let keys = Some(folder.join("keys.json"));
        let mut settings = ClusterSettings::new(folder);
        // The server's own cluster has room for its pool alone. Nothing else differs.
        let connections = arguments.connections.iter().max().unwrap_or(&1) + OTHERS;
        settings.extra_settings = vec![("max_connections".to_owned(), connections.to_string())];
        let cluster = Cluster::start(settings)?;
        Ok(Self { url: cluster.connection_url(), keys, cluster: Some(cluster) })
    }

    /// Its address, as libpq reads it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where its own server keeps its keys; a database of somebody else has them in the settings.
    pub fn keys(&self) -> Option<&Path> {
        self.keys.as_deref()
    }

    /// Stops what was started for it.
    pub fn close(self) {
        if let Some(cluster) = self.cluster {
            cluster.stop();
        }
    }
}

/// The folder of the small world.
fn generated(arguments: &Arguments) -> Result<PathBuf> {
    let users = arguments.users.to_string();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{users}"));
    let complete = folder.join("generated");
    if !complete.exists() {
        eprintln!("Generating a world of {users} users in {} …", folder.display());
        let status = Command::new(&arguments.program)
            .args(["generate", "--seed", "1", "--users", &users, "--data-dir"])
            .arg(&folder)
            .status()
            .context("the server's program does not start")?;
        ensure!(status.success(), "generate failed: {status}");
        std::fs::write(&complete, "")?;
    }
    Ok(folder)
}
