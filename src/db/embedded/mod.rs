//! A PostgreSQL of our own, in the data folder, for whoever has none at hand.
//!
//! [`Cluster::start`] finds a server's programs on the machine, makes a database in the data
//! folder when there is none yet, runs it for the life of this process and stops it with us.
//! Nothing listens on the network: clients come through a Unix socket in a private directory.
//! The rule that governs the folder: what is not ours is never touched, and what holds data is
//! never deleted.
//!
//! Everything here blocks. Call it before the async part of the program, or from a blocking
//! thread.

mod account;
mod binaries;
mod cluster;
mod folder;
mod home;
mod journal;
mod lock;
mod parameters;
mod pidfile;
mod places;
mod postmaster;
mod supervisor;
mod wheel;

pub use account::current_user_name;
pub use binaries::{Binaries, Search, find};
pub use cluster::{Cluster, ClusterSettings};
pub use lock::running;
pub use parameters::{ConnectionParameters, DATABASE, USER};
