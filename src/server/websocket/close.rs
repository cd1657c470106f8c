//! Why a socket is closed, as the protocol tells it.
//!
//! A reason is at most 123 bytes long and holds nothing of the server's insides.

use std::io;

use actix_ws::{CloseCode, CloseReason, ProtocolError};

/// Why a socket ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Close {
    /// The client closed it, with this code or none; it gets the same back.
    Echo(Option<CloseCode>),
    /// The server closes it.
    With(u16, &'static str),
    /// The client used the id of an operation that still runs.
    Duplicate(String),
    /// There is nobody to tell.
    Gone,
}

impl Close {
    pub(super) const NOT_INITIALISED: Self = Self::With(4408, "Connection initialisation timeout");
    pub(super) const UNAUTHORIZED: Self = Self::With(4401, "Unauthorized");
    pub(super) const FORBIDDEN: Self = Self::With(4403, "Forbidden");
    pub(super) const INITIALISED_TWICE: Self = Self::With(4429, "Too many initialisation requests");
    pub(super) const NO_PROTOCOL: Self = Self::With(4406, "Subprotocol not acceptable");
    pub(super) const GOING_AWAY: Self = Self::With(1001, "The server stops");
    pub(super) const TOO_SLOW: Self = Self::With(1013, "Messages are not read; connect again");

    /// What the library says of frames that break the rules of WebSocket (RFC 6455, 7.4.1).
    pub(super) fn of(error: &ProtocolError) -> Self {
        const TOO_BIG: Close = Close::With(1009, "Message too big");
        match error {
            ProtocolError::Overflow => TOO_BIG,
            ProtocolError::Io(cause) => match cause.get_ref() {
                Some(inner) if inner.is::<std::str::Utf8Error>() => Self::With(1007, "Text is not UTF-8"),
                _ if cause.kind() == io::ErrorKind::InvalidData => Self::With(1002, "Protocol error"),
                // Of our own bound, of that on continued messages, or of a connection that broke.
                _ => TOO_BIG,
            },
            _ => Self::With(1002, "Protocol error"),
        }
    }

    /// The frame that says so; none when there is nobody to tell.
    pub(super) fn frame(self) -> Option<Option<CloseReason>> {
        /// Longer ids are not repeated: the reason has to fit.
        const LONGEST_ID: usize = 60;
        let reason = |code: u16, text: String| CloseReason { code: code.into(), description: Some(text) };
        match self {
            Self::Gone => None,
            Self::Echo(code) => Some(code.map(CloseReason::from)),
            Self::With(code, text) => Some(Some(reason(code, text.to_owned()))),
            Self::Duplicate(id) if id.len() <= LONGEST_ID => {
                Some(Some(reason(4409, format!("Subscriber for {id} already exists"))))
            }
            Self::Duplicate(_) => Some(Some(reason(4409, "Subscriber already exists".to_owned()))),
        }
    }
}
