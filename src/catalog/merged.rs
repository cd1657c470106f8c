//! Rows by their keys, merged ones followed to their survivor.
//!
//! A survivor is never merged itself, so one step is enough. Few rows are merged: they are looked
//! for with a statement of their own when there are any, and all others are found in one look, not
//! in one for the row and one for itself as its own survivor.

use std::collections::HashMap;

use diesel::sql_types::BigInt;

use crate::db::{Conn, ReadRow, Statement};
use crate::error::Result;

/// A table whose rows may be merged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mergeable {
    /// The table with its alias.
    pub table: &'static str,
    /// The alias with its dot.
    pub alias: &'static str,
    /// The columns of a row.
    pub columns: &'static str,
}

impl Mergeable {
    /// The rows whose keys the condition tells, which follows on `id`; each under the key that
    /// was asked for.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn load<R: ReadRow + Clone>(
        self,
        conn: &mut Conn,
        condition: impl FnOnce(&mut Statement),
    ) -> Result<Vec<(i64, R)>> {
        let rows = self.select::<R>(conn, condition).await?;
        let mut survivors: Vec<i64> = rows.iter().filter_map(|(_, survivor, _)| *survivor).collect();
        if survivors.is_empty() {
            return Ok(rows.into_iter().map(|(id, _, row)| (id, row)).collect());
        }
        survivors.sort_unstable();
        survivors.dedup();
        let found = self.select::<R>(conn, |statement| push_any(survivors, statement)).await?;
        let found: HashMap<i64, R> = found.into_iter().map(|(id, _, row)| (id, row)).collect();
        let follow = |(id, survivor, row): (i64, Option<i64>, R)| match survivor {
            None => Some((id, row)),
            Some(survivor) => Some((id, found.get(&survivor)?.clone())),
        };
        Ok(rows.into_iter().filter_map(follow).collect())
    }

    /// The rows with these keys.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn by_ids<R: ReadRow + Clone>(self, conn: &mut Conn, ids: Vec<i64>) -> Result<Vec<(i64, R)>> {
        self.load(conn, |statement| push_any(ids, statement)).await
    }

    async fn select<R: ReadRow>(
        self,
        conn: &mut Conn,
        condition: impl FnOnce(&mut Statement),
    ) -> Result<Vec<(i64, Option<i64>, R)>> {
        let Self { table, alias, columns } = self;
        let mut statement = Statement::new("select ");
        statement.push(alias).push("id, ").push(alias).push("merged_into_id, ").push(columns);
        statement.push(" from ").push(table).push(" where ").push(alias).push("id");
        condition(&mut statement);
        statement.load(conn).await
    }
}

fn push_any(ids: Vec<i64>, statement: &mut Statement) {
    statement.push(" = any(").keys::<BigInt, _>(ids).push(")");
}
