//! What people heard: statistics of tracks and charts.

pub mod charts;
pub mod statistics;
