//! Keyset pages in both directions, as Relay describes them.
//!
//! Every order ends with the primary key, so no two rows are equal in it. A cursor holds the
//! order's signature and the row's key values; with another order it is refused. Order of work:
//! `after` and `before` narrow, then `first` takes from the front, then `last` from the back.
//! Source: Relay, "GraphQL Cursor Connections Specification", part 4.

use diesel::deserialize;
use diesel::pg::Pg;
use diesel::row::Row;
use diesel::sql_types::BigInt;
use std::collections::HashMap;
use std::sync::Arc;

use super::{Columns, Conn, ReadRow, Statement};
use crate::error::{Error, Result};

mod cursor;
mod order;

pub use cursor::Cursor;
pub use order::{Direction, KeyType, Nulls, Order, SortKey};

/// What a client asks of a page, as it came.
#[derive(Debug, Clone, Default)]
pub struct PageArgs {
    /// Rows from the front.
    pub first: Option<i32>,
    /// Only rows after this cursor's.
    pub after: Option<String>,
    /// Rows from the back.
    pub last: Option<i32>,
    /// Only rows before this cursor's.
    pub before: Option<String>,
}

/// Rows on a page when the client names no number.
pub const DEFAULT_PAGE_SIZE: i32 = 20;
/// Rows on a page at most.
pub const MAX_PAGE_SIZE: i32 = 100;

/// Checks a page size that a client gave under the name `argument`.
///
/// # Errors
/// `Invalid` outside 1 to `max`.
pub fn checked_size(argument: &str, size: i32, max: i32) -> Result<i32> {
    if (1..=max).contains(&size) {
        Ok(size)
    } else {
        Err(Error::invalid(argument, format!("{argument} is {size}; a page has 1 to {max} entries")))
    }
}

/// A checked page of a list in an order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageRequest {
    order: Arc<Order>,
    first: Option<i32>,
    last: Option<i32>,
    after: Option<Vec<Option<String>>>,
    before: Option<Vec<Option<String>>>,
}

impl PageRequest {
    /// Checks the sizes and the cursors against the order.
    ///
    /// # Errors
    /// `Invalid` with the argument's name: a size outside 1 to 100, a cursor that is broken or
    /// belongs to another order.
    pub fn new(args: &PageArgs, order: Order) -> Result<Self> {
        let size = |argument: &str, size: Option<i32>| {
            size.map(|size| checked_size(argument, size, MAX_PAGE_SIZE)).transpose()
        };
        let (mut first, last) = (size("first", args.first)?, size("last", args.last)?);
        if first.is_none() && last.is_none() {
            first = Some(DEFAULT_PAGE_SIZE);
        }
        let decode = |argument: &str, cursor: &Option<String>| {
            cursor.as_deref().map(|cursor| order.decode(argument, cursor)).transpose()
        };
        let after = decode("after", &args.after)?;
        let before = decode("before", &args.before)?;
        Ok(Self { order: Arc::new(order), first, last, after, before })
    }

    /// The first `size` rows of the order.
    #[must_use]
    pub fn front(size: i32, order: Order) -> Self {
        Self { order: Arc::new(order), first: Some(size), last: None, after: None, before: None }
    }

    /// Whether the page starts at the list's front: nothing stands before its first row.
    #[must_use]
    pub fn is_at_front(&self) -> bool {
        self.after.is_none() && !self.is_backward() && self.last.is_none()
    }

    /// The last key value (the primary key) of the `after` cursor.
    #[must_use]
    pub fn after_id(&self) -> Option<i64> {
        self.after.as_ref()?.last()?.as_ref()?.parse().ok()
    }

    /// The first key value of the `after` cursor, as text.
    #[must_use]
    pub fn after_key(&self) -> Option<&str> {
        self.after.as_ref()?.first()?.as_deref()
    }

    /// Whether rows are taken from the back of the list.
    #[must_use]
    pub fn is_from_the_back(&self) -> bool {
        self.last.is_some()
    }

    fn is_backward(&self) -> bool {
        self.first.is_none()
    }

    fn limit(&self) -> i64 {
        // One row more than asked for tells whether there is a next page.
        i64::from(self.first.or(self.last).unwrap_or(DEFAULT_PAGE_SIZE)) + 1
    }

    fn push_where(&self, statement: &mut Statement) {
        if let Some(values) = &self.after {
            self.order.push_beyond(values, false, statement);
        }
        if let Some(values) = &self.before {
            self.order.push_beyond(values, true, statement);
        }
    }

    fn push_tail(&self, statement: &mut Statement) {
        self.order.push_order(self.is_backward(), statement);
        // As a number in the text: of a bound one the planner thinks that it is a tenth of the list,
        // and sorts all of it.
        statement.push(format!(" limit {}", self.limit()));
    }

    fn cut<R>(&self, mut rows: Vec<Keyed<R>>) -> Page<R> {
        let mut page = Page { rows: Vec::new(), has_next: self.before.is_some(), has_previous: self.after.is_some() };
        let fits = self.limit() - 1;
        let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > fits;
        rows.truncate(usize::try_from(fits).unwrap_or(usize::MAX));
        if self.is_backward() {
            rows.reverse();
            page.has_previous |= more;
        } else {
            page.has_next |= more;
            if let Some(last) = self.last.and_then(|last| usize::try_from(last).ok())
                && rows.len() > last
            {
                rows.drain(..rows.len() - last);
                page.has_previous = true;
            }
        }
        page.rows =
            rows.into_iter().map(|row| Edge { cursor: Cursor::of_key(&self.order, row.key), row: row.row }).collect();
        page
    }
}

/// One row of a page with the cursor that names its place.
#[derive(Debug, Clone)]
pub struct Edge<R> {
    /// Opaque place of the row in its order.
    pub cursor: Cursor,
    /// The row.
    pub row: R,
}

/// Rows of a list, and whether there are more on either side.
#[derive(Debug, Clone)]
pub struct Page<R> {
    /// The rows in the list's order.
    pub rows: Vec<Edge<R>>,
    /// Whether rows follow.
    pub has_next: bool,
    /// Whether rows precede.
    pub has_previous: bool,
}

impl<R> Page<R> {
    /// A page without rows.
    #[must_use]
    pub fn empty() -> Self {
        Self { rows: Vec::new(), has_next: false, has_previous: false }
    }
}

struct Keyed<R> {
    parent: i64,
    key: Vec<Option<String>>,
    row: R,
}

impl<R: ReadRow> ReadRow for Keyed<R> {
    fn read<'r, W: Row<'r, Pg>>(columns: &mut Columns<'_, W>) -> deserialize::Result<Self> {
        Ok(Self { parent: columns.take()?, key: columns.take()?, row: R::read(columns)? })
    }
}

/// What a list is made of: `select columns from tables where condition`.
#[derive(Debug, Clone, Copy)]
pub struct ListSource {
    /// The columns of a row, qualified.
    pub columns: &'static str,
    /// The tables with their aliases and joins.
    pub tables: &'static str,
    /// What every row of the list meets. Of a child list it names the parent as `p.parent`.
    pub condition: &'static str,
}

/// One page of a list.
///
/// # Errors
/// What the database reports.
pub async fn load<R: ReadRow>(
    conn: &mut Conn,
    list: ListSource,
    narrow: impl FnOnce(&mut Statement),
    request: &PageRequest,
) -> Result<Page<R>> {
    let mut statement = Statement::new("select 0::bigint, ");
    request.order.push_key_column(&mut statement);
    statement.push(", ").push(list.columns).push(" from ").push(list.tables);
    statement.push(" where ").push(list.condition);
    narrow(&mut statement);
    request.push_where(&mut statement);
    request.push_tail(&mut statement);
    Ok(request.cut(statement.load::<Keyed<R>>(conn).await?))
}

/// The same page of every parent's list, in one statement.
///
/// # Errors
/// What the database reports.
pub async fn load_of<R: ReadRow>(
    conn: &mut Conn,
    list: ListSource,
    parents: Vec<i64>,
    narrow: impl FnOnce(&mut Statement),
    request: &PageRequest,
) -> Result<HashMap<i64, Page<R>>> {
    let mut statement = Statement::new("select p.parent, l.* from unnest(");
    statement.keys::<BigInt, _>(parents.clone());
    // A lateral join keeps the order of its inner query: it runs once for each parent.
    statement.push(") as p(parent) cross join lateral (select ");
    request.order.push_key_column(&mut statement);
    statement.push(", ").push(list.columns).push(" from ").push(list.tables);
    statement.push(" where ").push(list.condition);
    narrow(&mut statement);
    request.push_where(&mut statement);
    request.push_tail(&mut statement);
    statement.push(") l");
    let mut lists: HashMap<i64, Vec<Keyed<R>>> = HashMap::new();
    for row in statement.load::<Keyed<R>>(conn).await? {
        lists.entry(row.parent).or_default().push(row);
    }
    let mut pages = HashMap::with_capacity(parents.len());
    for parent in parents {
        let rows = lists.remove(&parent).unwrap_or_default();
        pages.insert(parent, request.cut(rows));
    }
    Ok(pages)
}

/// How many rows a list has.
///
/// # Errors
/// What the database reports.
pub async fn count(conn: &mut Conn, list: ListSource, narrow: impl FnOnce(&mut Statement)) -> Result<i64> {
    let mut statement = Statement::new("select count(*) from ");
    statement.push(list.tables).push(" where ").push(list.condition);
    narrow(&mut statement);
    Ok(statement.first::<i64>(conn).await?.unwrap_or(0))
}

/// How many rows every parent's list has, in one statement.
///
/// # Errors
/// What the database reports.
pub async fn count_of(
    conn: &mut Conn,
    list: ListSource,
    parents: Vec<i64>,
    narrow: impl FnOnce(&mut Statement),
) -> Result<HashMap<i64, i64>> {
    let mut statement = Statement::new("select p.parent, l.n from unnest(");
    statement.keys::<BigInt, _>(parents);
    statement.push(") as p(parent) cross join lateral (select count(*) as n from ");
    statement.push(list.tables).push(" where ").push(list.condition);
    narrow(&mut statement);
    statement.push(") l");
    Ok(statement.load::<(i64, i64)>(conn).await?.into_iter().collect())
}
