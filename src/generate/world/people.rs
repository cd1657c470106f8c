//! People: who has an account since when, what they like, and how much they listen.

use std::collections::HashSet;

use super::World;
use super::calendar::DAY;
use super::catalogue::Catalogue;
use super::chance::{Chance, Subject};
use super::genres::GENRES;
use super::identifiers::COUNTRIES;
use super::names;
use super::row::Rows;
use super::size::WorldSize;

/// How many genres a person likes at most.
const MAX_GENRES: usize = 5;

/// A person's place in the plan. Numbered from 0; the key is one higher.
#[derive(Debug, Clone)]
pub(super) struct Person {
    /// When the account was made.
    pub created: i64,
    /// How much the person does, from 1, against the others.
    pub activity: f32,
    /// Genres from the most liked one, and how many they are.
    genres: [u8; MAX_GENRES],
    count: u8,
    /// How often the person listens to something else.
    adventure: f32,
    /// Hours that the person's clock is ahead of UTC.
    pub zone: i8,
    pub device: u8,
    pub country: u8,
}

/// What people listen on.
pub(super) const DEVICES: [&str; 6] = ["mobile", "desktop", "web", "smart_speaker", "tablet", "other"];

/// Everybody.
pub(super) fn plan(seed: u64, size: &WorldSize, catalogue: &Catalogue, begin: i64, until: i64) -> Vec<Person> {
    (0..size.users).map(|number| person(seed, u64::from(number), catalogue, begin, until)).collect()
}

fn person(seed: u64, number: u64, catalogue: &Catalogue, begin: i64, until: i64) -> Person {
    let mut chance = Chance::of(seed, Subject::Person, number);
    // A part was there when the record begins; the others came since, and more of them lately.
    let created = if number == 0 || chance.is(0.35) {
        begin - chance.between(DAY, 300 * DAY)
    } else {
        begin + (chance.unit().sqrt() * (until - 5 * DAY - begin) as f64) as i64
    };
    let country = chance.below(1 << 20);
    let weights: Vec<(usize, f64)> =
        COUNTRIES.iter().enumerate().map(|(place, (_, weight))| (place, *weight)).collect();
    let country = Chance::of(seed, Subject::Person, number ^ (country as u64) << 32).weighted(&weights);
    let zone = match COUNTRIES[country].0 {
        "US" | "CA" | "MX" | "CO" | "JM" => -chance.between(5, 7),
        "BR" | "AR" => -3,
        "JP" | "KR" => 9,
        "AU" => 10,
        "IN" => 5,
        "GB" | "IS" => 0,
        _ => 1,
    };
    let mut genres = [catalogue.any_genre(&mut chance); MAX_GENRES];
    let count = 1 + chance.below(MAX_GENRES);
    for place in 1..count {
        // Who likes a genre often likes its relatives.
        genres[place] =
            if chance.is(0.4) { relative(&mut chance, genres[0]) } else { catalogue.any_genre(&mut chance) };
    }
    Person {
        created,
        activity: chance.tail().min(25.0) as f32,
        genres,
        count: count as u8,
        adventure: chance.around(0.10, 0.06, 0.01, 0.4) as f32,
        zone: zone as i8,
        device: chance.weighted(&[(0, 55.0), (1, 20.0), (2, 12.0), (3, 6.0), (4, 5.0), (5, 2.0)]),
        country: country as u8,
    }
}

/// A genre of the same branch.
fn relative(chance: &mut Chance, genre: u8) -> u8 {
    let of = &GENRES[usize::from(genre)];
    let family = of.parent.unwrap_or(of.slug);
    let near: Vec<u8> = (0..GENRES.len())
        .filter(|other| GENRES[*other].slug == family || GENRES[*other].parent == Some(family))
        .map(|other| other as u8)
        .collect();
    chance.pick(&near)
}

impl Person {
    /// The genres that the person likes, the most liked one first, none twice.
    pub(super) fn likes(&self) -> Vec<u8> {
        let mut likes: Vec<u8> = Vec::new();
        for genre in &self.genres[..usize::from(self.count)] {
            if !likes.contains(genre) {
                likes.push(*genre);
            }
        }
        likes
    }

    /// A genre by the person's taste: mostly the first ones.
    pub(super) fn genre(&self, chance: &mut Chance, catalogue: &Catalogue) -> u8 {
        if chance.unit() < f64::from(self.adventure) {
            return catalogue.any_genre(chance);
        }
        self.genres[chance.rank(usize::from(self.count))]
    }

    /// A track by the person's taste.
    pub(super) fn track(&self, chance: &mut Chance, catalogue: &Catalogue) -> u32 {
        let genre = self.genre(chance, catalogue);
        catalogue.draw(chance, genre)
    }

    /// How many tracks the person knows well.
    pub(super) fn favourites(&self) -> usize {
        30 + (self.activity * 22.0) as usize
    }

    /// The place-th of the tracks that a person returns to.
    pub(super) fn favourite(&self, seed: u64, number: u32, place: usize, catalogue: &Catalogue) -> u32 {
        let mut chance = Chance::of(seed, Subject::Favourite, u64::from(number) << 24 | place as u64);
        self.track(&mut chance, catalogue)
    }
}

/// Columns that [`write()`] fills.
pub(super) const COLUMNS: &str = "id, username, email, is_active, default_language, last_login, created_at, updated_at";

/// The rows of everybody, in order: names are given once.
pub(super) fn write(world: &World, mut each: impl FnMut(Rows) -> bool) {
    let mut taken: HashSet<String> = HashSet::new();
    let mut rows = Rows::default();
    for (number, person) in world.people.iter().enumerate() {
        let mut chance = Chance::of(world.seed, Subject::Profile, number as u64);
        let (first, last) = names::person(&mut chance);
        let mut username = match chance.below(4) {
            0 => first.to_lowercase(),
            1 => format!("{}.{}", first.to_lowercase(), last.to_lowercase()),
            2 => format!("{}_{}", first.to_lowercase(), chance.between(1, 999)),
            _ => format!("{}{}", first.to_lowercase(), last.to_lowercase()),
        };
        if !taken.insert(username.clone()) {
            // Nobody else's name ends so: a hyphen stands in no other.
            username = format!("{username}-{}", number + 1);
        }
        let host = chance.pick(&["example.org", "example.com", "mail.example.net"]);
        let is_active = chance.is(0.97);
        let language = match COUNTRIES[usize::from(person.country)].0 {
            "DE" => "de",
            "FR" => "fr",
            "ES" | "MX" | "AR" | "CO" => "es",
            "BR" => "pt-BR",
            "JP" => "ja",
            "KR" => "ko",
            "PL" => "pl",
            "IT" => "it",
            _ => "en",
        };
        rows.number(number as u64 + 1)
            .word(&username)
            .word(&format!("{username}@{host}"))
            .truth(is_active)
            .word(language);
        let last_login = (world.until() - chance.between(60, 40 * DAY)).max(person.created);
        rows.instant(last_login).instant(person.created).instant(person.created).end();
        if rows.text.len() > super::CHUNK && !each(std::mem::take(&mut rows)) {
            return;
        }
    }
    each(rows);
}
