//! Artists.

use serde_json::{Map, Value, json};

use super::World;
use super::chance::{Chance, Subject};
use super::genres::GENRES;
use super::identifiers::COUNTRIES;
use super::names::{self, Script};
use super::row::Rows;

/// What is asked of an artist in several places.
pub(super) struct Identity {
    pub name: String,
    pub script: Script,
    pub country: &'static str,
    is_band: bool,
    /// Goes on where the identity was drawn.
    chance: Chance,
}

/// Who the number-th artist is.
pub(super) fn identity(seed: u64, number: u32) -> Identity {
    let mut chance = Chance::of(seed, Subject::Artist, u64::from(number));
    let script = names::script(&mut chance);
    let is_band = chance.is(0.55);
    let name = names::artist(&mut chance, script, is_band);
    let country = chance.weighted(COUNTRIES);
    Identity { name, script, country, is_band, chance }
}

/// Columns that [`write()`] fills.
pub(super) const COLUMNS: &str = "id, name, sort_name, musicbrainz_id, bio, country, formed_year, disbanded_year, \
    image_url, genres, aliases, members, social_links, popularity, follower_count, monthly_listeners, is_verified, \
    verification_source, last_synced_at, created_at, updated_at";

/// The row of one artist.
pub(super) fn write(world: &World, number: u32, rows: &mut Rows) {
    let plan = &world.catalogue.artists[number as usize];
    let Identity { name, is_band, country, mut chance, .. } = identity(world.seed, number);
    let is_known = plan.pull > 3.0;
    let formed = i64::from(plan.formed);
    let disbanded = chance.is(0.2).then(|| (formed + chance.between(3, 25)).min(world.year()));
    let genre = &GENRES[usize::from(plan.genre)];
    let mbid = (is_known || chance.is(0.6)).then(|| chance.uuid());

    rows.number(u64::from(number) + 1).text(&name);
    rows.optional_text(sort_name(&name, is_band).as_deref()).optional(mbid);
    let bio = is_known.then(|| {
        let what = if is_band { "A band" } else { "A musician" };
        format!("{what} from {country}, at work since {formed}. Known for {}.", genre.name)
    });
    rows.optional_text(bio.as_deref()).word(country).number(plan.formed as u64).optional(disbanded);
    let image = is_known.then(|| format!("https://images.example.org/artists/{}.jpg", u64::from(number) + 1));
    rows.optional_text(image.as_deref());

    let mut genres: Vec<&str> = Vec::new();
    for album in world.catalogue.albums_of_artist(number) {
        let slug = GENRES[usize::from(world.catalogue.albums[album as usize].genre)].slug;
        if !genres.contains(&slug) {
            genres.push(slug);
        }
    }
    rows.list(&genres);
    let aliases = if chance.is(0.15) { json!([{"name": names::artist(&mut chance, 0, is_band)}]) } else { json!([]) };
    rows.json(&aliases).json(&members(&mut chance, is_band, formed, disbanded)).json(&links(
        &mut chance,
        number,
        is_known,
    ));

    let (popularity, listeners) = world.popularity.of_artist(number);
    rows.value(popularity).number(u64::from(world.popularity.artist_followers[number as usize])).number(listeners);
    let source = is_known.then(|| if mbid.is_some() { "musicbrainz" } else { "spotify" });
    rows.truth(is_known).optional_text(source);
    let added = world.added(number);
    let synced = chance.is(0.5).then(|| world.until() - chance.between(1, 4_000_000));
    rows.optional_instant(synced).instant(added).instant(added).end();
}

/// How the name is filed: last name first, without the article.
fn sort_name(name: &str, is_band: bool) -> Option<String> {
    if let Some(rest) = name.strip_prefix("The ") {
        return Some(format!("{rest}, The"));
    }
    let (first, last) = name.split_once(' ')?;
    (!is_band && name.is_ascii() && first != "DJ").then(|| format!("{last}, {first}"))
}

fn members(chance: &mut Chance, is_band: bool, formed: i64, disbanded: Option<i64>) -> Value {
    const ROLES: [&str; 7] = ["vocals", "guitar", "bass", "drums", "keyboards", "saxophone", "production"];
    let mut members: Vec<Value> = Vec::new();
    if !is_band {
        return Value::Array(members);
    }
    let count = chance.between(2, 6);
    let mut seen: Vec<String> = Vec::new();
    for place in 0..count {
        let (first, last) = names::person(chance);
        let name = format!("{first} {last}");
        if seen.contains(&name) {
            continue;
        }
        let from = (formed + if chance.is(0.75) { 0 } else { chance.between(0, 6) }).min(disbanded.unwrap_or(i64::MAX));
        let mut member = json!({"name": name, "role": ROLES[place as usize], "from_year": from});
        if let Some(to) = disbanded {
            member["to_year"] = json!(to);
        }
        members.push(member);
        seen.push(name);
    }
    Value::Array(members)
}

fn links(chance: &mut Chance, number: u32, is_known: bool) -> Value {
    let mut links = Map::new();
    let number = number + 1;
    if is_known || chance.is(0.4) {
        links.insert("official".to_owned(), json!(format!("https://artist-{number}.example.org")));
    }
    if is_known {
        links.insert("wikipedia".to_owned(), json!(format!("https://en.wikipedia.example.org/wiki/Artist_{number}")));
    }
    Value::Object(links)
}
