//! Records.

use serde_json::{Value, json};

use super::World;
use super::artists::{self, Identity};
use super::calendar::{DAY, civil, day_of};
use super::catalogue::KINDS;
use super::chance::{Chance, Subject};
use super::genres::GENRES;
use super::identifiers;
use super::names::{self, Script};
use super::row::Rows;

const MOODS: [&str; 12] = [
    "calm",
    "restless",
    "tender",
    "dark",
    "bright",
    "playful",
    "grand",
    "lonely",
    "warm",
    "raw",
    "hopeful",
    "nocturnal",
];
const THEMES: [&str; 10] =
    ["love", "leaving", "the city", "the sea", "memory", "work", "family", "travel", "winter", "politics"];

/// What is asked of a record in several places.
pub(super) struct Release {
    pub title: String,
    /// Day of the release as it is known, and how much of it: to the day, the month or the year.
    pub released: i64,
    pub precision: &'static str,
    chance: Chance,
}

/// What the number-th record is called and when it came out.
pub(super) fn identity(world: &World, number: u32, script: Script) -> Release {
    let plan = &world.catalogue.albums[number as usize];
    let mut chance = Chance::of(world.seed, Subject::Album, u64::from(number));
    let mut title = names::title(&mut chance, script);
    match KINDS[usize::from(plan.kind)].0 {
        "live" => title = format!("{title} (Live)"),
        "compilation" if chance.is(0.5) => title = format!("The Best of {title}"),
        "ep" if chance.is(0.4) => title = format!("{title} EP"),
        _ => {}
    }
    let (year, month, day) = civil(i64::from(plan.released));
    let precision = if year >= 2005 || chance.is(0.6) {
        "day"
    } else if chance.is(0.3) {
        "month"
    } else {
        "year"
    };
    let released = match precision {
        "day" => day_of(year, month, day),
        "month" => day_of(year, month, 1),
        _ => day_of(year, 1, 1),
    };
    Release { title, released, precision, chance }
}

/// Columns that [`write()`] fills.
pub(super) const COLUMNS: &str = "id, title, artist_id, artist_name, barcode, catalog_number, musicbrainz_id, \
    album_type, release_date, release_precision, original_release_date, original_release_precision, is_remaster, \
    version_notes, cover_url, label, total_tracks, genres, styles, moods, themes, credits, popularity, rating, \
    rating_count, last_synced_at, created_at, updated_at";

/// The rows of an artist's records.
pub(super) fn write(world: &World, artist: u32, rows: &mut Rows) {
    let who = artists::identity(world.seed, artist);
    for number in world.catalogue.albums_of_artist(artist) {
        write_one(world, number, &who, rows);
    }
}

fn write_one(world: &World, number: u32, who: &Identity, rows: &mut Rows) {
    let plan = &world.catalogue.albums[number as usize];
    let Release { title, released, precision, mut chance } = identity(world, number, who.script);
    let key = u64::from(number) + 1;
    let is_old = civil(released).0 < world.year() - 20;
    let is_remaster = is_old && chance.is(0.2);
    rows.number(key).text(&title).number(u64::from(plan.artist) + 1).text(&who.name);
    rows.optional_text(chance.is(0.75).then(|| identifiers::barcode(key)).as_deref());
    let catalogue_number =
        chance.is(0.5).then(|| format!("{} {:03}", names::label(&mut chance)[..2].to_uppercase(), key % 1_000));
    rows.optional_text(catalogue_number.as_deref()).optional(chance.is(0.7).then(|| chance.uuid()));
    rows.word(KINDS[usize::from(plan.kind)].0);
    if is_remaster {
        let (year, _, _) = civil(released);
        let first = day_of(year - chance.between(10, 15), 1, 1);
        rows.day(released).word(precision).day(first).word("year").truth(true).word("Remastered from the first tapes");
    } else {
        rows.day(released).word(precision).day(released).word(precision).truth(false).null();
    }
    rows.text(&format!("https://images.example.org/albums/{key}.jpg"));
    rows.optional_text(chance.is(0.85).then(|| names::label(&mut chance)).as_deref());
    rows.number(world.catalogue.tracks_of_album(number).len() as u64);
    let genre = &GENRES[usize::from(plan.genre)];
    rows.list(&[genre.slug]).list(genre.parent.as_slice());
    rows.list(&[chance.pick(&MOODS)]);
    rows.list(if chance.is(0.4) { &THEMES[..1 + chance.below(2)] } else { &THEMES[..0] });
    rows.json(&credits(&mut chance));
    let rating = chance.is(0.6).then(|| (chance.around(3.6, 0.6, 1.0, 5.0) * 100.0).round() / 100.0);
    let ratings = rating.map_or(0, |_| (chance.tail() * 4.0).min(50_000.0) as u64);
    rows.value(world.popularity.of_album(number)).optional(rating).number(ratings);
    let added = i64::from(plan.added) * DAY + chance.between(0, DAY - 1);
    rows.optional_instant(chance.is(0.4).then_some(added)).instant(added).instant(added).end();
}

fn credits(chance: &mut Chance) -> Value {
    if chance.is(0.35) {
        return json!({});
    }
    let mut person = || {
        let (first, last) = names::person(chance);
        format!("{first} {last}")
    };
    json!({"producer": [person()], "engineer": [person()]})
}
