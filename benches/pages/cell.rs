//! One cell of the table: a page, a side, a number of connections; measured several times.

use crate::cpu::Spent;

/// What a load tool saw.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Requests that were answered.
    pub requests: f64,
    /// Within this time.
    pub seconds: f64,
    /// Median time of one, in milliseconds.
    pub p50: f64,
    /// 99 of 100 took less, in milliseconds.
    pub p99: f64,
}

impl Load {
    /// From the times of all requests, in milliseconds.
    pub fn of_times(mut times: Vec<f64>, seconds: f64) -> Self {
        times.sort_by(f64::total_cmp);
        let at = |percent: usize| times.get((times.len() - 1) * percent / 100).copied().unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "requests of some seconds")]
        let requests = times.len() as f64;
        Self { requests, seconds, p50: at(50), p99: at(99) }
    }
}

/// Figures of one cell; of several runs, each is the median.
#[derive(Debug, Clone, Copy)]
pub struct Cell {
    /// Connections.
    pub connections: u32,
    /// Requests a second.
    pub rate: f64,
    /// Median time of a request, in milliseconds.
    pub p50: f64,
    /// 99 of 100 took less, in milliseconds.
    pub p99: f64,
    /// CPU time of the server for one request, in microseconds.
    pub server_us: f64,
    /// CPU time of PostgreSQL for one request, in microseconds.
    pub postgres_us: f64,
    /// CPU time of both, in microseconds.
    pub both_us: f64,
    /// SQL statements of one request.
    pub statements: f64,
}

impl Cell {
    /// One run. The server's time counts where it took part.
    pub fn new(connections: u32, load: Load, spent: Spent, statements: f64) -> Self {
        let each = |seconds: f64| seconds * 1e6 / load.requests;
        Self {
            connections,
            rate: load.requests / load.seconds,
            p50: load.p50,
            p99: load.p99,
            server_us: each(spent.server),
            postgres_us: each(spent.postgres),
            both_us: each(spent.server + spent.postgres),
            statements,
        }
    }

    /// Requests for one second of CPU time.
    pub fn per_cpu_second(&self) -> f64 {
        1e6 / self.both_us
    }

    /// The median of each figure.
    pub fn median(runs: &[Self]) -> Option<Self> {
        let of = |figure: fn(&Self) -> f64| {
            let mut all: Vec<f64> = runs.iter().map(figure).collect();
            all.sort_by(f64::total_cmp);
            let middle = all.len() / 2;
            if all.len() % 2 == 1 { all[middle] } else { (all[middle - 1] + all[middle]) / 2.0 }
        };
        let connections = runs.first()?.connections;
        Some(Self {
            connections,
            rate: of(|run| run.rate),
            p50: of(|run| run.p50),
            p99: of(|run| run.p99),
            server_us: of(|run| run.server_us),
            postgres_us: of(|run| run.postgres_us),
            both_us: of(|run| run.both_us),
            statements: of(|run| run.statements),
        })
    }
}
