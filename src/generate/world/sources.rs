//! Where artists, records and tracks are found outside.

use super::World;
use super::calendar::DAY;
use super::chance::{Chance, Subject};
use super::identifiers::{SERVICES, at_service};
use super::row::Rows;

/// Columns of `artist_sources`.
pub(super) const ARTIST_COLUMNS: &str =
    "artist_id, source_type, source_id, source_uri, is_primary, last_synced_at, created_at, updated_at";
/// Columns of `album_sources`.
pub(super) const ALBUM_COLUMNS: &str = "album_id, source_type, source_id, source_uri, is_primary, is_available, available_in, last_synced_at, created_at, updated_at";
/// Columns of `track_sources`.
pub(super) const TRACK_COLUMNS: &str = "track_id, source_type, source_id, source_uri, audio_quality, is_primary, is_available, available_in, sync_status, last_synced_at, created_at, updated_at";

/// The services at which one thing is, at least one; the first is the primary one.
fn services(chance: &mut Chance) -> Vec<&'static str> {
    let found: Vec<&str> = SERVICES.iter().filter(|(_, share)| chance.is(*share)).map(|(name, _)| *name).collect();
    if found.is_empty() { vec!["youtube"] } else { found }
}

/// The rows of one artist.
pub(super) fn write_artist(world: &World, number: u32, rows: &mut Rows) {
    let mut chance = Chance::of(world.seed, Subject::ArtistSource, u64::from(number));
    let key = u64::from(number) + 1;
    let added = world.added(number);
    for (place, service) in services(&mut chance).into_iter().enumerate() {
        let (id, uri) = at_service(&mut chance, service, "artist", key);
        rows.number(key).word(service).text(&id).text(&uri).truth(place == 0);
        rows.instant(added).instant(added).instant(added).end();
    }
}

/// The rows of one record.
pub(super) fn write_album(world: &World, number: u32, rows: &mut Rows) {
    let mut chance = Chance::of(world.seed, Subject::AlbumSource, u64::from(number));
    let key = u64::from(number) + 1;
    let added = i64::from(world.catalogue.albums[number as usize].added) * DAY + chance.between(0, DAY - 1);
    for (place, service) in services(&mut chance).into_iter().take(3).enumerate() {
        let (id, uri) = at_service(&mut chance, service, "album", key);
        rows.number(key).word(service).text(&id).text(&uri).truth(place == 0).truth(chance.is(0.97));
        regions(&mut chance, rows);
        rows.instant(added).instant(added).instant(added).end();
    }
}

/// The rows of one track.
pub(super) fn write_track(world: &World, number: u32, rows: &mut Rows) {
    let mut chance = Chance::of(world.seed, Subject::TrackSource, u64::from(number));
    let key = u64::from(number) + 1;
    let album = world.catalogue.tracks[number as usize].album;
    let added = i64::from(world.catalogue.albums[album as usize].added) * DAY + chance.between(0, DAY - 1);
    for (place, service) in services(&mut chance).into_iter().enumerate() {
        let (id, uri) = at_service(&mut chance, service, "track", key);
        let quality = match service {
            "tidal" | "bandcamp" => "lossless",
            "youtube" | "soundcloud" => "medium",
            _ => "high",
        };
        let is_gone = chance.is(0.02);
        rows.number(key).word(service).text(&id).text(&uri).word(quality).truth(place == 0).truth(!is_gone);
        regions(&mut chance, rows);
        rows.word(if is_gone { "removed" } else { "active" });
        rows.instant(added).instant(added).instant(added).end();
    }
}

/// Most things are to be had everywhere.
fn regions(chance: &mut Chance, rows: &mut Rows) {
    if chance.is(0.95) {
        rows.null();
    } else {
        rows.word(chance.pick(&["{US,CA}", "{DE,AT,CH}", "{GB,IE}", "{JP}", "{FR,BE,CH}"]));
    }
}
