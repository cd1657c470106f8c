//! What keeps a running database in shape: partitions ahead of time, statistics up to date.

pub mod partitions;
pub mod refresh;
mod schedule;

pub use schedule::Schedule;
