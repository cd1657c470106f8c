//! What keeps a running database in shape, and tells what was done to it: partitions ahead of time,
//! statistics up to date, the audit trail.

pub mod audit;
pub mod partitions;
pub mod refresh;
mod schedule;

pub use schedule::Schedule;
