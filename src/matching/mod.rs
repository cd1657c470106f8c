//! Matching: what is known of recordings to tell whether two are the same.

pub mod fingerprint;
