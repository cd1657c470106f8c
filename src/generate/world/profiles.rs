//! People's music profiles, with the sums of what they heard.

use serde_json::{Map, json};

use super::World;
use super::chance::{Chance, Subject};
use super::genres::GENRES;
use super::library::{Sums, sums};
use super::people::DEVICES;
use super::popularity::history;
use super::row::Rows;

/// Columns that [`write()`] fills.
pub(super) const COLUMNS: &str = "user_id, favorite_genres, disliked_genres, favorite_decades, preferred_audio_quality, \
    preferred_sources, explicit_content_allowed, discovery_mode, energy_preference, mood_preferences, \
    total_listening_time_ms, tracks_played, unique_tracks_played, unique_artists_played, average_session_duration_ms, \
    discovery_ratio, genre_diversity_score, device_preferences, is_history_public, is_private_session, taste_updated_at, \
    created_at, updated_at";

/// The row of one person.
pub(super) fn write(world: &World, number: u32, rows: &mut Rows) {
    let person = &world.people[number as usize];
    let mut acts = Vec::new();
    history(world, number, &mut acts);
    let Sums { heard_ms, plays, tracks, artists, genres, average_sitting_ms } = sums(world, &acts);
    let mut chance = Chance::of(world.seed, Subject::Profile, u64::from(number) << 32 | 1);
    let likes = person.likes();
    let slugs: Vec<&str> = likes.iter().map(|genre| GENRES[usize::from(*genre)].slug).collect();
    let dislike = world.catalogue.any_genre(&mut chance);
    let dislikes: &[&str] =
        if likes.contains(&dislike) || chance.is(0.6) { &[] } else { &[GENRES[usize::from(dislike)].slug] };
    rows.number(u64::from(number) + 1).list(&slugs).list(dislikes);
    rows.list(&[chance.pick(&["1970s", "1980s", "1990s", "2000s", "2010s", "2020s"])]);
    rows.word(chance.weighted(&[("low", 5.0), ("medium", 20.0), ("high", 60.0), ("lossless", 15.0)]));
    rows.list(&[chance.pick(&["spotify", "youtube", "deezer", "bandcamp", "tidal"])]).truth(chance.is(0.85));
    rows.word(chance.weighted(&[("conservative", 25.0), ("balanced", 55.0), ("adventurous", 20.0)]));
    let energy = GENRES[usize::from(likes[0])].energy;
    rows.value(format_args!("{energy:.2}"));
    rows.json(&json!({"calm": (100.0 * (1.0 - energy)).round() / 100.0, "energetic": energy}));
    rows.number(heard_ms).number(plays).number(tracks).number(artists).number(average_sitting_ms);
    let share = |part: u64, of: u64| format!("{:.3}", part as f64 / of.max(1) as f64);
    rows.value(share(tracks, plays)).value(share(genres, GENRES.len() as u64));
    let mut devices = Map::new();
    devices.insert(DEVICES[usize::from(person.device)].to_owned(), json!(0.79));
    rows.json(&devices.into()).truth(chance.is(0.3)).truth(chance.is(0.04));
    rows.instant(world.until() - chance.between(1, 600_000).min(world.until() - person.created));
    rows.instant(person.created).instant(person.created).end();
}
