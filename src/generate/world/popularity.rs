//! Who is heard by how many, as the server's statistics will count it: written with the catalogue,
//! so that the first refresh finds nothing to change.

use super::World;
use super::calendar::DAY;
use super::library;
use super::listening::{Act, Deed, month};

/// Days of `artists.monthly_listeners`.
const MONTH: i64 = 30 * DAY;

/// Listeners of everything.
#[derive(Debug, Default)]
pub(super) struct Popularity {
    tracks: Vec<u32>,
    albums: Vec<u32>,
    artists: Vec<u32>,
    artists_of_month: Vec<u32>,
    /// How many follow each artist.
    pub artist_followers: Vec<u32>,
    most: [u32; 3],
}

/// The scale of `ops.refresh_statistics`.
fn scaled(listeners: u32, most: u32) -> f64 {
    (1.0 + f64::from(listeners)).ln() / (1.0 + f64::from(most.max(1))).ln()
}

impl Popularity {
    /// Goes through everybody's history once. `tell` hears after each person.
    pub(super) fn count(world: &World, mut tell: impl FnMut(u32)) -> Self {
        let catalogue = &world.catalogue;
        let mut counts = Self {
            tracks: vec![0; catalogue.tracks.len()],
            albums: vec![0; catalogue.albums.len()],
            artists: vec![0; catalogue.artists.len()],
            artists_of_month: vec![0; catalogue.artists.len()],
            artist_followers: vec![0; catalogue.artists.len()],
            most: [0; 3],
        };
        let mut acts: Vec<Act> = Vec::new();
        let mut heard: Vec<u32> = Vec::new();
        for person in 0..world.people.len() as u32 {
            history(world, person, &mut acts);
            let plays = |since: i64| acts.iter().filter(move |act| act.deed == Deed::Play && act.at >= since);
            add(&mut counts.tracks, &mut heard, plays(0).map(|act| act.track));
            let album = |act: &Act| catalogue.tracks[act.track as usize].album;
            let artist = |act: &Act| catalogue.tracks[act.track as usize].artist;
            add(&mut counts.albums, &mut heard, plays(0).map(album));
            add(&mut counts.artists, &mut heard, plays(0).map(artist));
            add(&mut counts.artists_of_month, &mut heard, plays(world.until() - MONTH).map(artist));
            for (artist, _) in library::follows(world, person, &acts) {
                counts.artist_followers[artist as usize] += 1;
            }
            tell(person + 1);
        }
        let most = |counts: &[u32]| counts.iter().copied().max().unwrap_or(0);
        counts.most = [most(&counts.tracks), most(&counts.albums), most(&counts.artists)];
        counts
    }

    /// Of a track, 0 to 1.
    pub(super) fn of_track(&self, number: u32) -> f64 {
        scaled(self.tracks[number as usize], self.most[0])
    }

    /// Of a record, 0 to 1.
    pub(super) fn of_album(&self, number: u32) -> f64 {
        scaled(self.albums[number as usize], self.most[1])
    }

    /// Of an artist, 0 to 1, and the listeners of the last 30 days.
    pub(super) fn of_artist(&self, number: u32) -> (f64, u64) {
        let of_month = u64::from(self.artists_of_month[number as usize]);
        (scaled(self.artists[number as usize], self.most[2]), of_month)
    }
}

/// All that a person did, in place of what `acts` held.
pub(super) fn history(world: &World, person: u32, acts: &mut Vec<Act>) {
    acts.clear();
    for number in 0..world.months.len() {
        month(world, person, number, acts);
    }
}

/// Counts one listener for each thing heard.
fn add(counts: &mut [u32], heard: &mut Vec<u32>, things: impl Iterator<Item = u32>) {
    heard.clear();
    heard.extend(things);
    heard.sort_unstable();
    heard.dedup();
    for thing in heard {
        counts[*thing as usize] += 1;
    }
}
