//! A bound on frames before they are collected.
//!
//! The library gathers a whole frame before it looks at its size, so that one frame announced with
//! gigabytes would be kept in memory as it comes. Here the announced size is read as soon as it is
//! there, and a frame that is too large ends the input.

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::web;
use futures_util::{StreamExt as _, stream};

/// Bytes of a frame's longest head without its mask.
const LONGEST_HEAD: usize = 10;
const MASK: u64 = 4;

/// The same input, ended with an error by a frame that announces more than `max` bytes.
pub(super) fn bounded(input: web::Payload, max: usize) -> Payload {
    let frames = Frames { head: Vec::with_capacity(LONGEST_HEAD), left: 0, max: max as u64 };
    let checked = stream::unfold(Some((input, frames)), |state| async {
        let (mut input, mut frames) = state?;
        match input.next().await? {
            Ok(bytes) if frames.fit(&bytes) => Some((Ok(bytes), Some((input, frames)))),
            Ok(_) => Some((Err(PayloadError::Overflow), None)),
            Err(error) => Some((Err(error), None)),
        }
    });
    Payload::Stream { payload: Box::pin(checked) }
}

/// Where in a frame the input stands.
struct Frames {
    /// The head of the next frame, as far as it is there.
    head: Vec<u8>,
    /// Bytes of the frame that are still to come.
    left: u64,
    max: u64,
}

impl Frames {
    /// Whether all frames that begin in these bytes are small enough.
    fn fit(&mut self, mut bytes: &[u8]) -> bool {
        while let Some((first, rest)) = bytes.split_first() {
            if self.left > 0 {
                let taken = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
                self.left -= taken as u64;
                bytes = &bytes[taken..];
                continue;
            }
            self.head.push(*first);
            bytes = rest;
            if let Some(size) = announced(&self.head) {
                if size > self.max {
                    return false;
                }
                let is_masked = self.head.get(1).is_some_and(|byte| byte & 0x80 != 0);
                self.left = size + if is_masked { MASK } else { 0 };
                self.head.clear();
            }
        }
        true
    }
}

/// The size that a frame's head announces; none while the head is not complete (RFC 6455, 5.2).
fn announced(head: &[u8]) -> Option<u64> {
    match head.get(1)? & 0x7f {
        126 => Some(u64::from(u16::from_be_bytes(head.get(2..4)?.try_into().ok()?))),
        127 => Some(u64::from_be_bytes(head.get(2..10)?.try_into().ok()?)),
        size => Some(u64::from(size)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A masked frame's head.
    fn head(size: u64) -> Vec<u8> {
        let mut head = vec![0x81];
        match size {
            0..=125 => head.push(0x80 | u8::try_from(size).expect("it is small")),
            126..=0xffff => {
                head.push(0x80 | 126);
                head.extend(u16::try_from(size).expect("it fits").to_be_bytes());
            }
            _ => {
                head.push(0x80 | 127);
                head.extend(size.to_be_bytes());
            }
        }
        head.extend([1, 2, 3, 4]);
        head
    }

    fn fits(bytes: &[u8], chunk: usize) -> bool {
        let mut frames = Frames { head: Vec::new(), left: 0, max: 70_000 };
        bytes.chunks(chunk).all(|chunk| frames.fit(chunk))
    }

    #[test]
    fn frames_are_followed_however_they_are_cut() {
        let mut bytes = Vec::new();
        for size in [0_u64, 5, 125, 126, 65_535, 65_536, 70_000, 1] {
            bytes.extend(head(size));
            bytes.extend(vec![0xff; usize::try_from(size).expect("it fits")]);
        }
        for chunk in [1, 2, 3, 7, 1_000, 1_000_000] {
            assert!(fits(&bytes, chunk));
            let mut more = bytes.clone();
            more.extend(head(70_001));
            assert!(!fits(&more, chunk));
        }
        assert!(!fits(&head(u64::MAX), 1));
    }
}
