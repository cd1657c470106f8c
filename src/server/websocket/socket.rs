//! One socket: who may say what when, and when it ends.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use actix_web::web;
use actix_ws::{AggregatedMessage, AggregatedMessageStream, Session};
use serde_json::{Map, Value};
use tokio::sync::mpsc::error::TrySendError;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;
use tracing::Instrument as _;

use super::close::Close;
use super::message::{self, Incoming};
use super::operation::Operation;
use super::output::{Outgoing, Output};
use crate::account::viewer::Claim;
use crate::error::Error;
use crate::graphql::error::request_error;
use crate::server::admission::Stopped;
use crate::server::guest::Guest;
use crate::server::metrics::Outcome;
use crate::server::request::{Refusal, of_members};
use crate::server::sockets::Deadline;
use crate::server::{State, auth};

/// How long a client may take to say `connection_init`.
const INITIALISATION: Duration = Duration::from_secs(10);

/// Between two pings. A peer that was silent from one to the next is gone, so after 24 seconds at
/// most.
const HEARTBEAT: Duration = Duration::from_secs(12);

/// Operations of one socket at a time.
const MAX_OPERATIONS: usize = 50;

/// How long a client may let its own answers wait.
const PATIENCE: Duration = Duration::from_secs(5);

/// A socket that is open.
pub(super) struct Socket {
    state: web::Data<State>,
    request_id: String,
    /// Who pays for its operations.
    caller: Option<IpAddr>,
    output: Output,
    /// Who is at the other end, if they said so.
    guest: Option<(Claim, Guest)>,
    is_initialised: bool,
    /// Whether it takes no more operations, and ends with the last of those that run.
    is_draining: bool,
    running: HashMap<String, Running>,
    /// Dropping the set ends them all.
    tasks: JoinSet<()>,
}

/// An operation that runs.
struct Running {
    is_subscription: bool,
    task: AbortHandle,
}

impl Socket {
    pub(super) fn open(state: web::Data<State>, session: Session, request_id: String, caller: Option<IpAddr>) -> Self {
        Self {
            state,
            request_id,
            caller,
            output: Output::of(session),
            guest: None,
            is_initialised: false,
            is_draining: false,
            running: HashMap::new(),
            tasks: JoinSet::new(),
        }
    }

    /// Serves the socket until it is closed by either side, or the server stops.
    pub(super) async fn serve(mut self, messages: AggregatedMessageStream, deadline: Deadline, has_protocol: bool) {
        let close = if has_protocol { self.converse(messages, deadline).await } else { Close::NO_PROTOCOL };
        tracing::debug!(?close, operations = self.running.len(), "A socket closes");
        self.tasks.abort_all();
        self.output.close(close).await;
    }

    async fn converse(&mut self, mut messages: AggregatedMessageStream, mut deadline: Deadline) -> Close {
        let initialisation = tokio::time::sleep(INITIALISATION);
        tokio::pin!(initialisation);
        let mut heartbeat = tokio::time::interval(HEARTBEAT);
        heartbeat.reset();
        let mut heard = Instant::now();
        let mut pinged = heard;
        let drained = tokio::time::sleep(INITIALISATION);
        tokio::pin!(drained);
        loop {
            if self.is_draining && self.running.is_empty() {
                return Close::GOING_AWAY;
            }
            let step = tokio::select! {
                message = messages.recv() => {
                    heard = Instant::now();
                    match message {
                        Some(Ok(message)) => self.hear(message).await,
                        Some(Err(error)) => Err(Close::of(&error)),
                        None => Err(Close::Gone),
                    }
                }
                Some(done) = self.tasks.join_next_with_id(), if !self.tasks.is_empty() => {
                    self.ended(done);
                    Ok(())
                }
                _ = heartbeat.tick() => {
                    if heard < pinged {
                        Err(Close::Gone)
                    } else {
                        // Without room for a ping the output shows by itself whether the peer reads.
                        self.try_send(Outgoing::Ping).map(|is_sent| if is_sent { pinged = Instant::now() })
                    }
                }
                () = gone(&mut self.guest), if self.guest.is_some() => Err(Close::FORBIDDEN),
                () = &mut initialisation, if !self.is_initialised => Err(Close::NOT_INITIALISED),
                until = deadline.set(), if !self.is_draining => {
                    self.drain();
                    drained.as_mut().reset(until);
                    Ok(())
                }
                () = &mut drained, if self.is_draining => Err(Close::GOING_AWAY),
            };
            if let Err(close) = step {
                return close;
            }
        }
    }

    /// Who the payload of `connection_init` names; none when nobody.
    async fn guest_of(&self, payload: &Map<String, Value>) -> Result<Option<(Claim, Guest)>, Close> {
        let refused = |error: Error| {
            tracing::info!("A socket is refused: {error}");
            match error {
                Error::Unauthenticated(_) => Close::FORBIDDEN,
                _ => Close::With(1013, "The token cannot be looked up now; connect again"),
            }
        };
        let Some(claim) = auth::claim_of_payload(&self.state, payload).map_err(refused)? else { return Ok(None) };
        let guest = Guest::of(&self.state, claim.clone(), self.caller).await.map_err(|stopped| match stopped {
            Stopped::Unknown(error) => refused(error),
            Stopped::Throttled(_) => Close::With(1013, "Too much was asked in a short time; connect again later"),
        })?;
        Ok(Some((claim, guest)))
    }

    async fn hear(&mut self, message: AggregatedMessage) -> Result<(), Close> {
        match message {
            AggregatedMessage::Text(text) => match message::read(&text)? {
                Incoming::Init(_) if self.is_initialised => Err(Close::INITIALISED_TWICE),
                Incoming::Init(payload) => {
                    self.guest = self.guest_of(&payload).await?;
                    self.is_initialised = true;
                    self.send(message::ack()).await
                }
                Incoming::Ping(payload) => self.send(message::pong(payload)).await,
                Incoming::Pong => Ok(()),
                Incoming::Subscribe(..) if !self.is_initialised => Err(Close::UNAUTHORIZED),
                Incoming::Subscribe(id, members) => self.subscribe(id, members).await,
                Incoming::Complete(id) => {
                    if let Some(running) = self.running.remove(&id) {
                        running.task.abort();
                    }
                    Ok(())
                }
            },
            AggregatedMessage::Binary(_) => Err(Close::With(4400, "Invalid message: it is not text")),
            AggregatedMessage::Ping(payload) => self.try_send(Outgoing::Pong(payload)).map(|_| ()),
            AggregatedMessage::Pong(_) => Ok(()),
            AggregatedMessage::Close(reason) => Err(Close::Echo(reason.map(|reason| reason.code))),
        }
    }

    async fn subscribe(&mut self, id: String, members: Map<String, Value>) -> Result<(), Close> {
        // An operation whose last message the client has read is over, even if nobody looked yet.
        while let Some(done) = self.tasks.try_join_next_with_id() {
            self.ended(done);
        }
        if self.running.contains_key(&id) {
            return Err(Close::Duplicate(id));
        }
        if self.is_draining {
            return Ok(());
        }
        if self.running.len() >= MAX_OPERATIONS {
            let message = format!("at most {MAX_OPERATIONS} operations run on one socket; end one first");
            return self.refuse(&id, request_error("TOO_MANY_OPERATIONS", message)).await;
        }
        let mut request = match of_members(members) {
            Ok(request) => request,
            Err(refusal) => {
                let refusal = self.state.refused(self.caller, refusal);
                return self.refuse(&id, *refusal.error).await;
            }
        };
        let checked = match self.state.api.check(&mut request) {
            Ok(checked) => checked,
            Err(error) => {
                let refusal = self.state.refused(self.caller, Refusal::graphql(error));
                return self.refuse(&id, *refusal.error).await;
            }
        };
        let operation = Operation {
            id: id.clone(),
            request,
            checked,
            request_id: self.request_id.clone(),
            queue: self.output.queue.clone(),
            claim: self.guest.as_ref().map(|(claim, _)| claim.clone()),
            address: self.caller,
        };
        let is_subscription = operation.is_subscription();
        let task = self.tasks.spawn_local(operation.run(self.state.clone()).in_current_span());
        self.running.insert(id, Running { is_subscription, task });
        Ok(())
    }

    /// Answers an operation that is not run.
    async fn refuse(&self, id: &str, error: async_graphql::ServerError) -> Result<(), Close> {
        tracing::info!("Refused: {}", error.message);
        self.state.metrics.count("websocket", None, Outcome::Refused, Duration::ZERO);
        self.send(message::error(id, &[error])).await
    }

    /// Forgets an operation that is over; those that were ended early are forgotten already.
    fn ended(&mut self, done: Result<(tokio::task::Id, ()), tokio::task::JoinError>) {
        let task = done.map_or_else(|error| error.id(), |(task, ())| task);
        self.running.retain(|_, running| running.task.id() != task);
    }

    /// Ends what would go on for ever; the rest may end by itself.
    fn drain(&mut self) {
        self.is_draining = true;
        self.running.retain(|_, running| {
            if running.is_subscription {
                running.task.abort();
            }
            !running.is_subscription
        });
    }

    async fn send(&self, text: String) -> Result<(), Close> {
        match tokio::time::timeout(PATIENCE, self.output.queue.send(Outgoing::Text(text))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Close::Gone),
            Err(_) => Err(Close::TOO_SLOW),
        }
    }

    /// Sends what can be left out when there is no room; tells whether there was.
    fn try_send(&self, outgoing: Outgoing) -> Result<bool, Close> {
        match self.output.queue.try_send(outgoing) {
            Ok(()) => Ok(true),
            Err(TrySendError::Full(_)) => Ok(false),
            Err(TrySendError::Closed(_)) => Err(Close::Gone),
        }
    }
}

/// Waits until whoever said who they are may stay no longer. May be dropped and called again.
async fn gone(guest: &mut Option<(Claim, Guest)>) {
    match guest {
        Some((_, guest)) => guest.gone().await,
        None => std::future::pending().await,
    }
}
