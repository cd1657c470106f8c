//! SQL text with bound values, prepared once per connection and cached by its text.
//!
//! Diesel's own `sql_query` is never cached, so every use would be parsed and planned anew.
//! A [`Statement`] is text that we wrote plus values that are always bound: nothing that came
//! from outside is ever part of the text.

use std::fmt::Write as _;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::row::{Field as _, Row};
use diesel::serialize::ToSql;
use diesel::sql_types::{Array, BigInt, HasSqlType, Integer, Text, Untyped};

use super::Conn;
use crate::error::{Error, Result};

/// Bytes that most statements' text fits into.
const USUAL_LENGTH: usize = 1_024;

type Bind = Box<dyn QueryFragment<Pg> + Send + Sync>;

struct Value<ST, V> {
    value: V,
    sql_type: std::marker::PhantomData<fn() -> ST>,
}

impl<ST, V> QueryFragment<Pg> for Value<ST, V>
where
    Pg: HasSqlType<ST>,
    V: ToSql<ST, Pg>,
{
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        pass.push_bind_param_value_only(&self.value)
    }
}

/// A type of keys.
pub trait KeyList {
    /// A cast to a list of them.
    const LIST: &'static str;
}

impl KeyList for BigInt {
    const LIST: &'static str = "::bigint[]";
}

impl KeyList for Integer {
    const LIST: &'static str = "::integer[]";
}

impl KeyList for Text {
    const LIST: &'static str = "::text[]";
}

/// A statement under construction.
pub struct Statement {
    text: String,
    binds: Vec<Bind>,
    is_rare: bool,
    is_private: bool,
}

impl Default for Statement {
    fn default() -> Self {
        Self { text: String::with_capacity(USUAL_LENGTH), binds: Vec::new(), is_rare: false, is_private: false }
    }
}

impl Statement {
    /// Starts with a piece of SQL.
    pub fn new(text: impl AsRef<str>) -> Self {
        let mut statement = Self::default();
        statement.push(text);
        statement
    }

    /// Adds SQL that we wrote.
    pub fn push(&mut self, text: impl AsRef<str>) -> &mut Self {
        self.text.push_str(text.as_ref());
        self
    }

    /// Adds a placeholder and the value bound to it.
    pub fn bind<ST, V>(&mut self, value: V) -> &mut Self
    where
        ST: 'static,
        Pg: HasSqlType<ST>,
        V: ToSql<ST, Pg> + Send + Sync + 'static,
    {
        self.binds.push(Box::new(Value::<ST, V> { value, sql_type: std::marker::PhantomData }));
        // Writing into a string does not fail.
        let _ = write!(self.text, "${}", self.binds.len());
        self
    }

    /// Adds a list of keys, and hides from the planner which ones and how many they are. It would
    /// otherwise plan a statement anew for each number of keys, which takes longer than to run it;
    /// so it plans for ten, once for each connection.
    pub fn keys<ST, V>(&mut self, keys: impl IntoIterator<Item = V>) -> &mut Self
    where
        ST: KeyList + 'static,
        Pg: HasSqlType<Array<ST>>,
        Vec<V>: ToSql<Array<ST>, Pg>,
        V: Send + Sync + 'static,
    {
        self.push("(select ").bind::<Array<ST>, _>(keys.into_iter().collect::<Vec<_>>()).push(")").push(ST::LIST)
    }

    /// Says that this text will hardly come again: it is not kept among the connection's prepared
    /// statements, whose number would otherwise grow with the shapes that clients think of.
    pub fn rare(&mut self) -> &mut Self {
        self.is_rare = true;
        self
    }

    /// Says that the statement reads tables behind row-level security: it finds what is the viewer's,
    /// and nothing when nobody has signed in. What writes them runs in a transaction.
    pub fn private(&mut self) -> &mut Self {
        self.is_private = true;
        self
    }

    /// The text, with its placeholders.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Runs the statement and reads all of its rows.
    ///
    /// # Errors
    /// What the database reports, by kind.
    pub async fn load<R: ReadRow>(self, conn: &mut Conn) -> Result<Vec<R>> {
        conn.begin_statement();
        let is_private = self.is_private;
        if is_private {
            conn.enter_private();
        }
        let rows: QueryResult<Vec<Fetched<R>>> = self.fetch(conn).await;
        if is_private {
            conn.leave_private();
        }
        conn.end_statement();
        Ok(rows?.into_iter().map(|row| row.0).collect())
    }

    async fn fetch<R: ReadRow>(self, conn: &mut Conn) -> QueryResult<Vec<Fetched<R>>> {
        if let Some(plans) = conn.plans() {
            plans.look(&self, conn).await?;
        }
        diesel_async::RunQueryDsl::load(self, &mut conn.shared_pg()).await
    }

    /// Runs the statement and reads its first row, if there is one.
    ///
    /// # Errors
    /// What the database reports, by kind.
    pub async fn first<R: ReadRow>(self, conn: &mut Conn) -> Result<Option<R>> {
        Ok(self.load(conn).await?.into_iter().next())
    }

    /// Runs the statement and returns how many rows it touched.
    ///
    /// # Errors
    /// What the database reports, by kind.
    pub async fn execute(self, conn: &mut Conn) -> Result<usize> {
        conn.begin_statement();
        let touched = self.run(conn).await;
        conn.end_statement();
        Ok(touched?)
    }

    async fn run(self, conn: &mut Conn) -> QueryResult<usize> {
        diesel_async::RunQueryDsl::execute(self, &mut conn.shared_pg()).await
    }
}

/// The rule of the database that a statement broke: a constraint, a unique index, or a name that a
/// trigger gave.
#[must_use]
pub fn violated(error: &Error) -> Option<&str> {
    let Error::Internal(cause) = error else { return None };
    match cause.downcast_ref::<diesel::result::Error>()? {
        diesel::result::Error::DatabaseError(_, information) => information.constraint_name(),
        _ => None,
    }
}

/// Whether transactions stood in each other's way, so that the same one may succeed when it is run
/// again: a deadlock (40P01), or a serialization failure (40001).
#[must_use]
pub fn is_contention(error: &Error) -> bool {
    let Error::Internal(cause) = error else { return false };
    match cause.downcast_ref::<diesel::result::Error>() {
        Some(diesel::result::Error::DatabaseError(kind, information)) => {
            matches!(kind, diesel::result::DatabaseErrorKind::SerializationFailure)
                // The driver passes no SQLSTATE on; sessions run with untranslated messages.
                || information.message() == "deadlock detected"
        }
        _ => false,
    }
}

impl QueryFragment<Pg> for Statement {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if self.is_rare {
            out.unsafe_to_cache_prepared();
        }
        out.push_sql(&self.text);
        self.binds.iter().try_for_each(|bind| bind.walk_ast(out.reborrow()))
    }
}

impl QueryId for Statement {
    type QueryId = ();
    // Cached by its text, not by its type.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Statement {
    type SqlType = Untyped;
}

/// The columns of one row, read from the left.
pub struct Columns<'c, R> {
    row: &'c R,
    next: usize,
}

impl<'c, 'r, R: Row<'r, Pg>> Columns<'c, R> {
    /// Reads the next column.
    ///
    /// # Errors
    /// When the column is missing or of another type than asked for.
    pub fn take<T: Column>(&mut self) -> deserialize::Result<T> {
        let index = self.next;
        self.next += 1;
        let field = Row::get(self.row, index).ok_or_else(|| format!("the row has no column {index}"))?;
        T::from_nullable_sql(field.value()).map_err(|cause| format!("column {index}: {cause}").into())
    }
}

/// A Rust type that one column is read as.
pub trait Column: FromSql<Self::Sql, Pg> + Sized {
    /// The column's SQL type.
    type Sql: 'static;
}

impl<T: Column> Column for Option<T>
where
    T::Sql: diesel::sql_types::SqlType<IsNull = diesel::sql_types::is_nullable::NotNull>,
{
    type Sql = diesel::sql_types::Nullable<T::Sql>;
}

impl<T: Column> Column for Vec<T>
where
    Vec<T>: FromSql<diesel::sql_types::Array<T::Sql>, Pg>,
{
    type Sql = diesel::sql_types::Array<T::Sql>;
}

macro_rules! columns {
    ($($rust:ty => $sql:ident),* $(,)?) => {$(
        impl Column for $rust {
            type Sql = diesel::sql_types::$sql;
        }
    )*};
}

columns! {
    bool => Bool,
    i16 => SmallInt,
    i32 => Integer,
    i64 => BigInt,
    f64 => Double,
    String => Text,
    uuid::Uuid => Uuid,
    serde_json::Value => Jsonb,
    super::json::LazyJson => Jsonb,
    chrono::NaiveDate => Date,
    chrono::DateTime<chrono::Utc> => Timestamptz,
}

/// A row type: it reads its columns from the left, in the order of its declaration.
pub trait ReadRow: Send + Sized + 'static {
    /// Reads the row.
    ///
    /// # Errors
    /// When a column does not fit.
    fn read<'r, R: Row<'r, Pg>>(columns: &mut Columns<'_, R>) -> deserialize::Result<Self>;
}

macro_rules! tuples {
    ($(($($name:ident),+))*) => {$(
        impl<$($name: ReadRow),+> ReadRow for ($($name,)+) {
            fn read<'r, R: Row<'r, Pg>>(columns: &mut Columns<'_, R>) -> deserialize::Result<Self> {
                Ok(($($name::read(columns)?,)+))
            }
        }
    )*};
}

tuples! { (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, F) }

impl<T: Column + Send + 'static> ReadRow for T {
    fn read<'r, R: Row<'r, Pg>>(columns: &mut Columns<'_, R>) -> deserialize::Result<Self> {
        columns.take()
    }
}

struct Fetched<T>(T);

impl<T: ReadRow> FromSqlRow<Untyped, Pg> for Fetched<T> {
    fn build_from_row<'a>(row: &impl Row<'a, Pg>) -> deserialize::Result<Self> {
        T::read(&mut Columns { row, next: 0 }).map(Self)
    }
}

/// Declares a row: the struct, the list of its columns and how to read them.
///
/// `COLUMNS` holds the columns as they are selected, each qualified with the given alias.
#[macro_export]
macro_rules! row {
    ($(#[$doc:meta])* $name:ident of $alias:literal { $($(#[$field_doc:meta])* $field:ident : $type:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl $name {
            /// The columns of the row in order, as selected.
            pub const COLUMNS: &'static str = $crate::row!(@columns $alias; $($field),*);
        }

        impl $crate::db::ReadRow for $name {
            fn read<'r, R: diesel::row::Row<'r, diesel::pg::Pg>>(
                columns: &mut $crate::db::Columns<'_, R>,
            ) -> diesel::deserialize::Result<Self> {
                Ok(Self { $($field: columns.take()?,)* })
            }
        }
    };
    (@columns $alias:literal; $first:ident $(, $rest:ident)*) => {
        concat!($alias, ".", stringify!($first) $(, ", ", $alias, ".", stringify!($rest))*)
    };
}
