//! Requests that are answered before their body was read to its end.
//!
//! The library reads on after a chunked body that was let go of, for as long as the client sends, and
//! waits for it without a bound. A body that is still held when its answer is sent ends the
//! connection soon after, as one of a known length does.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, web};
use futures_util::{Stream as _, stream};

/// An answer that holds its request's body until it is sent.
struct Holding<B> {
    answer: B,
    _body: Rc<RefCell<Payload>>,
}

impl<B: MessageBody + Unpin> MessageBody for Holding<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.answer.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<web::Bytes, B::Error>>> {
        Pin::new(&mut self.answer).poll_next(cx)
    }
}

/// Holds a chunked body until its answer is sent.
///
/// # Errors
/// Those of the handlers behind it.
pub(super) async fn held<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<BoxBody, B>>, Error> {
    if !request.chunked().unwrap_or(false) {
        return Ok(next.call(request).await?.map_into_right_body());
    }
    let body = Rc::new(RefCell::new(request.take_payload()));
    let shared = body.clone();
    let read = stream::poll_fn(move |cx| Pin::new(&mut *shared.borrow_mut()).poll_next(cx));
    request.set_payload(Payload::Stream { payload: Box::pin(read) });
    let response = next.call(request).await?;
    Ok(response.map_body(|_, answer| EitherBody::left(BoxBody::new(Holding { answer: Box::pin(answer), _body: body }))))
}
