//! Looks at how PostgreSQL runs the statements of a query: for tests, and for whoever wonders.

use std::sync::{Arc, Mutex, PoisonError};

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::row::{Field as _, Row};
use diesel::sql_types::{Json, Untyped};
use serde_json::Value;

use super::{Conn, Statement};

/// A statement and how it was run.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The statement's text, with its placeholders.
    pub sql: String,
    /// What `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)` tells of its topmost node.
    pub plan: Value,
}

/// The statements run through a pool that explains, in their order.
#[derive(Debug, Clone, Default)]
pub struct Plans(Arc<Mutex<Vec<Explained>>>);

impl Plans {
    /// What was run since the last call.
    #[must_use]
    pub fn take(&self) -> Vec<Explained> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs a statement to see its plan; the caller runs it again for its rows, so it should only read.
    pub(super) async fn look(&self, statement: &Statement, conn: &mut Conn) -> QueryResult<()> {
        let rows: Vec<Told> = diesel_async::RunQueryDsl::load(Explain(statement), &mut conn.shared_pg()).await?;
        let plan = rows.into_iter().next().map(|told| told.0[0]["Plan"].clone()).unwrap_or_default();
        let sql = statement.text().to_owned();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Explained { sql, plan });
        Ok(())
    }
}

struct Explain<'s>(&'s Statement);

impl QueryFragment<Pg> for Explain<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql("explain (analyze, buffers, format json) ");
        self.0.walk_ast(out)
    }
}

impl QueryId for Explain<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Explain<'_> {
    type SqlType = Untyped;
}

struct Told(Value);

impl FromSqlRow<Untyped, Pg> for Told {
    fn build_from_row<'a>(row: &impl Row<'a, Pg>) -> deserialize::Result<Self> {
        let field = Row::get(row, 0).ok_or("a plan has one column")?;
        <Value as FromSql<Json, Pg>>::from_nullable_sql(field.value()).map(Self)
    }
}
