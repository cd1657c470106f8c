//! The world's genres: a tree, how common each is, and how it sounds.

use super::World;
use super::row::Rows;

/// A genre and the middle of what its tracks are like.
pub(super) struct Genre {
    pub name: &'static str,
    pub slug: &'static str,
    pub parent: Option<&'static str>,
    /// How much of the catalogue it is, against the others.
    pub weight: f64,
    /// Beats a minute.
    pub bpm: f64,
    pub energy: f64,
    pub danceability: f64,
    pub valence: f64,
    pub acousticness: f64,
    pub instrumentalness: f64,
    /// Length of a track.
    pub seconds: f64,
    /// The year in which it came up.
    pub since: i64,
    /// The likelihood that a track is not for children.
    pub explicit: f64,
}

macro_rules! genres {
    ($($name:literal $slug:literal < $parent:expr, $weight:literal, $since:literal:
        $bpm:literal $energy:literal $dance:literal $valence:literal $acoustic:literal $instrumental:literal
        $seconds:literal $explicit:literal;)*) => {
        &[$(Genre {
            name: $name, slug: $slug, parent: $parent, weight: $weight, since: $since, bpm: $bpm, energy: $energy,
            danceability: $dance, valence: $valence, acousticness: $acoustic, instrumentalness: $instrumental,
            seconds: $seconds, explicit: $explicit,
        }),*]
    };
}

/// Parents stand before their children.
pub(super) const GENRES: &[Genre] = genres! {
    "Rock" "rock" < None, 9.0, 1955: 124.0 0.72 0.50 0.52 0.15 0.06 235.0 0.04;
    "Indie Rock" "indie-rock" < Some("rock"), 7.0, 1985: 126.0 0.68 0.52 0.50 0.18 0.10 225.0 0.05;
    "Garage Rock" "garage-rock" < Some("rock"), 2.0, 1963: 138.0 0.84 0.48 0.60 0.05 0.04 170.0 0.03;
    "Progressive Rock" "progressive-rock" < Some("rock"), 1.5, 1968: 118.0 0.60 0.40 0.38 0.25 0.25 420.0 0.01;
    "Post-Rock" "post-rock" < Some("rock"), 1.2, 1991: 112.0 0.55 0.30 0.22 0.20 0.82 400.0 0.00;
    "Punk" "punk" < Some("rock"), 3.0, 1974: 168.0 0.92 0.42 0.58 0.03 0.03 145.0 0.14;
    "Shoegaze" "shoegaze" < Some("indie-rock"), 1.2, 1987: 115.0 0.74 0.36 0.34 0.08 0.40 255.0 0.01;
    "Metal" "metal" < Some("rock"), 4.0, 1969: 132.0 0.93 0.36 0.32 0.02 0.20 275.0 0.10;
    "Doom Metal" "doom-metal" < Some("metal"), 0.8, 1980: 78.0 0.78 0.24 0.18 0.03 0.35 480.0 0.03;
    "Black Metal" "black-metal" < Some("metal"), 1.0, 1984: 160.0 0.96 0.22 0.16 0.02 0.45 345.0 0.05;
    "Pop" "pop" < None, 12.0, 1955: 118.0 0.66 0.66 0.58 0.22 0.01 200.0 0.06;
    "Synth-Pop" "synth-pop" < Some("pop"), 3.5, 1978: 122.0 0.70 0.68 0.60 0.10 0.08 225.0 0.02;
    "Dream Pop" "dream-pop" < Some("pop"), 1.8, 1984: 108.0 0.50 0.48 0.36 0.32 0.28 240.0 0.01;
    "City Pop" "city-pop" < Some("pop"), 0.8, 1977: 112.0 0.66 0.70 0.74 0.18 0.04 245.0 0.00;
    "K-Pop" "k-pop" < Some("pop"), 2.5, 1992: 122.0 0.80 0.72 0.64 0.10 0.00 195.0 0.02;
    "Hip-Hop" "hip-hop" < None, 9.0, 1979: 96.0 0.66 0.78 0.52 0.16 0.02 205.0 0.62;
    "Trap" "trap" < Some("hip-hop"), 4.0, 2003: 140.0 0.62 0.76 0.36 0.12 0.01 175.0 0.78;
    "Boom Bap" "boom-bap" < Some("hip-hop"), 2.0, 1986: 92.0 0.68 0.76 0.56 0.14 0.03 225.0 0.60;
    "Lo-Fi Hip-Hop" "lo-fi-hip-hop" < Some("hip-hop"), 2.0, 2010: 82.0 0.32 0.66 0.40 0.55 0.85 130.0 0.01;
    "Electronic" "electronic" < None, 5.0, 1968: 122.0 0.70 0.66 0.42 0.08 0.60 265.0 0.03;
    "House" "house" < Some("electronic"), 5.0, 1984: 124.0 0.80 0.80 0.56 0.04 0.62 340.0 0.04;
    "Deep House" "deep-house" < Some("house"), 2.5, 1986: 121.0 0.66 0.80 0.44 0.06 0.70 375.0 0.02;
    "Techno" "techno" < Some("electronic"), 4.0, 1986: 131.0 0.84 0.74 0.24 0.02 0.86 385.0 0.01;
    "Trance" "trance" < Some("electronic"), 1.8, 1991: 137.0 0.88 0.58 0.36 0.02 0.76 410.0 0.00;
    "Drum and Bass" "drum-and-bass" < Some("electronic"), 2.2, 1992: 174.0 0.90 0.56 0.36 0.02 0.58 290.0 0.06;
    "Dubstep" "dubstep" < Some("electronic"), 1.2, 2000: 141.0 0.84 0.60 0.30 0.03 0.55 260.0 0.06;
    "Ambient" "ambient" < Some("electronic"), 2.4, 1975: 84.0 0.18 0.22 0.14 0.76 0.93 350.0 0.00;
    "Downtempo" "downtempo" < Some("electronic"), 1.6, 1990: 92.0 0.46 0.62 0.40 0.28 0.60 285.0 0.02;
    "Jazz" "jazz" < None, 3.5, 1917: 116.0 0.38 0.52 0.50 0.76 0.52 315.0 0.00;
    "Bebop" "bebop" < Some("jazz"), 0.8, 1943: 184.0 0.48 0.48 0.62 0.84 0.66 285.0 0.00;
    "Fusion" "fusion" < Some("jazz"), 1.0, 1967: 112.0 0.60 0.52 0.52 0.30 0.72 385.0 0.00;
    "Soul" "soul" < None, 3.0, 1957: 104.0 0.52 0.62 0.64 0.42 0.02 215.0 0.01;
    "R&B" "r-and-b" < Some("soul"), 4.5, 1985: 100.0 0.54 0.70 0.48 0.24 0.01 215.0 0.34;
    "Funk" "funk" < Some("soul"), 1.8, 1965: 108.0 0.72 0.78 0.80 0.16 0.12 260.0 0.03;
    "Disco" "disco" < Some("soul"), 1.4, 1973: 120.0 0.78 0.78 0.84 0.10 0.06 300.0 0.00;
    "Folk" "folk" < None, 3.0, 1940: 112.0 0.30 0.48 0.44 0.84 0.08 220.0 0.01;
    "Singer-Songwriter" "singer-songwriter" < Some("folk"), 3.2, 1962: 110.0 0.34 0.50 0.40 0.74 0.03 220.0 0.03;
    "Country" "country" < None, 3.4, 1927: 122.0 0.62 0.56 0.60 0.34 0.01 200.0 0.02;
    "Americana" "americana" < Some("country"), 1.2, 1990: 116.0 0.46 0.50 0.46 0.58 0.04 235.0 0.02;
    "Blues" "blues" < None, 1.8, 1920: 108.0 0.46 0.52 0.54 0.56 0.10 230.0 0.01;
    "Classical" "classical" < None, 3.0, 1900: 102.0 0.16 0.26 0.22 0.94 0.90 330.0 0.00;
    "Minimalism" "minimalism" < Some("classical"), 0.6, 1964: 108.0 0.24 0.32 0.22 0.86 0.90 520.0 0.00;
    "Reggae" "reggae" < None, 1.8, 1968: 84.0 0.54 0.76 0.76 0.16 0.06 235.0 0.03;
    "Dub" "dub" < Some("reggae"), 0.8, 1970: 78.0 0.50 0.76 0.62 0.14 0.66 265.0 0.00;
    "Latin" "latin" < None, 2.6, 1930: 108.0 0.70 0.72 0.76 0.28 0.02 220.0 0.02;
    "Reggaeton" "reggaeton" < Some("latin"), 3.0, 1994: 95.0 0.76 0.80 0.64 0.14 0.00 200.0 0.34;
    "Bossa Nova" "bossa-nova" < Some("latin"), 0.8, 1958: 126.0 0.32 0.60 0.60 0.82 0.18 180.0 0.00;
    "Cumbia" "cumbia" < Some("latin"), 0.9, 1940: 96.0 0.70 0.76 0.86 0.26 0.06 210.0 0.00;
    "Afrobeats" "afrobeats" < None, 2.4, 2000: 108.0 0.72 0.78 0.68 0.20 0.01 195.0 0.10;
    "Highlife" "highlife" < Some("afrobeats"), 0.6, 1950: 116.0 0.62 0.66 0.84 0.38 0.04 330.0 0.00;
    "Soundtrack" "soundtrack" < None, 1.6, 1933: 98.0 0.28 0.26 0.20 0.70 0.84 185.0 0.00;
};

/// Columns that [`write()`] fills.
pub(super) const COLUMNS: &str = "id, name, slug, parent_id, description, aliases, created_at, updated_at";

/// The row of one genre.
pub(super) fn write(world: &World, number: usize, rows: &mut Rows) {
    let genre = &GENRES[number];
    let parent = genre.parent.and_then(|slug| GENRES.iter().position(|other| other.slug == slug));
    let description = match genre.parent {
        Some(_) => {
            format!("{} as it is played since {}, about {:.0} beats a minute.", genre.name, genre.since, genre.bpm)
        }
        None => format!("Everything that grew out of {} since {}.", genre.name, genre.since),
    };
    let alias: &[&str] = match genre.slug {
        "drum-and-bass" => &["dnb", "drum & bass"],
        "hip-hop" => &["hip hop", "rap"],
        "r-and-b" => &["rnb", "rhythm and blues"],
        _ => &[],
    };
    rows.number(number as u64 + 1).text(genre.name).word(genre.slug);
    rows.optional_number(parent.map(|parent| parent as u64 + 1)).text(&description).list(alias);
    rows.instant(world.founded()).instant(world.founded()).end();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_stand_before_their_children_and_names_are_given_once() {
        for (number, genre) in GENRES.iter().enumerate() {
            let before = &GENRES[..number];
            assert!(before.iter().all(|other| other.slug != genre.slug && other.name != genre.name), "{}", genre.slug);
            if let Some(parent) = genre.parent {
                assert!(before.iter().any(|other| other.slug == parent), "{parent}");
            }
        }
        assert!(GENRES.len() < 256, "a genre's number is a byte");
    }
}
