//! GraphQL over Server-Sent Events, for clients without WebSocket: one request, a stream of answers.
//!
//! The mode of distinct connections: whoever accepts `text/event-stream` gets each answer as an event
//! `next`, and `complete` after the last one. What is wrong with the operation is told as an answer,
//! since a browser's `EventSource` shows nothing of a failed request. A stream that ends without
//! `complete` is to be asked for again, with the last version seen.
//! Source: github.com/enisdenjo/graphql-sse, PROTOCOL.md.

use std::time::{Duration, Instant};

use actix_web::error::Error;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, rt, web};
use async_graphql::{Request, Response};
use futures_util::{StreamExt as _, stream};
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::time::{interval, timeout};
use tracing::Instrument as _;

use super::State;
use super::guest::Guest;
use super::media::MediaType;
use super::metrics::Outcome;
use super::sockets::{Deadline, Entered};
use crate::graphql::{Checked, is_stream_error};

/// Answers that wait to be sent; who makes more waits.
const QUEUE: usize = 32;

/// How long an answer may wait: a client that reads nothing for so long is gone.
const PATIENCE: Duration = Duration::from_secs(20);

/// Between two signs of life while there is nothing to tell.
const HEARTBEAT: Duration = Duration::from_secs(12);

/// An answer as an event.
pub(super) fn next(answer: &impl Serialize) -> serde_json::Result<String> {
    Ok(format!("event: next\ndata: {}\n\n", serde_json::to_string(answer)?))
}

/// What follows the last answer.
pub(super) const COMPLETE: &str = "event: complete\ndata:\n\n";

/// A line that says nothing.
const ALIVE: &str = ":\n\n";

/// A subscription that is to be told as events.
pub(super) struct Following {
    pub(super) request: Request,
    pub(super) checked: Checked,
    pub(super) request_id: String,
    /// Who follows, if they said so.
    pub(super) guest: Option<Guest>,
    /// Its place among the connections that stay.
    pub(super) entered: Entered,
}

impl Following {
    /// Begins to tell.
    pub(super) fn answer(self, state: &web::Data<State>) -> HttpResponse {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let request_id = self.request_id.clone();
        let told = self.tell(state.clone(), queue);
        rt::spawn(told.in_current_span());
        let events = stream::unfold(waiting, |mut waiting| async {
            let event: Bytes = waiting.recv().await?;
            Some((Ok::<_, Error>(event), waiting))
        });
        HttpResponse::build(StatusCode::OK)
            .insert_header((CONTENT_TYPE, MediaType::EventStream.name()))
            .insert_header((CACHE_CONTROL, "no-store"))
            // Proxies that collect answers would hold the events back.
            .insert_header(("x-accel-buffering", "no"))
            .insert_header(("x-request-id", request_id))
            .streaming(events)
    }

    async fn tell(mut self, state: web::Data<State>, queue: mpsc::Sender<Bytes>) {
        let began = Instant::now();
        let name = self.request.operation_name.clone();
        let mut deadline: Deadline = state.sockets.deadline();
        let mut heartbeat = interval(HEARTBEAT);
        let mut answers = state.api.execute_stream(self.request, self.checked, &state.feeds, &self.request_id);
        let mut is_first = true;
        let _entered = self.entered;
        loop {
            let event = tokio::select! {
                answer = answers.next() => match answer {
                    Some(answer) => {
                        let is_over = is_stream_error(&answer);
                        if std::mem::take(&mut is_first) && is_over {
                            state.metrics.count("sse", name.as_deref(), Outcome::Refused, began.elapsed());
                        }
                        let Some(event) = event(&answer, is_over) else { return };
                        event
                    }
                    None => Bytes::from_static(COMPLETE.as_bytes()),
                },
                _ = heartbeat.tick() => Bytes::from_static(ALIVE.as_bytes()),
                () = gone(&mut self.guest) => return,
                _ = deadline.set() => return,
                () = queue.closed() => return,
            };
            let is_last = event.ends_with(COMPLETE.as_bytes());
            match timeout(PATIENCE, queue.send(event)).await {
                Ok(Ok(())) if !is_last => {}
                _ => return,
            }
        }
    }
}

fn event(answer: &Response, is_last: bool) -> Option<Bytes> {
    match next(answer) {
        Ok(mut text) => {
            if is_last {
                text.push_str(COMPLETE);
            }
            Some(text.into())
        }
        Err(error) => {
            tracing::error!(%error, "An answer could not be written as JSON");
            None
        }
    }
}

async fn gone(guest: &mut Option<Guest>) {
    match guest {
        Some(guest) => guest.gone().await,
        None => std::future::pending().await,
    }
}
