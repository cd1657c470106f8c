//! Proving a backup: it is restored into a cluster made for that, and every table is compared.

use std::path::Path;

use super::create::Step;
use super::manifest::Manifest;
use super::restore::{self, RestoreOptions};
use crate::db::connect::ConnectTarget;
use crate::db::embedded::{Cluster, ClusterSettings};
use crate::error::{Error, Result};

/// Restores a backup into a cluster in a temporary folder below `scratch`, which is removed afterwards.
///
/// # Errors
/// As [`restore::restore`]; `Setup` when the cluster cannot be started.
pub async fn verify(
    backup: &Path,
    scratch: &Path,
    options: &RestoreOptions<'_>,
    tell: impl FnMut(Step),
) -> Result<Manifest> {
    // The files first: they are cheap to look at.
    restore::check_files(backup, options.key)?;
    let folder =
        tempfile::tempdir_in(scratch).map_err(|cause| Error::setup(format!("{}: {cause}", scratch.display())))?;
    open_to_others(folder.path())?;
    let mut settings = ClusterSettings::new(folder.path().join("data"));
    settings.allow_download = false;
    settings.fsync = false;
    settings.extra_settings = vec![("autovacuum".to_owned(), "off".to_owned())];
    if let Some(programs) = options.programs {
        settings.bin_dir = Some(programs.to_owned());
    }
    let starting = tokio::task::spawn_blocking(move || Cluster::start(settings));
    let cluster = starting.await.map_err(Error::internal)??;
    let outcome = match ConnectTarget::parse(&cluster.connection_url()) {
        Ok(target) => restore::restore(&target.keeping(), backup, options, tell).await,
        Err(error) => Err(error),
    };
    tokio::task::spawn_blocking(move || cluster.stop()).await.map_err(Error::internal)?;
    outcome
}

/// Root's cluster runs under another account, which has to come through.
fn open_to_others(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let permissions = std::fs::Permissions::from_mode(0o711);
    std::fs::set_permissions(folder, permissions)
        .map_err(|cause| Error::setup(format!("{}: {cause}", folder.display())))
}
