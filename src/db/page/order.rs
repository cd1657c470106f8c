//! Total orders of a list's rows, and the cursors that name a place in them.
//!
//! Every order ends with the primary key, so no two rows are equal in it. A cursor holds the
//! order's signature and the row's key values; with another order it is refused.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Datelike as _;
use diesel::sql_types::Text;

use crate::db::Statement;
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
            // What the database would refuse as out of range is refused here: it reads 1e-400 not as 0.
            Self::Double => text.parse::<f64>().is_ok_and(|value| {
                value.is_finite() && (value != 0.0 || text.bytes().all(|byte| matches!(byte, b'0' | b'.' | b'-')))
            }),
            Self::Date => text.len() == 10 && text.parse::<chrono::NaiveDate>().is_ok_and(|day| day.year() >= 1),
            Self::Instant => chrono::DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z").is_ok_and(|instant| {
                (1..=9_999).contains(&instant.year()) && instant.offset().local_minus_utc().abs() < 15 * 3_600
            }),
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
    pub fn new(keys: Vec<(SortKey, Direction, Nulls)>, id: &'static str, without_keys: Direction) -> Self {
        let direction = keys.first().map_or(without_keys, |(_, direction, _)| *direction);
        let mut terms: Vec<Term> = Vec::with_capacity(keys.len() + 1);
        for (key, direction, nulls) in keys {
            // A key named twice adds nothing the second time.
            if terms.iter().all(|term| term.key.name != key.name) {
                terms.push(Term { key, direction, nulls });
            }
        }
        terms.push(Term { key: SortKey::new("id", id, KeyType::BigInt), direction, nulls: Nulls::Last });
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
    pub(super) fn push_key_column(&self, statement: &mut Statement) {
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
    pub(super) fn push_order(&self, backward: bool, statement: &mut Statement) {
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
    pub(super) fn push_beyond(&self, values: &[Option<String>], against: bool, statement: &mut Statement) {
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
