//! The audit trail as a type.

use async_graphql::{Context, ID, InputObject, Json, Object, Result};
use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::account::scope::Scope;
use crate::account::user::{UserById, UserId};
use crate::db::PageRequest;
use crate::graphql::access::{Needs, requires};
use crate::graphql::account::user::User;
use crate::graphql::connection::{args, root};
use crate::graphql::context::loaders;
use crate::graphql::filter::{decode_id, under};
use crate::graphql::scalars::{Long, storable};
use crate::operations::audit::{self, AuditOperation, AuditTest};
use crate::{connection, ids};

/// Something that was done to an account, a right, a list or a merged recording.
pub struct AuditEvent(pub audit::AuditEvent);

impl From<audit::AuditEvent> for AuditEvent {
    fn from(row: audit::AuditEvent) -> Self {
        Self(row)
    }
}

connection! {
    /// A page of audit events.
    AuditEventConnection,
    /// An audit event in a list.
    AuditEventEdge,
    AuditEvent
}

/// Something that was done to an account, a right, a list or a merged recording.
#[Object]
impl AuditEvent {
    /// Opaque id of the event.
    async fn id(&self) -> ID {
        ids::encode(self.0.id).into()
    }

    /// When the transaction that did it began.
    async fn occurred_at(&self) -> DateTime<Utc> {
        self.0.occurred_at
    }

    /// Who did it; none for the server, for somebody who had not signed in, and when the account is
    /// closed.
    async fn actor(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        let Some(id) = self.0.actor_id else { return Ok(None) };
        Ok(loaders(ctx)?.load_one(UserById(id)).await?.map(User))
    }

    /// Global id of who did it, though the account may be gone; none for the server, and for
    /// somebody who had not signed in.
    async fn actor_id(&self) -> Option<ID> {
        self.0.actor_id.map(|id| ids::encode(id).into())
    }

    /// What was done.
    async fn operation(&self) -> AuditOperation {
        self.0.operation
    }

    /// The table it was done to, like `users`.
    async fn table(&self) -> &str {
        &self.0.subject_table
    }

    /// Key of the row it was done to.
    async fn key(&self) -> Long {
        Long(self.0.subject_key)
    }

    /// What changed, as it was: an object by column. Of secrets it says that they were set.
    async fn before(&self) -> Option<Json<&Value>> {
        self.0.before.as_ref().map(Json)
    }

    /// What changed, as it became. Of secrets it says that they were set, or set anew.
    async fn after(&self) -> Option<Json<&Value>> {
        self.0.after.as_ref().map(Json)
    }

    /// The request that did it, as told in the header `x-request-id`; none for the server and its
    /// command line.
    async fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }
}

/// What audit events have to be; all of it has to hold.
#[derive(InputObject)]
pub struct AuditFilter {
    /// Done by this person: a global id, of an account that is gone as well.
    actor_id: Option<ID>,
    /// Done to a row of this table, like `users`.
    table: Option<String>,
    /// Done to the row with this key.
    key: Option<Long>,
    /// Done in this way.
    operation: Option<AuditOperation>,
    /// Done at this instant or later.
    since: Option<DateTime<Utc>>,
    /// Done before this instant.
    until: Option<DateTime<Utc>>,
    /// Done by this request.
    request_id: Option<String>,
}

impl AuditFilter {
    fn compile(self) -> crate::error::Result<Vec<AuditTest>> {
        let text = |name: &str, text: Option<String>| text.map(|text| storable(name, &text).map(|()| text)).transpose();
        let actor = self.actor_id.map(|id| decode_id::<UserId>("actorId", &id)).transpose()?;
        let tests = [
            actor.map(AuditTest::Actor),
            text("table", self.table)?.map(AuditTest::Table),
            self.key.map(|key| AuditTest::Key(key.0)),
            self.operation.map(AuditTest::Operation),
            self.since.map(AuditTest::Since),
            self.until.map(AuditTest::Until),
            text("requestId", self.request_id)?.map(AuditTest::Request),
        ];
        Ok(tests.into_iter().flatten().collect())
    }
}

/// What administrators read.
#[derive(Default)]
pub struct AuditQueries;

/// What administrators read.
#[Object]
impl AuditQueries {
    /// What was done to accounts, rights, lists and merged recordings, the newest first.
    /// Access: scope ADMIN.
    #[graphql(guard = "Needs::Scope(Scope::Admin)", directive = requires::apply(Scope::Admin))]
    async fn audit_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Entries from the front, 1 to 100; 20 without a value.")] first: Option<i32>,
        #[graphql(desc = "Only entries after this cursor.")] after: Option<String>,
        #[graphql(desc = "Entries from the back, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only entries before this cursor.")] before: Option<String>,
        #[graphql(desc = "Leaves out what does not pass.")] filter: Option<AuditFilter>,
    ) -> Result<AuditEventConnection> {
        let compiled = filter.map(|filter| filter.compile().map(audit::all_of));
        let filter = under("filter", compiled)?;
        let request = PageRequest::new(&args(first, after, last, before), audit::newest_first())?;
        let (page, count) = root::<audit::AuditEvent, _>(ctx, audit::LIST, filter, &request).await?;
        Ok(AuditEventConnection::new(page, count))
    }
}
