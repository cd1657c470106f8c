//! What people heard: reports of plays and what is made of them, statistics of tracks and charts.

pub mod charts;
pub mod interaction;
pub mod person;
pub mod record;
pub mod rule;
pub mod statistics;
