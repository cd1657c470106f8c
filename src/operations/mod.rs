//! What keeps a running database in shape, and tells what was done to it: partitions ahead of time,
//! statistics up to date, sums that are right, nothing older than it is kept, the audit trail.

pub mod analyze;
pub mod audit;
pub mod backup;
pub mod job;
pub mod monitor;
pub mod partitions;
pub mod recount;
pub mod refresh;
pub mod reindex;
pub mod retention;
mod schedule;
mod session;

pub use monitor::Monitor;
pub use schedule::{Schedule, Timetable};
pub use session::Session;
