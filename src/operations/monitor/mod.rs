//! What an operator watches: read from the database's own statistics, through the functions of the
//! schema `ops`, on a connection outside the pool, so that a full pool is seen and not joined.

mod advice;
mod figures;
mod watch;

pub use figures::{
    ConnectionState, Figures, IndexState, LockWait, PartitionState, ReplicaState, SlowStatement, TableState,
};
pub use watch::Monitor;
