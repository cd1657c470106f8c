//! Made-up data: the demo with which a newcomer's empty database is filled, and whole worlds of any
//! size from a seed number.

mod demo;
mod world;

pub use demo::load_demo;
pub use world::{MAX_USERS, Outcome, Progress, WorldOptions, WorldSize, generate_world};
