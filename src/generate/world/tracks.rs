//! Tracks.

use std::fmt::Write as _;

use serde_json::json;

use super::World;
use super::albums;
use super::artists::{self, Identity};
use super::calendar::{DAY, civil};
use super::catalogue::KINDS;
use super::chance::{Chance, Subject};
use super::genres::{GENRES, Genre};
use super::identifiers;
use super::names;
use super::row::Rows;

/// Columns that [`write()`] fills.
pub(super) const COLUMNS: &str = "id, title, duration_ms, isrc, audio_fingerprint, fingerprint_algorithm, \
    fingerprint_duration_ms, audio_features, artist_id, album_id, artist_name, album_title, artist_credit, disc_number, \
    track_number, genres, release_date, release_precision, explicit, popularity, preview_url, lyrics, extra_metadata, \
    last_analyzed_at, created_at, updated_at";

/// The rows of an artist's tracks.
pub(super) fn write(world: &World, artist: u32, rows: &mut Rows) {
    let who = artists::identity(world.seed, artist);
    for album in world.catalogue.albums_of_artist(artist) {
        let release = albums::identity(world, album, who.script);
        for (place, number) in world.catalogue.tracks_of_album(album).enumerate() {
            write_one(world, number, place, &who, &release, rows);
        }
    }
}

fn write_one(world: &World, number: u32, place: usize, who: &Identity, release: &albums::Release, rows: &mut Rows) {
    let plan = &world.catalogue.tracks[number as usize];
    let album = &world.catalogue.albums[plan.album as usize];
    let genre = &GENRES[usize::from(album.genre)];
    let mut chance = Chance::of(world.seed, Subject::Track, u64::from(number));
    let kind = KINDS[usize::from(album.kind)].0;
    let key = u64::from(number) + 1;
    let title = title(&mut chance, place, kind, who, release);
    let added = i64::from(album.added) * DAY + chance.between(0, DAY - 1);

    rows.number(key).text(&title).number(u64::from(plan.duration_ms));
    let (year, _, _) = civil(release.released);
    let isrc = chance.is(0.82).then(|| identifiers::isrc(key, who.country, year));
    rows.optional_text(isrc.as_deref());
    if chance.is(0.03) {
        fingerprint(world.seed, number, plan.duration_ms, rows);
        rows.word("chromaprint").number(u64::from(plan.duration_ms));
    } else {
        rows.null().null().null();
    }
    if chance.is(0.88) {
        features(&mut chance, genre, rows);
    } else {
        rows.word("{}");
    }
    rows.number(u64::from(plan.artist) + 1).number(u64::from(plan.album) + 1).text(&who.name).text(&release.title);
    credit(world, &mut chance, plan.artist, &who.name, rows);
    rows.number(1).number(place as u64 + 1);
    match genre.parent.filter(|_| chance.is(0.3)) {
        Some(parent) => rows.list(&[genre.slug, parent]),
        None => rows.list(&[genre.slug]),
    };
    rows.day(release.released).word(release.precision).truth(chance.is(genre.explicit));
    rows.value(world.popularity.of_track(number));
    let preview = chance.is(0.4).then(|| format!("https://previews.example.org/{key}.mp3"));
    rows.optional_text(preview.as_deref());
    rows.null().word("{}").optional_instant(chance.is(0.88).then_some(added)).instant(added).instant(added).end();
}

fn title(chance: &mut Chance, place: usize, kind: &str, who: &Identity, release: &albums::Release) -> String {
    // The first track of a single is what the single is called.
    if kind == "single" && place == 0 {
        return release.title.clone();
    }
    let title = names::title(chance, who.script);
    match kind {
        "live" => format!("{title} (Live)"),
        "single" => {
            format!("{} ({})", release.title, chance.pick(&["Remix", "Instrumental", "Acoustic", "Radio Edit"]))
        }
        _ if chance.is(0.015) => format!("{title} (Remix)"),
        _ => title,
    }
}

/// Every twelfth track has a guest.
fn credit(world: &World, chance: &mut Chance, artist: u32, name: &str, rows: &mut Rows) {
    let guest = chance.below(world.catalogue.artists.len()) as u32;
    if !chance.is(0.08) || guest == artist {
        rows.word("[]");
        return;
    }
    let other = artists::identity(world.seed, guest).name;
    rows.json(&json!([
        {"artist_id": u64::from(artist) + 1, "name": name, "join_phrase": " feat. "},
        {"artist_id": u64::from(guest) + 1, "name": other, "join_phrase": "", "role": "featured"},
    ]));
}

/// What the sound is like: the genre's middle, and each track some way from it.
fn features(chance: &mut Chance, genre: &Genre, rows: &mut Rows) {
    let bpm = chance.around(genre.bpm, genre.bpm * 0.11, 40.0, 220.0);
    let mut share = |middle: f64| chance.around(middle, 0.13, 0.0, 1.0);
    let (energy, danceability, valence) = (share(genre.energy), share(genre.danceability), share(genre.valence));
    let (acousticness, instrumentalness) = (share(genre.acousticness), share(genre.instrumentalness));
    let (liveness, speechiness) = (share(0.16), share(if genre.explicit > 0.5 { 0.22 } else { 0.06 }));
    let loudness = -24.0 + 20.0 * energy;
    let (key, mode) = (chance.below(12), usize::from(chance.is(0.6)));
    let beats = if chance.is(0.93) { 4 } else { 3 };
    let confidence = chance.unit();
    let text = &mut rows.text;
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "{{\"bpm\": {bpm:.1}, \"key\": {key}, \"mode\": {mode}, \"key_confidence\": {confidence:.2}, \
         \"time_signature\": {beats}, \"loudness\": {loudness:.1}, \"energy\": {energy:.3}, \
         \"danceability\": {danceability:.3}, \"valence\": {valence:.3}, \"acousticness\": {acousticness:.3}, \
         \"instrumentalness\": {instrumentalness:.3}, \"liveness\": {liveness:.3}, \"speechiness\": {speechiness:.3}}}\t"
    );
}

/// About half a minute of it, eight items a second, each one or two bits from the one before.
fn fingerprint(seed: u64, number: u32, duration_ms: u32, rows: &mut Rows) {
    let mut chance = Chance::of(seed, Subject::Fingerprint, u64::from(number));
    let count = (duration_ms / 125).clamp(90, 240);
    let mut item = chance.bits() as u32;
    rows.text.push('{');
    for place in 0..count {
        if place > 0 {
            rows.text.push(',');
        }
        item ^= 1 << chance.below(32);
        if chance.is(0.5) {
            item ^= 1 << chance.below(32);
        }
        let _ = write!(rows.text, "{}", item.cast_signed());
    }
    rows.text.push_str("}\t");
}
