//! The catalogue's plan: who made which records with which tracks, and how much each track pulls.
//!
//! Only what other parts look up is kept, a few bytes for each track; names and the rest are drawn
//! again when the rows are written.

use super::calendar::{DAY, civil, day_of};
use super::chance::{Chance, Lottery, Subject};
use super::genres::GENRES;
use super::size::WorldSize;

/// An artist's place in the plan.
#[derive(Debug, Clone, Copy)]
pub(super) struct ArtistPlan {
    pub genre: u8,
    pub formed: i16,
    /// How much the artist pulls, from 1.
    pub pull: f32,
    pub first_album: u32,
    pub first_track: u32,
}

/// What kind of record: number of tracks from and to, and how many of a hundred are so.
pub(super) const KINDS: [(&str, i64, i64, f64); 6] = [
    ("album", 8, 16, 52.0),
    ("single", 1, 3, 24.0),
    ("ep", 4, 7, 14.0),
    ("compilation", 14, 24, 4.0),
    ("live", 9, 18, 5.0),
    ("other", 10, 20, 1.0),
];

/// A record's place in the plan.
#[derive(Debug, Clone, Copy)]
pub(super) struct AlbumPlan {
    pub artist: u32,
    pub first_track: u32,
    pub kind: u8,
    pub genre: u8,
    /// Days since 1970: when it came out, and when it came into the catalogue.
    pub released: i32,
    pub added: i32,
}

/// A track's place in the plan.
#[derive(Debug, Clone, Copy)]
pub(super) struct TrackPlan {
    pub artist: u32,
    pub album: u32,
    pub duration_ms: u32,
}

/// All of it. Things are numbered from 0; their keys are one higher.
#[derive(Debug)]
pub(super) struct Catalogue {
    pub artists: Vec<ArtistPlan>,
    pub albums: Vec<AlbumPlan>,
    pub tracks: Vec<TrackPlan>,
    /// The tracks of each genre, and their lottery.
    by_genre: Vec<(Vec<u32>, Lottery)>,
    genres: Lottery,
}

impl Catalogue {
    /// Plans artists until there are enough tracks; the last record ends where they are.
    pub(super) fn plan(seed: u64, size: &WorldSize, founded: i64, until: i64) -> Self {
        let wanted = size.tracks as usize;
        let genres = Lottery::new(&GENRES.iter().map(|genre| genre.weight).collect::<Vec<_>>());
        let mut plan = Self {
            artists: Vec::new(),
            albums: Vec::new(),
            tracks: Vec::with_capacity(wanted),
            by_genre: Vec::new(),
            genres,
        };
        let founded = founded / DAY;
        while plan.tracks.len() < wanted {
            plan.add_artist(seed, founded, until, wanted);
        }
        plan.draw_pull(seed);
        plan
    }

    fn add_artist(&mut self, seed: u64, founded: i64, until: i64, wanted: usize) {
        let number = self.artists.len();
        let mut chance = Chance::of(seed, Subject::Discography, number as u64);
        let genre = self.genres.draw(&mut chance).unwrap_or_default();
        let other = self.genres.draw(&mut chance).unwrap_or_default();
        let (this_year, _, _) = civil(until - 1);
        let back = chance.unit();
        let formed = this_year - (back * back * (this_year - GENRES[genre].since) as f64) as i64;
        let first_album = self.albums.len();
        self.artists.push(ArtistPlan {
            genre: genre as u8,
            formed: formed as i16,
            pull: chance.tail().min(1_500.0) as f32,
            first_album: first_album as u32,
            first_track: self.tracks.len() as u32,
        });
        // An artist's years of work, and the records in them in order.
        let begin = day_of(formed, 1, 1).min(until - 400);
        let end = (begin + chance.between(2, 26) * 365).min(until - 3);
        let count = 1 + chance.lasting(0.4, 15);
        let mut days: Vec<i64> = (0..count).map(|_| chance.between(begin, end)).collect();
        days.sort_unstable();
        for day in days {
            let kind = chance.weighted(&KINDS.map(|kind| (kind, kind.3)));
            let tracks = chance.between(kind.1, kind.2) as usize;
            let tracks = tracks.min(wanted - self.tracks.len());
            if tracks == 0 {
                break;
            }
            let genre = if chance.is(0.85) { genre } else { other };
            let album = self.albums.len() as u32;
            self.albums.push(AlbumPlan {
                artist: number as u32,
                first_track: self.tracks.len() as u32,
                kind: KINDS.iter().position(|other| other.0 == kind.0).unwrap_or_default() as u8,
                genre: genre as u8,
                released: day as i32,
                added: (day + chance.between(0, 2)).max(founded + chance.between(0, 180)) as i32,
            });
            for _ in 0..tracks {
                let seconds = GENRES[genre].seconds;
                let length = if chance.is(0.03) { 62.0 } else { seconds };
                let duration_ms = (chance.around(length, length * 0.28, 21.0, 1_500.0) * 1_000.0) as u32;
                self.tracks.push(TrackPlan { artist: number as u32, album, duration_ms });
            }
        }
    }

    /// A track pulls as its artist does, times a share of its own: every artist has a hit.
    fn draw_pull(&mut self, seed: u64) {
        let mut of_genre: Vec<(Vec<u32>, Vec<f64>)> = vec![Default::default(); GENRES.len()];
        let mut chance = Chance::of(seed, Subject::Pull, 0);
        for (number, track) in self.tracks.iter().enumerate() {
            let album = &self.albums[track.album as usize];
            let artist = &self.artists[track.artist as usize];
            let (tracks, weights) = &mut of_genre[usize::from(album.genre)];
            tracks.push(number as u32);
            weights.push(f64::from(artist.pull) * chance.tail().min(80.0));
        }
        self.by_genre = of_genre.into_iter().map(|(tracks, weights)| (tracks, Lottery::new(&weights))).collect();
    }

    /// A track of a genre by its pull; any track where the genre has none.
    pub(super) fn draw(&self, chance: &mut Chance, genre: u8) -> u32 {
        let (tracks, lottery) = &self.by_genre[usize::from(genre)];
        match lottery.draw(chance) {
            Some(place) => tracks[place],
            None => chance.below(self.tracks.len()) as u32,
        }
    }

    /// A genre by how common it is.
    pub(super) fn any_genre(&self, chance: &mut Chance) -> u8 {
        self.genres.draw(chance).unwrap_or_default() as u8
    }

    /// The genre of a track.
    pub(super) fn genre_of(&self, track: u32) -> u8 {
        self.albums[self.tracks[track as usize].album as usize].genre
    }

    /// The second from which a track can be played.
    pub(super) fn available(&self, track: u32) -> i64 {
        (i64::from(self.albums[self.tracks[track as usize].album as usize].added) + 1) * DAY
    }

    /// The tracks of a record.
    pub(super) fn tracks_of_album(&self, album: u32) -> std::ops::Range<u32> {
        let album = album as usize;
        let end = self.albums.get(album + 1).map_or(self.tracks.len() as u32, |next| next.first_track);
        self.albums[album].first_track..end
    }

    /// The tracks of an artist.
    pub(super) fn tracks_of_artist(&self, artist: u32) -> std::ops::Range<u32> {
        let artist = artist as usize;
        let end = self.artists.get(artist + 1).map_or(self.tracks.len() as u32, |next| next.first_track);
        self.artists[artist].first_track..end
    }

    /// The records of an artist.
    pub(super) fn albums_of_artist(&self, artist: u32) -> std::ops::Range<u32> {
        let artist = artist as usize;
        let end = self.artists.get(artist + 1).map_or(self.albums.len() as u32, |next| next.first_album);
        self.artists[artist].first_album..end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Catalogue {
        let size = WorldSize::for_users(200).expect("it is possible");
        Catalogue::plan(1, &size, day_of(2023, 11, 1) * DAY, day_of(2026, 11, 22))
    }

    #[test]
    fn everything_has_its_place() {
        let plan = plan();
        assert_eq!(plan.tracks.len(), 10_000);
        for (number, track) in plan.tracks.iter().enumerate() {
            let number = number as u32;
            assert!(plan.tracks_of_album(track.album).contains(&number));
            assert!(plan.tracks_of_artist(track.artist).contains(&number));
            assert!(plan.albums_of_artist(track.artist).contains(&track.album));
            assert!((21_000..=1_500_000).contains(&track.duration_ms));
        }
        assert!(
            plan.albums.iter().all(|album| album.released <= album.added && album.added <= day_of(2026, 11, 21) as i32)
        );
    }

    #[test]
    fn a_few_tracks_are_drawn_most() {
        let plan = plan();
        let mut chance = Chance::of(1, Subject::Month, 0);
        let mut counts = vec![0_u32; plan.tracks.len()];
        for _ in 0..100_000 {
            let genre = plan.any_genre(&mut chance);
            let track = plan.draw(&mut chance, genre);
            // A rare genre may have no track in so small a catalogue.
            assert!(plan.genre_of(track) == genre || plan.by_genre[usize::from(genre)].0.is_empty());
            counts[track as usize] += 1;
        }
        counts.sort_unstable_by(|one, other| other.cmp(one));
        let top: u32 = counts[..100].iter().sum();
        let unheard = counts.iter().filter(|count| **count == 0).count();
        assert!(top > 20_000 && top < 70_000, "the first of a hundred have {top} of 100000");
        assert!(unheard > 500 && unheard < 8_000, "{unheard} of 10000 are never drawn");
    }
}
