//! Subscriptions: one request, many answers.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_graphql::{Request, Response, Value};
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt as _, StreamExt as _};

use super::api::{Api, Checked, actor};
use super::error::{finish, request_error};
use super::gather::Gathered;
use super::shape::Plan;
use crate::collaboration::feed::Feeds;
use crate::db::Loaders;

/// A stream of answers under way.
struct Live {
    answers: BoxStream<'static, Response>,
    loaders: Loaders,
    plan: Option<Arc<Plan>>,
    request_id: String,
}

impl Api {
    /// Runs a checked subscription; every error of every answer has its code. An answer for which
    /// [`is_stream_error`] holds is the last one.
    pub fn execute_stream(
        &self,
        request: Request,
        checked: Checked,
        feeds: &Feeds,
        request_id: &str,
    ) -> BoxStream<'static, Response> {
        let plan = checked.plan;
        if plan.as_ref().is_none_or(|plan| plan.root_fields() != 1) {
            let error = request_error("GRAPHQL_VALIDATION_FAILED", "a subscription has exactly one root field");
            return stream::iter([Response::from_errors(vec![error])]).boxed();
        }
        let database = feeds.database().acting(actor(&request, request_id));
        let loaders = Loaders::new(database.clone());
        let request = request.data(loaders.clone()).data(database).data(feeds.clone());
        let answers = self.schema.execute_stream(request);
        let live = Live { answers, loaders, plan, request_id: request_id.to_owned() };
        stream::unfold(Some(live), |live| async {
            let mut live = live?;
            live.loaders.forget();
            let batches = live.loaders.batches().clone();
            let answer = AssertUnwindSafe(Gathered::new(live.answers.next(), batches)).catch_unwind().await;
            let Ok(answer) = answer else {
                tracing::error!("A resolver panicked");
                return Some((panicked(&live.request_id), None));
            };
            let mut answer = answer?;
            if let Some(plan) = &live.plan {
                plan.settle(&mut answer);
            }
            finish(&mut answer, &live.request_id);
            let next = (!is_stream_error(&answer)).then_some(live);
            Some((answer, next))
        })
        .boxed()
    }
}

/// Whether an answer of a stream says that there is no stream, or that it ended: it never began,
/// or its root field failed, which no event of a stream does.
#[must_use]
pub fn is_stream_error(response: &Response) -> bool {
    response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.len() <= 1)
}

fn panicked(request_id: &str) -> Response {
    let mut error = request_error("INTERNAL_SERVER_ERROR", "Internal error");
    if let Some(extensions) = &mut error.extensions {
        extensions.set("requestId", request_id);
    }
    Response::from_errors(vec![error])
}
