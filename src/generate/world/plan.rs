//! The whole plan, drawn before the first row is written.

use super::calendar::{self, DAY, MONTHS_BACK, Month, civil};
use super::catalogue::Catalogue;
use super::discovery::{self, SessionPlan};
use super::listening;
use super::lists::Lists;
use super::people::{self, Person};
use super::popularity::Popularity;
use super::size::WorldSize;

/// Days between the founding of the service and the first month that is told.
const EARLY_DAYS: i64 = 500;

/// Months in which accounts were made before the first month that is told; the oldest is 300 days
/// older.
const EARLY_MONTHS: i64 = 11;

/// A world in memory.
#[derive(Debug)]
pub(super) struct World {
    pub seed: u64,
    /// The day that begins when the world ends.
    until: i64,
    pub months: Vec<Month>,
    pub catalogue: Catalogue,
    pub people: Vec<Person>,
    pub lists: Lists,
    /// Sums of everybody's acts before each person.
    pub acts: Vec<u64>,
    pub sessions: Vec<SessionPlan>,
    pub popularity: Popularity,
    /// A track that has been there from the beginning.
    pub oldest: u32,
}

impl World {
    /// Draws the plan; `tell` hears how many people's histories have been counted.
    pub(super) fn plan(seed: u64, size: WorldSize, until: i64, tell: impl FnMut(u32)) -> Self {
        let months = calendar::months(until, MONTHS_BACK);
        let begin = months[0].start;
        let end = until * DAY;
        let catalogue = Catalogue::plan(seed, &size, begin - EARLY_DAYS * DAY, until);
        let people = people::plan(seed, &size, &catalogue, begin, end);
        let lists = Lists::plan(seed, &size, &catalogue, &people, end);
        let acts = listening::totals(size.interactions, &people, begin, end);
        let sessions = discovery::plan(seed, &size, &people, begin, end);
        let tracks = 0..catalogue.tracks.len() as u32;
        let oldest = tracks.min_by_key(|track| catalogue.available(*track)).unwrap_or_default();
        let popularity = Popularity::default();
        let mut world = Self { seed, until, months, catalogue, people, lists, acts, sessions, popularity, oldest };
        world.popularity = Popularity::count(&world, tell);
        world
    }

    /// When the service was founded.
    pub(super) fn founded(&self) -> i64 {
        self.months[0].start - EARLY_DAYS * DAY
    }

    /// When an artist came into the catalogue: with the first of the records to come.
    pub(super) fn added(&self, artist: u32) -> i64 {
        let albums = self.catalogue.albums_of_artist(artist);
        let days = albums.map(|album| self.catalogue.albums[album as usize].added);
        days.min().map_or(self.founded(), |day| i64::from(day) * DAY)
    }

    /// The months in which playlists changed: those that are told, and as many before as the oldest
    /// account is older.
    pub(super) fn all_months(&self) -> Vec<Month> {
        calendar::months(self.until, MONTHS_BACK + EARLY_MONTHS)
    }

    /// The second after the last one.
    pub(super) fn until(&self) -> i64 {
        self.until * DAY
    }

    /// The year in which the world ends.
    pub(super) fn year(&self) -> i64 {
        civil(self.until - 1).0
    }
}
