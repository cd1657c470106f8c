//! Filters of single columns, shared by the filters of all types.
//!
//! Several keys at one level all have to hold. `neq` also finds rows without a value. An empty
//! filter lets everything through.

use async_graphql::{ID, InputObject};
use chrono::{DateTime, Duration, Utc};

use super::scalars::{Date, storable};
use crate::catalog::album::WordsTest;
use crate::db::{Comparison, Filter, Test, TextTest, ValueTest};
use crate::error::{Error, Result};
use crate::ids::{self, EntityId};

/// Values that one list of an input may hold.
pub const MAX_INPUT_LIST: usize = 250;

/// Tests that one filter may hold, over all its groups: a variable that is named again and again
/// multiplies, and the database takes 65,535 values a statement.
const MAX_FILTER_TESTS: usize = 1_000;

/// A compiled filter under the name of its argument; without one, everything passes.
///
/// # Errors
/// `Invalid` naming the argument: what compiling reports, and too many tests.
pub(super) fn under<T: Test>(argument: &str, compiled: Option<Result<Filter<T>>>) -> Result<Filter<T>> {
    let filter = compiled.transpose().map_err(|error| error.within(argument))?.unwrap_or_default();
    let tests = filter.size();
    if tests > MAX_FILTER_TESTS {
        let message = format!("{argument} holds {tests} tests; at most {MAX_FILTER_TESTS} are allowed");
        return Err(Error::invalid(argument, message));
    }
    Ok(filter)
}

/// A test of text.
#[derive(Debug, Clone, InputObject)]
pub struct StringFilter {
    /// Equal.
    pub eq: Option<String>,
    /// Different; rows without a value are found too.
    pub neq: Option<String>,
    /// Equal to one of these, at most 250.
    #[graphql(name = "in")]
    pub is_in: Option<Vec<String>>,
    /// Begins with.
    pub starts_with: Option<String>,
    /// Holds.
    pub contains: Option<String>,
    /// Has no value, or has one.
    pub is_null: Option<bool>,
}

impl StringFilter {
    /// The tests, all of which have to hold.
    pub(super) fn tests(self) -> Result<Vec<TextTest>> {
        let mut tests = Vec::new();
        for (name, value, test) in [
            ("eq", self.eq, TextTest::Eq as fn(String) -> TextTest),
            ("neq", self.neq, TextTest::Neq),
            ("startsWith", self.starts_with, TextTest::StartsWith),
            ("contains", self.contains, TextTest::Contains),
        ] {
            if let Some(value) = value {
                storable(name, &value)?;
                tests.push(test(value));
            }
        }
        if let Some(values) = self.is_in {
            bounded("in", values.len())?;
            for value in &values {
                storable("in", value)?;
            }
            tests.push(TextTest::In(values));
        }
        tests.extend(self.is_null.map(TextTest::IsNull));
        Ok(tests)
    }
}

/// A test of a whole number.
#[derive(Debug, Clone, InputObject)]
pub struct IntFilter {
    /// Equal.
    pub eq: Option<i32>,
    /// Different; rows without a value are found too.
    pub neq: Option<i32>,
    /// Equal to one of these, at most 250.
    #[graphql(name = "in")]
    pub is_in: Option<Vec<i32>>,
    /// Greater.
    pub gt: Option<i32>,
    /// Greater or equal.
    pub gte: Option<i32>,
    /// Less.
    pub lt: Option<i32>,
    /// Less or equal.
    pub lte: Option<i32>,
    /// Has no value, or has one.
    pub is_null: Option<bool>,
}

impl IntFilter {
    /// The tests, all of which have to hold.
    pub(super) fn tests(self) -> Result<Vec<ValueTest<i32>>> {
        let mut tests = compared([
            (Comparison::Eq, self.eq),
            (Comparison::Neq, self.neq),
            (Comparison::Gt, self.gt),
            (Comparison::Gte, self.gte),
            (Comparison::Lt, self.lt),
            (Comparison::Lte, self.lte),
        ]);
        if let Some(values) = self.is_in {
            bounded("in", values.len())?;
            tests.push(ValueTest::In(values));
        }
        tests.extend(self.is_null.map(ValueTest::IsNull));
        Ok(tests)
    }
}

/// A test of a number.
#[derive(Debug, Clone, InputObject)]
pub struct FloatFilter {
    /// Greater.
    pub gt: Option<f64>,
    /// Greater or equal.
    pub gte: Option<f64>,
    /// Less.
    pub lt: Option<f64>,
    /// Less or equal.
    pub lte: Option<f64>,
    /// Has no value, or has one.
    pub is_null: Option<bool>,
}

impl FloatFilter {
    /// The tests, all of which have to hold.
    pub(super) fn tests(self) -> Vec<ValueTest<f64>> {
        let mut tests = compared([
            (Comparison::Gt, self.gt),
            (Comparison::Gte, self.gte),
            (Comparison::Lt, self.lt),
            (Comparison::Lte, self.lte),
        ]);
        tests.extend(self.is_null.map(ValueTest::IsNull));
        tests
    }
}

/// A test of a day.
#[derive(Debug, Clone, InputObject)]
pub struct DateFilter {
    /// That day.
    pub eq: Option<Date>,
    /// Later.
    pub gt: Option<Date>,
    /// That day or later.
    pub gte: Option<Date>,
    /// Earlier.
    pub lt: Option<Date>,
    /// That day or earlier.
    pub lte: Option<Date>,
    /// Has no value, or has one.
    pub is_null: Option<bool>,
}

impl DateFilter {
    /// The tests, all of which have to hold.
    pub(super) fn tests(self) -> Vec<ValueTest<chrono::NaiveDate>> {
        let day = |date: Option<Date>| date.map(|date| date.0);
        let mut tests = compared([
            (Comparison::Eq, day(self.eq)),
            (Comparison::Gt, day(self.gt)),
            (Comparison::Gte, day(self.gte)),
            (Comparison::Lt, day(self.lt)),
            (Comparison::Lte, day(self.lte)),
        ]);
        tests.extend(self.is_null.map(ValueTest::IsNull));
        tests
    }
}

/// A test of an instant.
#[derive(Debug, Clone, InputObject)]
pub struct DateTimeFilter {
    /// Later.
    pub gt: Option<DateTime<Utc>>,
    /// Then or later.
    pub gte: Option<DateTime<Utc>>,
    /// Earlier.
    pub lt: Option<DateTime<Utc>>,
    /// Then or earlier.
    pub lte: Option<DateTime<Utc>>,
    /// Within the time before now: a number and a unit, `90m`, `12h`, `30d`, `4w` or `1y`
    /// (365 days).
    pub in_the_last: Option<String>,
    /// Has no value, or has one.
    pub is_null: Option<bool>,
}

impl DateTimeFilter {
    /// The tests, all of which have to hold.
    pub(super) fn tests(self) -> Result<Vec<ValueTest<DateTime<Utc>>>> {
        let mut tests = compared([
            (Comparison::Gt, self.gt),
            (Comparison::Gte, self.gte),
            (Comparison::Lt, self.lt),
            (Comparison::Lte, self.lte),
        ]);
        if let Some(span) = self.in_the_last {
            let since = span_of(&span).and_then(|span| Utc::now().checked_sub_signed(span)).ok_or_else(|| {
                Error::invalid(
                    "inTheLast",
                    format!("{:?} is no span of time; write a number and m, h, d, w or y, like 30d", shorten(&span)),
                )
            })?;
            tests.push(ValueTest::Compare(Comparison::Gte, since));
        }
        tests.extend(self.is_null.map(ValueTest::IsNull));
        Ok(tests)
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}

fn span_of(text: &str) -> Option<Duration> {
    let unit = text.chars().last()?;
    let number: i64 = text.strip_suffix(unit)?.parse().ok().filter(|number| *number > 0)?;
    match unit {
        'm' => Duration::try_minutes(number),
        'h' => Duration::try_hours(number),
        'd' => Duration::try_days(number),
        'w' => Duration::try_weeks(number),
        'y' => Duration::try_days(number.checked_mul(365)?),
        _ => None,
    }
    .filter(|span| *span <= Duration::days(365 * 1_000))
}

/// A test of a list of words.
#[derive(Debug, Clone, InputObject)]
pub struct StringListFilter {
    /// Holds every one of these, at most 250.
    pub contains_all: Option<Vec<String>>,
    /// Holds at least one of these, at most 250.
    pub contains_any: Option<Vec<String>>,
    /// Holds nothing, or something.
    pub is_empty: Option<bool>,
}

impl StringListFilter {
    /// The tests, all of which have to hold.
    pub(super) fn tests(self) -> Result<Vec<WordsTest>> {
        let mut tests = Vec::new();
        for (name, words, test) in [
            ("containsAll", self.contains_all, WordsTest::ContainsAll as fn(Vec<String>) -> WordsTest),
            ("containsAny", self.contains_any, WordsTest::ContainsAny),
        ] {
            if let Some(words) = words {
                bounded(name, words.len())?;
                for word in &words {
                    storable(name, word)?;
                }
                tests.push(test(words));
            }
        }
        tests.extend(self.is_empty.map(WordsTest::IsEmpty));
        Ok(tests)
    }
}

fn compared<V, const N: usize>(pairs: [(Comparison, Option<V>); N]) -> Vec<ValueTest<V>> {
    pairs
        .into_iter()
        .filter_map(|(comparison, value)| value.map(|value| ValueTest::Compare(comparison, value)))
        .collect()
}

/// Refuses a list that is too long.
///
/// # Errors
/// `Invalid` naming the argument.
pub fn bounded(argument: &str, length: usize) -> Result<()> {
    if length <= MAX_INPUT_LIST {
        Ok(())
    } else {
        Err(Error::invalid(argument, format!("{argument} holds {length} values; at most {MAX_INPUT_LIST} are allowed")))
    }
}

/// The ids of a list, all of one type.
///
/// # Errors
/// `Invalid` naming the argument, for a list that is too long or an id of another kind.
pub fn decode_ids<I: EntityId>(argument: &str, given: &[ID]) -> Result<Vec<I>> {
    bounded(argument, given.len())?;
    given.iter().map(|id| decode_id(argument, id)).collect()
}

/// The id of one type.
///
/// # Errors
/// `Invalid` naming the argument.
pub fn decode_id<I: EntityId>(argument: &str, given: &ID) -> Result<I> {
    ids::decode(given).map_err(|error| match error {
        Error::Invalid { message, .. } => Error::invalid(argument, message),
        other => other,
    })
}
