//! The audit trail: what was done to accounts, rights, lists and merged recordings, by whom. Table
//! `audit.events`.
//!
//! Triggers write it in the transaction of what they tell, and nothing changes it: this file reads.
//! An event holds no secret: of a password or an address it says that it was set.

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Text, Timestamptz};

use crate::account::user::UserId;
use crate::db::{Direction, Filter, KeyType, ListSource, Nulls, Order, SortKey, Statement, Test};
use crate::{closed_set, id_type, row};

id_type! {
    /// Key of `audit.events`.
    AuditEventId for "AuditEvent";
}

closed_set! {
    /// What was done to a row.
    AuditOperation {
        /// It was made.
        Insert = "insert",
        /// It was changed.
        Update = "update",
        /// It was removed.
        Delete = "delete",
        /// A copy of all that is kept of a person was given out.
        Export = "export",
    }
}

row! {
    /// One thing that was done.
    AuditEvent of "e" {
        id: AuditEventId,
        occurred_at: DateTime<Utc>,
        /// Who did it, though the account may be gone; none: the server, or somebody not signed in.
        actor_id: Option<UserId>,
        operation: AuditOperation,
        /// The table, without its schema.
        subject_table: String,
        /// Key of the row.
        subject_key: i64,
        /// What changed, as it was.
        before: Option<serde_json::Value>,
        /// What changed, as it became.
        after: Option<serde_json::Value>,
        /// The request, as told in `x-request-id`; none: the server, or its command line.
        request_id: Option<String>,
    }
}

/// Every event.
pub const LIST: ListSource = ListSource { columns: AuditEvent::COLUMNS, tables: "audit.events e", condition: "true" };

/// The newest first.
#[must_use]
pub fn newest_first() -> Order {
    let occurred_at = SortKey::new("occurred_at", "e.occurred_at", KeyType::Instant);
    Order::new(vec![(occurred_at, Direction::Desc, Nulls::Last)], "e.id", Direction::Desc)
}

/// A test of one event.
#[derive(Debug, Clone)]
pub enum AuditTest {
    /// Done by this person.
    Actor(UserId),
    /// Done to a row of this table.
    Table(String),
    /// Done to the row with this key.
    Key(i64),
    /// Done in this way.
    Operation(AuditOperation),
    /// Done at this instant or later.
    Since(DateTime<Utc>),
    /// Done before this instant.
    Until(DateTime<Utc>),
    /// Done by this request.
    Request(String),
}

impl Test for AuditTest {
    fn push(&self, statement: &mut Statement) {
        match self {
            Self::Actor(user) => statement.push("e.actor_id = ").bind::<BigInt, _>(user.0),
            Self::Table(name) => statement.push("e.subject_table = ").bind::<Text, _>(name.clone()),
            Self::Key(key) => statement.push("e.subject_key = ").bind::<BigInt, _>(*key),
            Self::Operation(operation) => statement.push("e.operation = ").bind::<Text, _>(operation.as_str()),
            Self::Since(instant) => statement.push("e.occurred_at >= ").bind::<Timestamptz, _>(*instant),
            Self::Until(instant) => statement.push("e.occurred_at < ").bind::<Timestamptz, _>(*instant),
            Self::Request(id) => statement.push("e.request_id = ").bind::<Text, _>(id.clone()),
        };
    }
}

/// Events that pass all of these tests.
#[must_use]
pub fn all_of(tests: Vec<AuditTest>) -> Filter<AuditTest> {
    Filter::All(tests.into_iter().map(Filter::Is).collect())
}
