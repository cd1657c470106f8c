//! What people hear: sittings of some tracks, in the evening mostly, old favourites again and again.
//!
//! A person's month is drawn by itself, so that the history can be written month by month and
//! counted person by person without being kept.

use uuid::Uuid;

use super::World;
use super::calendar::{DAY, listening_instant};
use super::chance::{Chance, Subject, share_out};
use super::people::DEVICES;
use super::row::Rows;

/// What somebody did with a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    Play,
    Skip,
    Like,
    Dislike,
    Share,
    AddToPlaylist,
    RemoveFromPlaylist,
}

impl Deed {
    fn name(self) -> &'static str {
        match self {
            Self::Play => "play",
            Self::Skip => "skip",
            Self::Like => "like",
            Self::Dislike => "dislike",
            Self::Share => "share",
            Self::AddToPlaylist => "add_to_playlist",
            Self::RemoveFromPlaylist => "remove_from_playlist",
        }
    }
}

/// Where a track was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Setting {
    Library,
    Playlist(u32),
    Album(u32),
    Artist(u32),
    Radio,
    Search,
    Discovery,
}

impl Setting {
    fn name(self) -> &'static str {
        match self {
            Self::Library => "library",
            Self::Playlist(_) => "playlist",
            Self::Album(_) => "album",
            Self::Artist(_) => "artist",
            Self::Radio => "radio",
            Self::Search => "search",
            Self::Discovery => "discovery",
        }
    }

    fn key(self) -> Option<u64> {
        match self {
            Self::Playlist(number) | Self::Album(number) | Self::Artist(number) => Some(u64::from(number) + 1),
            _ => None,
        }
    }
}

/// One thing that somebody did.
#[derive(Debug, Clone, Copy)]
pub(super) struct Act {
    pub person: u32,
    pub at: i64,
    pub track: u32,
    pub deed: Deed,
    setting: Setting,
    pub heard_ms: u32,
    device: u8,
    /// The same for everything of one sitting.
    pub sitting: Uuid,
}

/// How many acts each person has in all: the sums before each person, and of all.
pub(super) fn totals(world_acts: u64, people: &[super::people::Person], begin: i64, until: i64) -> Vec<u64> {
    share_out(
        world_acts,
        people.iter().map(|person| {
            let here = (until - person.created.max(begin)) as f64 / (until - begin) as f64;
            f64::from(person.activity) * (0.15 + 0.85 * here)
        }),
    )
}

/// Collects what one person does in one month; in the order of time within a sitting.
pub(super) fn month(world: &World, person: u32, month: usize, acts: &mut Vec<Act>) {
    let total = world.acts[person as usize + 1] - world.acts[person as usize];
    let shares = share_out(
        total,
        world.months.iter().enumerate().map(|(number, month)| {
            let from = month.start.max(world.people[person as usize].created);
            let days = (month.end - from).max(0) as f64;
            let mut chance = Chance::of(world.seed, Subject::Month, u64::from(person) << 8 | number as u64 | 128);
            days * (0.4 + chance.unit())
        }),
    );
    let count = (shares[month + 1] - shares[month]) as usize;
    if count == 0 {
        return;
    }
    let mut sitter = Sitter {
        world,
        person,
        month,
        chance: Chance::of(world.seed, Subject::Month, u64::from(person) << 8 | month as u64),
    };
    let wanted = acts.len() + count;
    while acts.len() < wanted {
        sitter.sit_down(wanted, acts);
    }
}

struct Sitter<'w> {
    world: &'w World,
    person: u32,
    month: usize,
    chance: Chance,
}

impl Sitter<'_> {
    fn sit_down(&mut self, wanted: usize, acts: &mut Vec<Act>) {
        let person = &self.world.people[self.person as usize];
        let month = self.world.months[self.month];
        let from = month.start.max(person.created);
        let begin = listening_instant(&mut self.chance, from, month.end, i64::from(person.zone));
        let first = acts.len();
        let tracks = 2 + self.chance.lasting(0.12, 60);
        let setting = self.setting(begin);
        let device = if self.chance.is(0.75) { person.device } else { self.chance.below(DEVICES.len()) as u8 };
        let sitting = self.chance.uuid();
        let start = self.chance.below(1 << 30);
        let mut at = begin;
        for place in 0..tracks {
            if acts.len() >= wanted {
                break;
            }
            let Some(track) = self.track(setting, start, place, begin) else { break };
            let act = Act { person: self.person, at, track, deed: Deed::Play, setting, heard_ms: 0, device, sitting };
            at += self.hear(act, wanted, acts);
        }
        // What would run on beyond the month, or the world, began earlier.
        let beyond = acts.last().map_or(0, |last| last.at + 1 - month.end);
        if beyond > 0 {
            for act in &mut acts[first..] {
                act.at = (act.at - beyond).max(from);
            }
        }
    }

    /// Plays or skips a track, perhaps does something more with it; gives how long it took in seconds.
    fn hear(&mut self, act: Act, wanted: usize, acts: &mut Vec<Act>) -> i64 {
        let chance = &mut self.chance;
        let length = self.world.catalogue.tracks[act.track as usize].duration_ms;
        let is_skipped = chance.is(0.16);
        let part = match () {
            () if is_skipped => 0.02 + 0.3 * chance.unit() * chance.unit(),
            () if chance.is(0.86) => 1.0,
            () => 0.3 + 0.7 * chance.unit(),
        };
        let heard_ms = (f64::from(length) * part) as u32;
        let deed = if is_skipped { Deed::Skip } else { Deed::Play };
        acts.push(Act { deed, heard_ms, ..act });
        let seconds = i64::from(heard_ms / 1_000) + chance.between(1, 4);
        let more = match (is_skipped, chance.below(1_000)) {
            (false, 0..48) => Deed::Like,
            (false, 48..66) => Deed::AddToPlaylist,
            (false, 66..73) => Deed::Share,
            (true, 0..30) => Deed::Dislike,
            (true, 30..50) => Deed::RemoveFromPlaylist,
            _ => return seconds,
        };
        if acts.len() < wanted {
            let at = act.at + seconds.min(20);
            acts.push(Act { deed: more, at, heard_ms: 0, ..act });
        }
        seconds
    }

    fn favourite(&mut self) -> u32 {
        let person = &self.world.people[self.person as usize];
        // Tastes move on: each month some favourites are no longer, and new ones come.
        let place = self.chance.rank(person.favourites()) + self.month * 2;
        person.favourite(self.world.seed, self.person, place, &self.world.catalogue)
    }

    fn setting(&mut self, at: i64) -> Setting {
        match self.chance.below(100) {
            0..30 => Setting::Library,
            30..56 => self.list(at).map_or(Setting::Library, Setting::Playlist),
            56..72 => {
                let track = self.favourite();
                Setting::Album(self.world.catalogue.tracks[track as usize].album)
            }
            72..80 => {
                let track = self.favourite();
                Setting::Artist(self.world.catalogue.tracks[track as usize].artist)
            }
            80..89 => Setting::Radio,
            89..95 => Setting::Search,
            _ => Setting::Discovery,
        }
    }

    /// One of the person's own lists, or a public one of a genre that they like.
    fn list(&mut self, at: i64) -> Option<u32> {
        let lists = &self.world.lists;
        let own = lists.of_owner(self.person);
        let number = if !own.is_empty() && self.chance.is(0.6) {
            own.start + self.chance.below(own.len()) as u32
        } else {
            let genre = self.world.people[self.person as usize].genre(&mut self.chance, &self.world.catalogue);
            let public = &lists.public[usize::from(genre)];
            *public.get(self.chance.rank(public.len()))?
        };
        // A list that has been there for a week has most of its tracks.
        let list = &lists.lists[number as usize];
        (list.created + 7 * DAY < at && lists.entries_of(number).len() > 1).then_some(number)
    }

    /// The next track; none at the end of the record or the list.
    fn track(&mut self, setting: Setting, start: usize, place: usize, at: i64) -> Option<u32> {
        let catalogue = &self.world.catalogue;
        let person = &self.world.people[self.person as usize];
        let mut track = match setting {
            Setting::Library => self.favourite(),
            Setting::Playlist(number) => {
                let entries = self.world.lists.entries_of(number);
                if place >= entries.len() {
                    return None;
                }
                entries[(start + place) % entries.len()].track
            }
            Setting::Album(number) => {
                let track = catalogue.tracks_of_album(number).start + place as u32;
                if !catalogue.tracks_of_album(number).contains(&track) {
                    return None;
                }
                track
            }
            Setting::Artist(number) => {
                let tracks = catalogue.tracks_of_artist(number);
                tracks.start + self.chance.rank(tracks.len()) as u32
            }
            _ => person.track(&mut self.chance, catalogue),
        };
        // Nobody hears what is not out yet.
        for _ in 0..8 {
            if catalogue.available(track) <= at {
                return Some(track);
            }
            track = person.track(&mut self.chance, catalogue);
        }
        Some(self.world.oldest)
    }
}

/// Columns that [`write()`] fills.
pub(super) const COLUMNS: &str = "id, user_id, track_id, interaction_type, context_type, context_id, play_duration_ms, \
    track_duration_ms, completion_percentage, skip_position_ms, skip_reason, device_type, session_id, counts_as_listen, \
    created_at";

/// The rows of a month in the order of time, the first with the key `first`.
pub(super) fn write(world: &World, number: usize, first: u64, mut each: impl FnMut(Rows) -> bool) {
    let mut acts = Vec::new();
    for person in 0..world.people.len() as u32 {
        month(world, person, number, &mut acts);
    }
    acts.sort_by_key(|act| (act.at, act.person));
    let mut rows = Rows::default();
    for (key, act) in (first..).zip(&acts) {
        write_one(world, key, act, &mut rows);
        if rows.text.len() > super::CHUNK && !each(std::mem::take(&mut rows)) {
            return;
        }
    }
    each(rows);
}

fn write_one(world: &World, key: u64, act: &Act, rows: &mut Rows) {
    let length = world.catalogue.tracks[act.track as usize].duration_ms;
    rows.number(key).number(u64::from(act.person) + 1).number(u64::from(act.track) + 1).word(act.deed.name());
    rows.word(act.setting.name()).optional_number(act.setting.key());
    let is_heard = matches!(act.deed, Deed::Play | Deed::Skip);
    let is_skip = act.deed == Deed::Skip;
    let heard = u64::from(act.heard_ms);
    rows.optional_number(is_heard.then_some(heard)).number(u64::from(length));
    if is_heard {
        // To a tenth of a percent, without the float.
        let share = heard * 1_000 / u64::from(length);
        rows.value(format_args!("{}.{}", share / 10, share % 10));
    } else {
        rows.null();
    }
    rows.optional_number(is_skip.then_some(heard));
    if is_skip {
        rows.word("manual")
    } else {
        rows.null()
    };
    rows.word(DEVICES[usize::from(act.device)]).value(act.sitting.as_hyphenated());
    rows.truth(counts_as_listen(act, length)).instant(act.at).end();
}

/// A listen is a play of a track longer than 30 seconds, of half of it or four minutes.
fn counts_as_listen(act: &Act, length_ms: u32) -> bool {
    act.deed == Deed::Play && length_ms > 30_000 && act.heard_ms >= (length_ms / 2).min(240_000)
}
