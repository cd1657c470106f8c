//! Filters: tests of one row combined with and, or, not.
//!
//! A data room says what a test means in SQL; this file only combines them. Negation is
//! "is not true", so a row that a test knows nothing of (NULL) counts as not matching it and is
//! found by the negation: "not rock" finds what has no genre.

use super::Statement;

/// One test of a row, as its data room knows it.
pub trait Test: std::fmt::Debug + Clone + Send + Sync + 'static {
    /// Adds the test's condition.
    fn push(&self, statement: &mut Statement);
}

/// Tests combined. Empty groups are ignored.
#[derive(Debug, Clone)]
pub enum Filter<T> {
    /// Every one holds.
    All(Vec<Filter<T>>),
    /// At least one holds.
    Any(Vec<Filter<T>>),
    /// The inner one does not hold.
    Not(Box<Filter<T>>),
    /// A single test.
    Is(T),
}

impl<T> Default for Filter<T> {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

impl<T: Test> Filter<T> {
    /// Whether the filter lets everything through.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().all(Self::is_empty),
            Self::Not(part) => part.is_empty(),
            Self::Is(_) => false,
        }
    }

    /// How many tests it holds, over all its groups.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::size).sum(),
            Self::Not(part) => part.size(),
            Self::Is(_) => 1,
        }
    }

    /// Both filters together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::All(vec![self, other])
    }

    /// Adds ` and (…)` unless the filter lets everything through.
    pub fn push_and(&self, statement: &mut Statement) {
        if !self.is_empty() {
            statement.rare().push(" and ");
            self.push(statement);
        }
    }

    fn push(&self, statement: &mut Statement) {
        match self {
            Self::All(parts) => Self::push_group(parts, " and ", statement),
            Self::Any(parts) => Self::push_group(parts, " or ", statement),
            Self::Not(part) => {
                statement.push("(");
                part.push(statement);
                statement.push(" is not true)");
            }
            Self::Is(test) => {
                statement.push("(");
                test.push(statement);
                statement.push(")");
            }
        }
    }

    fn push_group(parts: &[Self], operator: &'static str, statement: &mut Statement) {
        statement.push("(");
        let mut first = true;
        for part in parts.iter().filter(|part| !part.is_empty()) {
            if !first {
                statement.push(operator);
            }
            first = false;
            part.push(statement);
        }
        statement.push(")");
    }
}

/// A test of a text column.
#[derive(Debug, Clone)]
pub enum TextTest {
    /// Equal.
    Eq(String),
    /// Different, or absent.
    Neq(String),
    /// One of several.
    In(Vec<String>),
    /// Begins with.
    StartsWith(String),
    /// Holds.
    Contains(String),
    /// Absent, or not absent.
    IsNull(bool),
}

impl TextTest {
    /// Adds the condition on a column that is compared as it is.
    pub fn push(&self, column: &'static str, statement: &mut Statement) {
        self.push_with(column, str::to_owned, statement);
    }

    /// Adds the condition on a folded column; the caller's text is folded by the database.
    pub fn push_folded(&self, column: &'static str, statement: &mut Statement) {
        use diesel::sql_types::{Array, Text};
        statement.push(column);
        match self {
            Self::Eq(value) => {
                statement.push(" = public.music_fold(").bind::<Text, _>(value.clone()).push(")");
            }
            Self::Neq(value) => {
                statement.push(" is distinct from public.music_fold(");
                statement.bind::<Text, _>(value.clone()).push(")");
            }
            Self::In(values) => {
                statement.push(" = any (select public.music_fold(wanted) from unnest(");
                statement.bind::<Array<Text>, _>(values.clone()).push(") as wanted)");
            }
            Self::StartsWith(value) => {
                statement.push(" like public.music_fold(");
                statement.bind::<Text, _>(like_escape(value)).push(") || '%'");
            }
            Self::Contains(value) => {
                statement.push(" like '%' || public.music_fold(");
                statement.bind::<Text, _>(like_escape(value)).push(") || '%'");
            }
            Self::IsNull(yes) => {
                statement.push(if *yes { " is null" } else { " is not null" });
            }
        }
    }

    fn push_with(&self, column: &'static str, form: fn(&str) -> String, statement: &mut Statement) {
        use diesel::sql_types::{Array, Text};
        statement.push(column);
        match self {
            Self::Eq(value) => {
                statement.push(" = ").bind::<Text, _>(form(value));
            }
            Self::Neq(value) => {
                statement.push(" is distinct from ").bind::<Text, _>(form(value));
            }
            Self::In(values) => {
                let values: Vec<String> = values.iter().map(|value| form(value)).collect();
                statement.push(" = any (").bind::<Array<Text>, _>(values).push(")");
            }
            Self::StartsWith(value) => {
                statement.push(" like ").bind::<Text, _>(like_escape(&form(value)) + "%");
            }
            Self::Contains(value) => {
                let pattern = format!("%{}%", like_escape(&form(value)));
                statement.push(" like ").bind::<Text, _>(pattern);
            }
            Self::IsNull(yes) => {
                statement.push(if *yes { " is null" } else { " is not null" });
            }
        }
    }
}

/// Text in which `like` finds no wildcard.
#[must_use]
pub fn like_escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// A comparison of a column with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Equal.
    Eq,
    /// Different, or absent.
    Neq,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
}

impl Comparison {
    fn operator(self) -> &'static str {
        match self {
            Self::Eq => " = ",
            Self::Neq => " is distinct from ",
            Self::Gt => " > ",
            Self::Gte => " >= ",
            Self::Lt => " < ",
            Self::Lte => " <= ",
        }
    }
}

/// A test of an ordered column: numbers, dates, instants.
#[derive(Debug, Clone)]
pub enum ValueTest<V> {
    /// A comparison with one value.
    Compare(Comparison, V),
    /// One of several values.
    In(Vec<V>),
    /// Absent, or not absent.
    IsNull(bool),
}

impl<V> ValueTest<V>
where
    V: Clone + Send + Sync + 'static,
{
    /// Adds the condition on a column of SQL type `ST`.
    pub fn push<ST>(&self, column: &'static str, statement: &mut Statement)
    where
        ST: diesel::sql_types::SqlType + 'static,
        diesel::pg::Pg: diesel::sql_types::HasSqlType<ST>,
        diesel::pg::Pg: diesel::sql_types::HasSqlType<diesel::sql_types::Array<ST>>,
        V: diesel::serialize::ToSql<ST, diesel::pg::Pg>,
        Vec<V>: diesel::serialize::ToSql<diesel::sql_types::Array<ST>, diesel::pg::Pg>,
    {
        statement.push(column);
        match self {
            Self::Compare(comparison, value) => {
                statement.push(comparison.operator()).bind::<ST, _>(value.clone());
            }
            Self::In(values) => {
                statement.push(" = any (");
                statement.bind::<diesel::sql_types::Array<ST>, _>(values.clone()).push(")");
            }
            Self::IsNull(yes) => {
                statement.push(if *yes { " is null" } else { " is not null" });
            }
        }
    }
}
