//! Keyset pages in both directions, as Relay describes them.
//!
//! Every order ends with the primary key, so no two rows are equal in it. A cursor holds the
//! order's signature and the row's key values; with another order it is refused. Order of work:
//! `after` and `before` narrow, then `first` takes from the front, then `last` from the back.
//! Source: Relay, "GraphQL Cursor Connections Specification", part 4.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::deserialize;
use diesel::pg::Pg;
use diesel::row::Row;
use diesel::sql_types::{Array, BigInt, Text};
use std::collections::HashMap;

use super::{Columns, Conn, ReadRow, Statement};
use crate::error::{Error, Result};

/// Which way an order runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, async_graphql::Enum)]
#[graphql(name = "OrderDirection")]
pub enum Direction {
    /// Small to large, A to Z, old to new.
    #[default]
    Asc,
    /// Large to small, Z to A, new to old.
    Desc,
}

/// Where rows without the value stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, async_graphql::Enum)]
#[graphql(name = "NullsOrder")]
pub enum Nulls {
    /// Before all others.
    First,
    /// After all others.
    #[default]
    Last,
}

/// The type of a sort key: how its text form is checked and cast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// `text`
    Text,
    /// `bigint` (also smaller integers)
    BigInt,
    /// `double precision`
    Double,
    /// `date`
    Date,
    /// `timestamptz`
    Instant,
}

impl KeyType {
    fn sql(self) -> &'static str {
        match self {
            Self::Text => "::text",
            Self::BigInt => "::bigint",
            Self::Double => "::double precision",
            Self::Date => "::date",
            Self::Instant => "::timestamptz",
        }
    }

    fn accepts(self, text: &str) -> bool {
        match self {
            Self::Text => !text.contains('\0'),
            Self::BigInt => text.parse::<i64>().is_ok(),
            Self::Double => text.parse::<f64>().is_ok_and(|value| !value.is_nan()),
            Self::Date => text.parse::<chrono::NaiveDate>().is_ok(),
            Self::Instant => {
                chrono::DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z").is_ok()
            }
        }
    }
}

/// A column or expression that rows can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SortKey {
    /// Name inside cursors.
    pub name: &'static str,
    /// The SQL expression, qualified with the list's alias.
    pub sql: &'static str,
    /// Its type.
    pub key_type: KeyType,
    /// Whether it can be NULL.
    pub is_nullable: bool,
}

impl SortKey {
    /// A key that is never NULL.
    #[must_use]
    pub const fn new(name: &'static str, sql: &'static str, key_type: KeyType) -> Self {
        Self { name, sql, key_type, is_nullable: false }
    }

    /// A key that may be NULL.
    #[must_use]
    pub const fn nullable(name: &'static str, sql: &'static str, key_type: KeyType) -> Self {
        Self { name, sql, key_type, is_nullable: true }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Term {
    key: SortKey,
    direction: Direction,
    nulls: Nulls,
}

/// A total order of a list's rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Order {
    terms: Vec<Term>,
}

impl Order {
    /// The order by the primary key `id` (an SQL expression) alone.
    #[must_use]
    pub fn by_id(id: &'static str, direction: Direction) -> Self {
        Self::new(Vec::new(), id, direction)
    }

    /// The given keys, then the primary key in the first key's direction.
    #[must_use]
    pub fn new(
        keys: Vec<(SortKey, Direction, Nulls)>,
        id: &'static str,
        without_keys: Direction,
    ) -> Self {
        let direction = keys.first().map_or(without_keys, |(_, direction, _)| *direction);
        let mut terms: Vec<Term> = Vec::with_capacity(keys.len() + 1);
        for (key, direction, nulls) in keys {
            // A key named twice adds nothing the second time.
            if terms.iter().all(|term| term.key.name != key.name) {
                terms.push(Term { key, direction, nulls });
            }
        }
        terms.push(Term {
            key: SortKey::new("id", id, KeyType::BigInt),
            direction,
            nulls: Nulls::Last,
        });
        Self { terms }
    }

    /// What a cursor is bound to.
    fn signature(&self) -> String {
        let mut signature = String::new();
        for term in &self.terms {
            signature.push_str(term.key.name);
            signature.push(match term.direction {
                Direction::Asc => '+',
                Direction::Desc => '-',
            });
            if term.key.is_nullable && term.nulls == Nulls::First {
                signature.push('n');
            }
        }
        signature
    }

    pub(crate) fn encode(&self, values: &[Option<String>]) -> String {
        let plain = serde_json::json!([self.signature(), values]);
        URL_SAFE_NO_PAD.encode(plain.to_string())
    }

    pub(crate) fn decode(&self, argument: &str, cursor: &str) -> Result<Vec<Option<String>>> {
        let plain = || -> Option<(String, Vec<Option<String>>)> {
            if cursor.len() > 8_192 {
                return None;
            }
            let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
            serde_json::from_slice(&bytes).ok()
        };
        let (signature, values) = plain().ok_or_else(|| {
            Error::invalid(argument, "the cursor is not one of this server; take cursors from its answers unchanged")
        })?;
        if signature != self.signature() {
            return Err(Error::invalid(
                argument,
                "the cursor belongs to a list in another order; start again without it, or ask in the order it was made for",
            ));
        }
        let fits = values.len() == self.terms.len()
            && values.iter().zip(&self.terms).all(|(value, term)| match value {
                Some(text) => term.key.key_type.accepts(text),
                None => term.key.is_nullable,
            });
        if fits {
            Ok(values)
        } else {
            Err(Error::invalid(argument, "the cursor is damaged; take cursors from answers unchanged"))
        }
    }

    /// Adds the key values of a row as one `text[]` column.
    fn push_key_column(&self, statement: &mut Statement) {
        statement.push("array[");
        for (index, term) in self.terms.iter().enumerate() {
            if index > 0 {
                statement.push(", ");
            }
            statement.push("(").push(term.key.sql).push(")::text");
        }
        statement.push("]");
    }

    /// Adds the ` order by`.
    fn push_order(&self, backward: bool, statement: &mut Statement) {
        if self.terms.len() > 2 {
            statement.rare();
        }
        statement.push(" order by ");
        for (index, term) in self.terms.iter().enumerate() {
            if index > 0 {
                statement.push(", ");
            }
            statement.push(term.key.sql);
            statement.push(if (term.direction == Direction::Asc) == backward { " desc" } else { " asc" });
            if term.key.is_nullable {
                let first = (term.nulls == Nulls::First) != backward;
                statement.push(if first { " nulls first" } else { " nulls last" });
            }
        }
    }

    /// Adds ` and (…)`: rows beyond the cursor's row, in the order or against it.
    fn push_beyond(&self, values: &[Option<String>], against: bool, statement: &mut Statement) {
        let uniform = self.terms.iter().all(|term| !term.key.is_nullable)
            && self.terms.windows(2).all(|pair| pair[0].direction == pair[1].direction);
        statement.push(" and ");
        if uniform {
            // One row comparison: an index in this order starts right at the cursor.
            statement.push("(");
            self.push_list(statement, |term, _, statement| {
                statement.push(term.key.sql);
            });
            let ascending = self.terms.first().is_none_or(|term| term.direction == Direction::Asc);
            statement.push(if ascending == against { ") < (" } else { ") > (" });
            self.push_list(statement, |term, index, statement| {
                let value = values.get(index).cloned().flatten().unwrap_or_default();
                statement.bind::<Text, _>(value).push(term.key.key_type.sql());
            });
            statement.push(")");
            return;
        }
        statement.push("(");
        for depth in 0..self.terms.len() {
            if depth > 0 {
                statement.push(" or ");
            }
            statement.push("(");
            for (index, (term, value)) in self.terms.iter().zip(values).enumerate().take(depth + 1) {
                if index > 0 {
                    statement.push(" and ");
                }
                if index < depth {
                    push_equal(term, value.as_deref(), statement);
                } else {
                    push_strictly_beyond(term, value.as_deref(), against, statement);
                }
            }
            statement.push(")");
        }
        statement.push(")");
    }

    fn push_list(&self, statement: &mut Statement, each: impl Fn(&Term, usize, &mut Statement)) {
        for (index, term) in self.terms.iter().enumerate() {
            if index > 0 {
                statement.push(", ");
            }
            each(term, index, statement);
        }
    }
}

fn push_equal(term: &Term, value: Option<&str>, statement: &mut Statement) {
    statement.push(term.key.sql);
    match value {
        Some(text) => {
            statement.push(" = ").bind::<Text, _>(text.to_owned()).push(term.key.key_type.sql());
        }
        None => {
            statement.push(" is null");
        }
    }
}

fn push_strictly_beyond(term: &Term, value: Option<&str>, against: bool, statement: &mut Statement) {
    let nulls_beyond = (term.nulls == Nulls::Last) != against;
    match value {
        Some(text) => {
            let greater = (term.direction == Direction::Asc) != against;
            statement.push("(").push(term.key.sql).push(if greater { " > " } else { " < " });
            statement.bind::<Text, _>(text.to_owned()).push(term.key.key_type.sql());
            if term.key.is_nullable && nulls_beyond {
                statement.push(" or ").push(term.key.sql).push(" is null");
            }
            statement.push(")");
        }
        None if nulls_beyond => {
            statement.push("false");
        }
        None => {
            statement.push(term.key.sql).push(" is not null");
        }
    }
}

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
        Err(Error::invalid(
            argument,
            format!("{argument} is {size}; a page has 1 to {max} entries"),
        ))
    }
}

/// A checked page of a list in an order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageRequest {
    order: Order,
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
        Ok(Self { order, first, last, after, before })
    }

    /// The first `size` rows of the order.
    #[must_use]
    pub fn front(size: i32, order: Order) -> Self {
        Self { order, first: Some(size), last: None, after: None, before: None }
    }

    /// Whether the page starts at the list's front: nothing stands before its first row.
    #[must_use]
    pub fn is_at_front(&self) -> bool {
        self.after.is_none() && !self.is_backward()
    }

    /// The last key value (the primary key) of the `after` cursor.
    #[must_use]
    pub fn after_id(&self) -> Option<i64> {
        self.after.as_ref()?.last()?.as_ref()?.parse().ok()
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
        statement.push(" limit ").bind::<BigInt, _>(self.limit());
    }

    fn cut<R>(&self, mut rows: Vec<Keyed<R>>) -> Page<R> {
        let mut page = Page {
            rows: Vec::new(),
            has_next: self.before.is_some(),
            has_previous: self.after.is_some(),
        };
        let fits = self.limit() - 1;
        let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > fits;
        rows.truncate(usize::try_from(fits).unwrap_or(usize::MAX));
        if self.is_backward() {
            rows.reverse();
            page.has_previous = more;
        } else {
            page.has_next = more;
            if let Some(last) = self.last.and_then(|last| usize::try_from(last).ok())
                && rows.len() > last
            {
                rows.drain(..rows.len() - last);
                page.has_previous = true;
            }
        }
        page.rows = rows
            .into_iter()
            .map(|row| Edge { cursor: self.order.encode(&row.key), row: row.row })
            .collect();
        page
    }
}

/// One row of a page with the cursor that names its place.
#[derive(Debug, Clone)]
pub struct Edge<R> {
    /// Opaque place of the row in its order.
    pub cursor: String,
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
        Ok(Self { parent: columns.next()?, key: columns.next()?, row: R::read(columns)? })
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
    statement.bind::<Array<BigInt>, _>(parents.clone());
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
pub async fn count(
    conn: &mut Conn,
    list: ListSource,
    narrow: impl FnOnce(&mut Statement),
) -> Result<i64> {
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
    statement.bind::<Array<BigInt>, _>(parents);
    statement.push(") as p(parent) cross join lateral (select count(*) as n from ");
    statement.push(list.tables).push(" where ").push(list.condition);
    narrow(&mut statement);
    statement.push(") l");
    Ok(statement.load::<(i64, i64)>(conn).await?.into_iter().collect())
}
