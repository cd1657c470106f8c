//! The directories of this machine where a PostgreSQL server's programs may lie.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::binaries::{Search, leading_number};
use super::wheel;

/// All directories worth a look, in the order of the chain, each with the place's name.
pub(super) fn places(search: &Search<'_>) -> impl Iterator<Item = (&'static str, PathBuf)> {
    let named = search.bin_dir.map(|directory| ("PG_BIN_DIR", directory.to_path_buf()));
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<PathBuf> = env::split_paths(&path).filter_map(|directory| real_directory(&directory)).collect();
    let wheels = search.wheels.to_path_buf();
    // Each later place is looked at only when the earlier ones did not fit.
    named
        .into_iter()
        .chain(on_path.into_iter().map(|directory| ("PATH", directory)))
        .chain(std::iter::once_with(installed).flatten().map(|directory| ("installed", directory)))
        .chain(std::iter::once_with(pg_config).flatten().map(|directory| ("pg_config", directory)))
        .chain(std::iter::once_with(move || wheel::unpacked(&wheels)).flatten().map(|directory| ("wheel", directory)))
}

/// The directory where the `postgres` of `directory` really lies; packages put links on `PATH`.
fn real_directory(directory: &Path) -> Option<PathBuf> {
    let program = directory.join("postgres").canonicalize().ok()?;
    program.parent().map(Path::to_path_buf)
}

/// Versioned layouts: the part before and after the version, which may stand at the end of a name.
const LAYOUTS: [(&str, &str, &str); 10] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql@", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/usr/lib", "postgresql", "bin"),
    ("/usr/local", "pgsql", "bin"),
    ("/opt/local/lib", "postgresql", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// The directories of package layouts, highest version first.
fn installed() -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for (parent, prefix, below) in LAYOUTS {
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(prefix)) else {
                continue;
            };
            let version = if rest.is_empty() { 0 } else { leading_number(rest).unwrap_or(u32::MAX) };
            let directory = entry.path().join(below);
            if version != u32::MAX && directory.join("postgres").exists() {
                found.push((version, directory));
            }
        }
    }
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    found.into_iter().map(|(_, directory)| directory).collect()
}

fn pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").stdin(Stdio::null()).output().ok()?;
    let directory = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| PathBuf::from(directory.trim()))
}
