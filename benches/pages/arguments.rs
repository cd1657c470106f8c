//! What the bench is told on its command line.

use std::path::PathBuf;

use clap::Parser;

/// Measures the server's pages against hand-written statements.
#[derive(Debug, Parser)]
pub struct Arguments {
    /// Folder of the server's data, with a database of its own that `generate` has filled
    #[arg(long, env = "DATA_DIR")]
    pub data_dir: Option<PathBuf>,

    /// A PostgreSQL on this machine that `generate` has filled
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, conflicts_with = "data_dir")]
    pub database_url: Option<String>,

    /// Users of the world that is generated when neither is given
    #[arg(long, default_value_t = 1_000)]
    pub users: u32,

    /// Seconds that one cell is measured for
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    pub seconds: u64,

    /// Times that each cell is measured; the medians count
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,

    /// Connections of the cells
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 64])]
    pub connections: Vec<u32>,

    /// Only these pages: hello, track, artist, playlist, search
    #[arg(long, value_delimiter = ',')]
    pub only: Vec<String>,

    /// Things each page is asked for in turn
    #[arg(long, default_value_t = 4_000, value_parser = clap::value_parser!(i64).range(1..))]
    pub keys: i64,

    /// Things whose answers are compared before a page is measured
    #[arg(long, default_value_t = 50)]
    pub samples: usize,

    /// In place of the table, what `perf` sees of the server under 16 connections for so many seconds
    #[arg(long)]
    pub profile: Option<u64>,

    /// The server to measure
    #[arg(long, default_value = env!("CARGO_BIN_EXE_searxng-cool-music"))]
    pub program: PathBuf,

    /// Folder with `pgbench`; without it the usual places are looked through
    #[arg(long, env = "PG_BIN_DIR")]
    pub pg_bin_dir: Option<PathBuf>,

    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}
