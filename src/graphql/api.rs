//! The schema as it is served: every request is checked, run with loaders of its own, and its
//! answer put right. All ways in (HTTP, WebSocket) go through here.

use std::net::IpAddr;
use std::sync::Arc;

use async_graphql::extensions::ExtensionFactory;
use async_graphql::{Name, Request, Response, ServerError, Value};

use super::error::{finish, request_error};
use super::gather::Gathered;
use super::limits::{Budget, Cost, Limits, Standing, Throttled, check_fragments, check_operation, check_text};
use super::persisted::{Hash, PersistedQueries};
use super::schema::{Builder, Schema, builder};
use super::shape::{Plan, Shape};
use crate::db::{Database, Loaders};

/// Levels that the library lets through; our own bound is stricter, and introspection needs these.
const LIBRARY_DEPTH: usize = 32;

/// The schema as it is served.
#[derive(Clone)]
pub struct Api {
    pub(super) schema: Schema,
    shape: Arc<Shape>,
    limits: Arc<Limits>,
    persisted: Arc<PersistedQueries>,
}

/// A request that passed every bound.
pub struct Checked {
    /// What it may cost, and whether it reads, changes or follows.
    pub cost: Cost,
    pub(super) plan: Option<Plan>,
    /// Under which its document is kept once it has run.
    keep: Option<(Hash, String)>,
    standing: Option<Standing>,
}

impl Checked {
    /// Takes the operation's cost from the caller's points; the answer tells what is left.
    ///
    /// # Errors
    /// `Throttled` when they do not suffice; the request must not be run.
    pub fn pay(&mut self, budget: &Budget, caller: IpAddr) -> Result<(), Box<Throttled>> {
        self.standing = Some(budget.take(caller, self.cost.requested)?);
        Ok(())
    }
}

impl Api {
    /// Builds the schema with the usual limits, introspection on.
    #[must_use]
    pub fn build() -> Self {
        Self::with(Limits::default(), true)
    }

    /// Builds the schema; without introspection it suggests no names either.
    #[must_use]
    pub fn with(limits: Limits, has_introspection: bool) -> Self {
        Self::of(builder(), limits, has_introspection)
    }

    /// Builds the schema with an extension of the library, which sees every field that is resolved.
    #[must_use]
    pub fn watched(limits: Limits, has_introspection: bool, by: impl ExtensionFactory) -> Self {
        Self::of(builder().extension(by), limits, has_introspection)
    }

    fn of(schema: Builder, limits: Limits, has_introspection: bool) -> Self {
        let mut schema = schema.limit_depth(LIBRARY_DEPTH);
        if !has_introspection {
            schema = schema.disable_introspection().disable_suggestions();
        }
        let schema = schema.finish();
        let shape = Arc::new(Shape::of(&super::sdl()));
        Self { schema, shape, limits: Arc::new(limits), persisted: Arc::default() }
    }

    /// Checks a request against every bound, in the order in which they are cheap; a persisted
    /// query is put in place first.
    ///
    /// # Errors
    /// A request error with its code; the request must not be run.
    pub fn check(&self, request: &mut Request) -> Result<Checked, ServerError> {
        let hash = self.persisted.resolve(request)?;
        if request.query.trim().is_empty() {
            return Err(request_error("BAD_REQUEST", "the member \"query\" is missing or empty"));
        }
        check_text(&request.query, &self.limits)?;
        let keep = hash.map(|hash| (hash, request.query.clone()));
        let name = request.operation_name.clone();
        let variables = std::mem::take(&mut request.variables);
        let checked = request.parsed_query().map_err(unparsed).and_then(|document| {
            check_fragments(document, &self.limits)?;
            let cost = check_operation(&self.shape, document, name.as_deref(), &variables, &self.limits)?;
            Ok(Checked { cost, plan: self.shape.plan(document, name.as_deref()), keep, standing: None })
        });
        request.variables = variables;
        checked
    }

    /// Runs a checked request; every error of the answer has its code.
    pub async fn execute(&self, request: Request, checked: Checked, database: &Database, request_id: &str) -> Response {
        let loaders = Loaders::new(database.clone());
        let batches = loaders.batches().clone();
        let request = request.data(loaders).data(database.clone());
        let mut response = Gathered::new(self.schema.execute(request), batches).await;
        if let Some(plan) = checked.plan {
            plan.settle(&mut response);
        }
        if let Some((hash, document)) = checked.keep
            && !is_request_error(&response)
        {
            self.persisted.keep(hash, document);
        }
        response.extensions.insert("cost".to_owned(), self.cost(checked.cost, checked.standing));
        finish(&mut response, request_id);
        response
    }

    /// The budget as told in `extensions.cost`.
    fn cost(&self, cost: Cost, standing: Option<Standing>) -> Value {
        let mut told = async_graphql::value!({
            "requestedQueryCost": (cost.requested),
            "maximumQueryCost": (self.limits.max_cost),
        });
        if let (Value::Object(members), Some(standing)) = (&mut told, standing) {
            members.insert(Name::new("throttleStatus"), standing.to_value());
        }
        told
    }
}

/// Whether the request was refused before any field was run.
#[must_use]
pub fn is_request_error(response: &Response) -> bool {
    response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
}

fn unparsed(error: ServerError) -> ServerError {
    ServerError { extensions: request_error("GRAPHQL_PARSE_FAILED", "").extensions, ..error }
}
