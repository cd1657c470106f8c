//! The schema as it is served: every request is checked, run with loaders of its own, and its
//! answer put right. All ways in (HTTP, WebSocket) go through here.

use std::any::TypeId;
use std::sync::Arc;

use async_graphql::extensions::ExtensionFactory;
use async_graphql::parser::types::OperationType;
use async_graphql::{Name, Request, Response, ServerError, ValidationMode, Value};
use futures_util::FutureExt as _;

use super::documents::{Document, Documents};
use super::error::{finish, request_error};
use super::gather::Gathered;
use super::limits::{
    Budget, Cost, Limits, Payer, Payment, Standing, Throttled, check_fragments, check_operation, check_text,
};
use super::persisted::{Hash, PersistedQueries};
use super::registered::Registered;
use super::schema::{Builder, Schema, builder};
use super::shape::{Plan, Shape};
use super::validation::ValidateOnly;
use crate::account::scope::Scope;
use crate::account::viewer::Viewer;
use crate::db::{Actor, Database, Loaders};

/// Levels that the library lets through; our own bound is stricter, and introspection needs these.
const LIBRARY_DEPTH: usize = 32;

/// The schema as it is served.
#[derive(Clone)]
pub struct Api {
    pub(super) schema: Schema,
    /// The same, for documents that are known to be valid: what could not be is not looked for.
    trusting: Schema,
    documents: Arc<Documents>,
    shape: Arc<Shape>,
    limits: Arc<Limits>,
    persisted: Arc<PersistedQueries>,
    /// The only documents that run, where there are such.
    registered: Option<Arc<Registered>>,
}

/// A request that passed every bound.
pub struct Checked {
    /// What it may cost, and whether it reads, changes or follows.
    pub cost: Cost,
    pub(super) plan: Option<Arc<Plan>>,
    /// Under which its document is kept once it has run.
    keep: Option<(Hash, String)>,
    /// The document, to be kept parsed once it has run.
    parsed: Option<(String, Document)>,
    /// Whether the document is known to be valid.
    is_valid: bool,
    payment: Option<Payment>,
}

impl Checked {
    /// Takes the operation's cost from the caller's points; the answer tells what is left, and what
    /// was not used comes back with it.
    ///
    /// # Errors
    /// `Throttled` when they do not suffice; the request must not be run.
    pub fn pay(&mut self, budget: &Arc<Budget>, payer: Payer) -> Result<(), Box<Throttled>> {
        let points = self.cost.points(self.cost.requested);
        self.payment = Some(budget.take(payer, points).map_err(|throttled| self.unpaid(throttled))?);
        Ok(())
    }

    /// Looks whether the caller's points suffice, and takes none.
    ///
    /// # Errors
    /// `Throttled` when they do not.
    pub fn check_points(&self, budget: &Budget, payer: Payer) -> Result<(), Box<Throttled>> {
        let points = self.cost.points(self.cost.requested);
        budget.check(payer, points).map_err(|throttled| self.unpaid(throttled))
    }

    /// Tells the cost beside the error, since no answer will.
    fn unpaid(&self, mut throttled: Box<Throttled>) -> Box<Throttled> {
        let cost = told(self.cost, None, Some(throttled.standing));
        if let Some(extensions) = &mut throttled.error.extensions {
            extensions.set("cost", cost);
        }
        throttled
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
        let prepared = || prepared(builder(), has_introspection);
        let (schema, trusting) = (prepared(), prepared().validation_mode(ValidationMode::Fast));
        Self::of(schema.finish(), trusting.finish(), limits)
    }

    /// Builds the schema with an extension of the library, which sees every field that is resolved.
    #[must_use]
    pub fn watched(limits: Limits, has_introspection: bool, by: impl ExtensionFactory) -> Self {
        let schema = prepared(builder().extension(by), has_introspection).finish();
        Self::of(schema.clone(), schema, limits)
    }

    fn of(schema: Schema, trusting: Schema, limits: Limits) -> Self {
        let shape = Arc::new(Shape::of(&super::sdl()));
        let (documents, persisted) = (Arc::default(), Arc::default());
        Self { schema, trusting, documents, shape, limits: Arc::new(limits), persisted, registered: None }
    }

    /// The same, which runs only these documents.
    #[must_use]
    pub fn only(self, registered: Registered) -> Self {
        Self { registered: Some(Arc::new(registered)), ..self }
    }

    /// Checks a request against every bound, in the order in which they are cheap; a persisted
    /// query is put in place first.
    ///
    /// # Errors
    /// A request error with its code; the request must not be run.
    pub fn check(&self, request: &mut Request) -> Result<Checked, ServerError> {
        let hash = match &self.registered {
            Some(registered) => registered.resolve(request).map(|()| None)?,
            None => self.persisted.resolve(request)?,
        };
        if request.query.trim().is_empty() {
            return Err(request_error("BAD_REQUEST", "the member \"query\" is missing or empty"));
        }
        let keep = hash.map(|hash| (hash, request.query.clone()));
        if let Some(known) = self.documents.get(&request.query, request.operation_name.as_deref()) {
            let name = request.operation_name.as_deref();
            let cost = check_operation(&self.shape, &known.parsed, name, &request.variables, &self.limits)?;
            let is_valid = known.is_valid_with(&request.variables);
            request.set_parsed_query(known.parsed.clone());
            return Ok(Checked { cost, plan: known.plan.clone(), keep, parsed: None, is_valid, payment: None });
        }
        check_text(&request.query, &self.limits)?;
        let name = request.operation_name.clone();
        let text = request.query.clone();
        let variables = std::mem::take(&mut request.variables);
        let checked = request.parsed_query().map_err(unparsed).and_then(|document| {
            check_fragments(document, &self.limits)?;
            let cost = check_operation(&self.shape, document, name.as_deref(), &variables, &self.limits)?;
            let plan = self.shape.plan(document, name.as_deref()).map(Arc::new);
            let parsed = Document::new(&text, name.as_deref(), document.clone(), plan.clone());
            Ok(Checked { cost, plan, keep, parsed: Some((text, parsed)), is_valid: false, payment: None })
        });
        request.variables = variables;
        checked
    }

    /// Runs a checked request; every error of the answer has its code.
    pub async fn execute(&self, request: Request, checked: Checked, database: &Database, request_id: &str) -> Response {
        let database = match checked.cost.operation {
            // What a mutation answers has to show what it did; replicas are behind.
            OperationType::Mutation => database.primary(),
            _ => database.clone(),
        };
        let database = database.acting(actor(&request, request_id));
        let loaders = Loaders::new(database.clone());
        let batches = loaders.batches().clone();
        let mut request = request.data(loaders).data(database);
        if let Some(payment) = &checked.payment {
            request = request.data(Paid { standing: payment.standing(), requested: checked.cost.requested });
        }
        let schema = if checked.is_valid { &self.trusting } else { &self.schema };
        let mut response = Gathered::new(schema.execute(request), batches).await;
        let held = checked.plan.map(|plan| plan.settle(&mut response));
        let has_run = !is_request_error(&response);
        // An answer with errors does not show what was fetched for it, so that all of it counts.
        let used = match held {
            _ if !has_run => 0,
            Some(held) if response.errors.is_empty() => held.min(checked.cost.requested),
            _ => checked.cost.requested,
        };
        if has_run {
            if let Some((hash, document)) = checked.keep {
                self.persisted.keep(hash, document);
            }
            if let Some((text, document)) = checked.parsed {
                self.documents.keep(text, document);
            }
        }
        let standing = checked.payment.map(|payment| payment.settle(checked.cost.points(used)));
        response.extensions.insert("cost".to_owned(), told(checked.cost, Some(used), standing));
        finish(&mut response, request_id);
        response
    }
}

/// Validates documents without running them.
pub(super) struct Validator(Schema);

impl Default for Validator {
    fn default() -> Self {
        Self(prepared(builder().extension(ValidateOnly), true).finish())
    }
}

impl Validator {
    /// Looks whether a request could run, as far as that does not hang on its variables.
    ///
    /// # Errors
    /// The first fault, as a sentence.
    pub(super) fn validate(&self, request: Request) -> Result<(), String> {
        // Validation waits for nothing, and nothing is run after it.
        match self.0.execute(request).now_or_never() {
            Some(response) => response.errors.into_iter().next().map_or(Ok(()), |error| Err(error.message)),
            None => Err("it cannot be checked".to_owned()),
        }
    }
}

/// What a request paid, for those who ask.
#[derive(Debug, Clone, Copy)]
pub struct Paid {
    /// The caller's points after the payment.
    pub standing: Standing,
    /// What the operation may cost at most.
    pub requested: u64,
}

/// The budget as told in `extensions.cost`. Nothing was used of what is not run.
fn told(cost: Cost, used: Option<u64>, standing: Option<Standing>) -> Value {
    let mut told = async_graphql::value!({
        "requestedQueryCost": (cost.requested),
        "actualQueryCost": (used),
        "maximumQueryCost": (cost.maximum),
    });
    if let (Value::Object(members), Some(standing)) = (&mut told, standing) {
        members.insert(Name::new("throttleStatus"), standing.to_value());
    }
    told
}

/// Whoever makes a request, as the database is told.
pub(super) fn actor(request: &Request, request_id: &str) -> Actor {
    let viewer = request.data.get(&TypeId::of::<Viewer>()).and_then(|viewer| viewer.downcast_ref::<Viewer>());
    let may = |scope| viewer.is_some_and(|viewer| viewer.may(scope));
    Actor {
        user: viewer.map(|viewer| viewer.user.0),
        reads_private: may(Scope::PlaylistReadPrivate),
        administers: may(Scope::Admin),
        request: Some(request_id.into()),
    }
}

fn prepared(builder: Builder, has_introspection: bool) -> Builder {
    let builder = builder.limit_depth(LIBRARY_DEPTH);
    if has_introspection { builder } else { builder.disable_introspection().disable_suggestions() }
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
