//! Sums of other rows, which triggers keep: compared with those rows, and mended where they differ.
//! SQL functions `ops.wrong_sums` and `ops.mend_sums`.

use tokio_postgres::Client;

use crate::error::{Error, Result};

/// Every kind of sum, as the functions name it.
pub const FIGURES: [&str; 5] =
    ["playlist entries", "playlist followers", "artist followers", "entry votes", "discovery sessions"];

/// Rows that are mended in one transaction, whose locks writers wait for.
const AT_ONCE: usize = 500;

/// Keys that a report names.
const NAMED: usize = 5;

/// What was found of one kind of sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The kind.
    pub figure: &'static str,
    /// Rows with a wrong sum.
    pub wrong: usize,
    /// Rows that were put right.
    pub mended: usize,
    /// Keys of the first rows that were wrong.
    pub first: Vec<i64>,
}

/// Compares every sum with the rows it is of, and puts right what is wrong when told so. Works beside
/// writers.
///
/// # Errors
/// What the database reports.
pub async fn sums(client: &Client, is_mending: bool, mut tell: impl FnMut(&Found)) -> Result<Recount> {
    let mut all = Vec::with_capacity(FIGURES.len());
    for figure in FIGURES {
        let row = client.query_one("select ops.wrong_sums($1)", &[&figure]).await.map_err(Error::internal)?;
        let keys: Vec<i64> = row.get(0);
        let mut mended = 0;
        for some in keys.chunks(AT_ONCE).filter(|_| is_mending) {
            let row = client.query_one("select ops.mend_sums($1, $2)", &[&figure, &some]).await;
            mended += usize::try_from(row.map_err(Error::internal)?.get::<_, i32>(0)).unwrap_or(0);
        }
        let first = keys.iter().copied().take(NAMED).collect();
        let found = Found { figure, wrong: keys.len(), mended, first };
        tell(&found);
        all.push(found);
    }
    Ok(Recount(all))
}

/// What was found of every kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recount(pub Vec<Found>);

impl Recount {
    /// Whether any sum was wrong.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        self.0.iter().any(|found| found.wrong > 0)
    }
}

impl std::fmt::Display for Recount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let wrong: Vec<String> = self.0.iter().filter(|found| found.wrong > 0).map(Found::to_string).collect();
        if wrong.is_empty() { f.write_str("every sum is right") } else { f.write_str(&wrong.join("; ")) }
    }
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.wrong == 0 {
            return write!(f, "{}: all right", self.figure);
        }
        let first: Vec<String> = self.first.iter().map(i64::to_string).collect();
        let more = if self.wrong > self.first.len() { ", …" } else { "" };
        write!(f, "{}: {} wrong (keys {}{more}), {} mended", self.figure, self.wrong, first.join(", "), self.mended)
    }
}
