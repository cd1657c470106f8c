//! A believable world of any size: a catalogue with hits and a long tail, people with tastes, two
//! years of their listening, and the playlists they make together.
//!
//! First the plan is drawn in memory (`catalogue`, `people`, `lists`, `discovery`; `popularity`
//! counts it through), then table after table is written by COPY, each in a transaction of its own
//! (`steps`, `load`, `run`). Everything follows from the number of users, the seed and the day on
//! which the world ends. The files at the bottom (`chance`, `calendar`, `names`, `identifiers`,
//! `size`, `row`) know nothing of worlds.

mod albums;
mod artists;
mod calendar;
mod catalogue;
mod chance;
mod discovery;
mod fault;
mod genres;
mod identifiers;
mod library;
mod list_rows;
mod listening;
mod lists;
mod load;
mod names;
mod people;
mod plan;
mod popularity;
mod profiles;
mod row;
mod run;
mod size;
mod sources;
mod steps;
mod stories;
mod tracks;

use plan::World;
pub use run::{Outcome, Progress, WorldOptions, generate_world};
pub use size::{MAX_USERS, WorldSize};

/// Bytes of rows that are handed on together.
const CHUNK: usize = 1 << 18;
