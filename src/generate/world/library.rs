//! What people keep: tracks with their own figures, records, artists whom they follow.

use std::collections::BTreeMap;

use super::World;
use super::chance::{Chance, Subject};
use super::listening::{Act, Deed};
use super::popularity::history;
use super::row::Rows;

/// What a person did with one track in all.
#[derive(Debug, Default, Clone, Copy)]
struct Figures {
    plays: u32,
    skips: u32,
    heard_ms: u64,
    first_at: i64,
    last_played_at: i64,
    is_liked: bool,
}

fn figures(acts: &[Act]) -> BTreeMap<u32, Figures> {
    let mut found: BTreeMap<u32, Figures> = BTreeMap::new();
    for act in acts {
        let track = found.entry(act.track).or_insert(Figures { first_at: act.at, ..Figures::default() });
        track.first_at = track.first_at.min(act.at);
        match act.deed {
            Deed::Play => {
                track.plays += 1;
                track.heard_ms += u64::from(act.heard_ms);
                track.last_played_at = track.last_played_at.max(act.at);
            }
            Deed::Skip => track.skips += 1,
            Deed::Like => track.is_liked = true,
            _ => {}
        }
    }
    found
}

/// Columns of `user_library`.
pub(super) const COLUMNS: &str = "user_id, track_id, tags, rating, notes, is_favorite, play_count, skip_count, total_play_time_ms, last_played_at, added_at";

/// The library of one person: what was liked, most of what was played often, and a little of the rest.
pub(super) fn write(world: &World, person: u32, rows: &mut Rows) {
    let mut acts = Vec::new();
    history(world, person, &mut acts);
    let mut chance = Chance::of(world.seed, Subject::Library, u64::from(person));
    let mut kept: Vec<(u32, Figures)> = figures(&acts)
        .into_iter()
        .filter(|(_, track)| track.is_liked || chance.is(if track.plays >= 4 { 0.6 } else { 0.03 }))
        .collect();
    kept.sort_by_key(|(number, track)| (track.first_at, *number));
    for (number, track) in kept {
        let is_rated = chance.is(0.3);
        rows.number(u64::from(person) + 1).number(u64::from(number) + 1);
        match chance.below(12) {
            0 => rows.list(&["running"]),
            1 => rows.list(&["quiet", "evening"]),
            _ => rows.word("[]"),
        };
        let rating = chance.around(if track.is_liked { 4.4 } else { 3.4 }, 0.8, 1.0, 5.0).round() as u64;
        rows.optional_number(is_rated.then_some(rating)).null().truth(track.is_liked);
        rows.number(u64::from(track.plays)).number(u64::from(track.skips)).number(track.heard_ms);
        rows.optional_instant((track.plays > 0).then_some(track.last_played_at)).instant(track.first_at + 5).end();
    }
}

/// Whom a person follows since when: artists whom they play a lot.
pub(super) fn follows(world: &World, person: u32, acts: &[Act]) -> Vec<(u32, i64)> {
    let mut chance = Chance::of(world.seed, Subject::Follow, u64::from(person));
    heard_most(acts, |act| world.catalogue.tracks[act.track as usize].artist)
        .into_iter()
        .take(1 + chance.lasting(0.1, 60))
        .filter(|_| chance.is(0.7))
        .collect()
}

/// Things by how often they were played, the most played first, each with the first time.
fn heard_most(acts: &[Act], thing: impl Fn(&Act) -> u32) -> Vec<(u32, i64)> {
    let mut plays: BTreeMap<u32, (u32, i64)> = BTreeMap::new();
    for act in acts.iter().filter(|act| act.deed == Deed::Play) {
        let (count, first) = plays.entry(thing(act)).or_insert((0, act.at));
        *count += 1;
        *first = (*first).min(act.at);
    }
    let mut plays: Vec<(u32, (u32, i64))> = plays.into_iter().collect();
    plays.sort_by_key(|(number, (count, _))| (std::cmp::Reverse(*count), *number));
    plays.into_iter().map(|(number, (_, first))| (number, first)).collect()
}

/// Columns of `user_artist_follows`.
pub(super) const FOLLOW_COLUMNS: &str = "user_id, artist_id, follow_source, notifications_enabled, followed_at";

/// The artists whom one person follows.
pub(super) fn write_follows(world: &World, person: u32, rows: &mut Rows) {
    let mut acts = Vec::new();
    history(world, person, &mut acts);
    for (artist, at) in follows(world, person, &acts) {
        let mut chance = Chance::of(world.seed, Subject::Follow, (u64::from(person) << 32) | (u64::from(artist) + 1));
        rows.number(u64::from(person) + 1).number(u64::from(artist) + 1);
        rows.word(chance.pick(&["artist", "album", "playlist", "search", "discovery", "radio"])).truth(chance.is(0.7));
        rows.instant(at + 200).end();
    }
}

/// Columns of `user_album_collections`.
pub(super) const COLLECTION_COLUMNS: &str = "user_id, album_id, tags, play_count, added_at";

/// The records that one person keeps.
pub(super) fn write_collection(world: &World, person: u32, rows: &mut Rows) {
    let mut acts = Vec::new();
    history(world, person, &mut acts);
    let album = |act: &Act| world.catalogue.tracks[act.track as usize].album;
    let mut chance = Chance::of(world.seed, Subject::Collection, u64::from(person));
    for (number, at) in heard_most(&acts, album).into_iter().take(chance.lasting(0.12, 50)) {
        let plays = acts.iter().filter(|act| act.deed == Deed::Play && album(act) == number).count();
        let tracks = world.catalogue.tracks_of_album(number).len();
        rows.number(u64::from(person) + 1).number(u64::from(number) + 1);
        if chance.is(0.1) {
            rows.list(&["vinyl"])
        } else {
            rows.word("[]")
        };
        rows.number((plays / tracks.max(1)) as u64).instant(at + 300).end();
    }
}

/// Sums of a person's history, for the profile.
#[derive(Debug, Default)]
pub(super) struct Sums {
    pub heard_ms: u64,
    pub plays: u64,
    pub tracks: u64,
    pub artists: u64,
    pub genres: u64,
    pub average_sitting_ms: u64,
}

/// The sums of a history.
pub(super) fn sums(world: &World, acts: &[Act]) -> Sums {
    let plays: Vec<&Act> = acts.iter().filter(|act| act.deed == Deed::Play).collect();
    let distinct = |thing: &dyn Fn(&Act) -> u32| {
        let mut things: Vec<u32> = plays.iter().map(|act| thing(act)).collect();
        things.sort_unstable();
        things.dedup();
        things.len() as u64
    };
    let heard_ms: u64 = plays.iter().map(|act| u64::from(act.heard_ms)).sum();
    let mut sittings: Vec<uuid::Uuid> = plays.iter().map(|act| act.sitting).collect();
    sittings.dedup();
    Sums {
        heard_ms,
        plays: plays.len() as u64,
        tracks: distinct(&|act| act.track),
        artists: distinct(&|act| world.catalogue.tracks[act.track as usize].artist),
        genres: distinct(&|act| u32::from(world.catalogue.genre_of(act.track))),
        average_sitting_ms: heard_ms / (sittings.len() as u64).max(1),
    }
}
