//! Made-up data: the demo with which a newcomer's empty database is filled.

mod demo;

pub use demo::load_demo;
