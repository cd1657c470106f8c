//! One operation of a socket, from its message to its last answer.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use actix_web::web;
use async_graphql::parser::types::OperationType;
use async_graphql::{Request, Response};
use futures_util::StreamExt as _;
use tokio::sync::mpsc;

use super::message;
use super::output::Outgoing;
use crate::account::viewer::Claim;
use crate::graphql::{Checked, is_request_error, is_stream_error};
use crate::server::metrics::Outcome;
use crate::server::{State, graphql};

/// An operation that is run.
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) request: Request,
    pub(super) checked: Checked,
    pub(super) request_id: String,
    pub(super) queue: mpsc::Sender<Outgoing>,
    /// What the socket's caller says who they are.
    pub(super) claim: Option<Claim>,
    pub(super) address: Option<IpAddr>,
}

impl Operation {
    /// Whether it goes on until somebody ends it.
    pub(super) fn is_subscription(&self) -> bool {
        self.checked.cost.operation == OperationType::Subscription
    }

    /// Runs it and sends its answers. Without a socket they go nowhere.
    pub(super) async fn run(mut self, state: web::Data<State>) {
        match state.admit(self.claim.as_ref(), self.address, &mut self.checked).await {
            Ok(caller) => self.request = caller.attach(self.request, &state),
            Err(stopped) => {
                let refusal = stopped.refusal(&self.request_id);
                tracing::info!("Refused: {}", refusal.error.message);
                state.metrics.count("websocket", None, Outcome::Refused, Duration::ZERO);
                // A socket that is closed needs no answer.
                let _ = self.queue.send(Outgoing::Text(message::error(&self.id, &[*refusal.error]))).await;
                return;
            }
        }
        state.metrics.cost(self.request.operation_name.as_deref(), self.checked.cost.requested);
        if self.is_subscription() {
            self.follow(&state).await;
        } else {
            self.answer(&state).await;
        }
    }

    async fn answer(self, state: &State) {
        let began = Instant::now();
        let Self { id, request, checked, request_id, queue, .. } = self;
        let name = request.operation_name.clone();
        let response = graphql::run(request, checked, state, &request_id).await;
        let outcome = outcome(&response);
        state.metrics.count("websocket", name.as_deref(), outcome, began.elapsed());
        let messages = if outcome == Outcome::Refused {
            vec![message::error(&id, &response.errors)]
        } else {
            vec![message::next(&id, &response), message::complete(&id)]
        };
        for text in messages {
            if queue.send(Outgoing::Text(text)).await.is_err() {
                return;
            }
        }
    }

    async fn follow(self, state: &State) {
        let began = Instant::now();
        let Self { id, request, checked, request_id, queue, .. } = self;
        let name = request.operation_name.clone();
        let mut answers = state.api.execute_stream(request, checked, &state.feeds, &request_id);
        let mut is_first = true;
        while let Some(response) = answers.next().await {
            let is_over = is_stream_error(&response);
            if std::mem::take(&mut is_first) && is_over {
                state.metrics.count("websocket", name.as_deref(), Outcome::Refused, began.elapsed());
            }
            let text = if is_over { message::error(&id, &response.errors) } else { message::next(&id, &response) };
            if queue.send(Outgoing::Text(text)).await.is_err() || is_over {
                return;
            }
        }
        // A socket that is closed needs no completion.
        let _ = queue.send(Outgoing::Text(message::complete(&id))).await;
    }
}

fn outcome(response: &Response) -> Outcome {
    match response.errors.len() {
        0 => Outcome::Ok,
        _ if is_request_error(response) => Outcome::Refused,
        _ => Outcome::FieldError,
    }
}
