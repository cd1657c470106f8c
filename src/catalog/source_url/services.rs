//! Finds the service of an address, and the services that play music: one function each, from an
//! address on its hosts to the thing it names.

use super::references::{discogs, genius, lastfm, listenbrainz, musicbrainz};
use super::{Address, LinkKind, SourceRef};

/// Asks the service of the address's host; none when it is no page of a thing.
pub(super) fn recognise(address: &Address<'_>) -> Option<SourceRef> {
    let segments = address.segments.as_slice();
    match address.host.as_str() {
        "youtu.be" => youtube_video(segments.first()?),
        "youtube.com" | "m.youtube.com" | "music.youtube.com" | "youtube-nocookie.com" => youtube(address),
        "open.spotify.com" | "play.spotify.com" => spotify(segments),
        "deezer.com" => deezer(segments),
        "music.apple.com" | "itunes.apple.com" | "geo.music.apple.com" => apple_music(address),
        "soundcloud.com" | "m.soundcloud.com" => soundcloud(segments),
        "api.soundcloud.com" | "api-v2.soundcloud.com" => match segments {
            ["tracks", id] => digits(id).map(|id| source("soundcloud", LinkKind::Track, id, &address.plain())),
            _ => None,
        },
        "musicbrainz.org" | "beta.musicbrainz.org" => musicbrainz(segments),
        "listenbrainz.org" => listenbrainz(segments),
        "tidal.com" | "listen.tidal.com" | "embed.tidal.com" => tidal(segments),
        "mixcloud.com" | "m.mixcloud.com" => mixcloud(segments),
        "jamendo.com" => jamendo(segments),
        "discogs.com" => discogs(segments),
        "last.fm" | "m.last.fm" => lastfm(segments),
        "genius.com" => genius(segments),
        host if host.ends_with(".bandcamp.com") => bandcamp(host, segments),
        _ => None,
    }
}

/// The track with this id at a service; none when the service never gives such ids.
pub(super) fn from_track_id(source_type: &'static str, id: &str) -> Option<SourceRef> {
    let track = LinkKind::Track;
    let parts: Vec<&str> = id.split('/').collect();
    match source_type {
        "youtube" => youtube_video(id),
        "spotify" => spotify(&["track", id]),
        "deezer" => deezer(&["track", id]),
        "tidal" => tidal(&["track", id]),
        "jamendo" => jamendo(&["track", id]),
        "musicbrainz" => musicbrainz(&["recording", id]),
        "listenbrainz" => listenbrainz(&["track", id]),
        "apple_music" => {
            let id = digits(id)?;
            Some(source("apple_music", track, id, &format!("https://music.apple.com/us/song/{id}")))
        }
        "soundcloud" if digits(id).is_some() => {
            Some(source("soundcloud", track, id, &format!("https://api.soundcloud.com/tracks/{id}")))
        }
        "soundcloud" => soundcloud(&parts).filter(|source| source.kind == track),
        "mixcloud" => mixcloud(&parts).filter(|source| source.kind == track),
        "bandcamp" => match parts.as_slice() {
            [host, path @ ..] if host.ends_with(".bandcamp.com") => {
                bandcamp(&host.to_ascii_lowercase(), path).filter(|source| source.kind == track)
            }
            _ => None,
        },
        "lastfm" => {
            let parts: Vec<&str> = std::iter::once("music").chain(parts).collect();
            lastfm(&parts).filter(|source| source.kind == track)
        }
        "genius" if digits(id).is_some() => genius(&["songs", id]),
        "genius" => genius(&[id]),
        // Direct addresses were recognised as such before; Discogs has no pages of tracks.
        "direct_url" | "discogs" => None,
        _ => Some(SourceRef { source_type, source_id: id.to_owned(), uri: None, kind: LinkKind::Unknown }),
    }
}

/// What follows `spotify:`.
pub(super) fn spotify_uri(rest: &str) -> Option<SourceRef> {
    let parts: Vec<&str> = rest.split(':').collect();
    spotify(&parts)
}

impl Address<'_> {
    /// The address without query and fragment, over https.
    fn plain(&self) -> String {
        let path = self.segments.join("/");
        format!("https://{}/{path}", self.authority)
    }
}

pub(super) fn source(source_type: &'static str, kind: LinkKind, id: &str, uri: &str) -> SourceRef {
    SourceRef { source_type, source_id: id.to_owned(), uri: Some(uri.to_owned()), kind }
}

pub(super) fn kind(name: &str) -> Option<LinkKind> {
    match name {
        "track" => Some(LinkKind::Track),
        "album" => Some(LinkKind::Album),
        "artist" => Some(LinkKind::Artist),
        "playlist" => Some(LinkKind::Playlist),
        _ => None,
    }
}

pub(super) fn digits(text: &str) -> Option<&str> {
    let is_number = (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then_some(text)
}

fn is_language(segment: &str) -> bool {
    let is_code = |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_alphabetic());
    match segment.split_once(['-', '_']) {
        Some((language, region)) => is_code(language) && is_code(region),
        None => is_code(segment),
    }
}

/// The path without a leading language, which several services put first.
pub(super) fn without_language<'a, 'b>(segments: &'a [&'b str]) -> &'a [&'b str] {
    match segments {
        [first, rest @ ..] if is_language(first) => rest,
        _ => segments,
    }
}

fn youtube_video(id: &str) -> Option<SourceRef> {
    let is_id = id.len() == 11 && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    is_id.then(|| source("youtube", LinkKind::Track, id, &format!("https://www.youtube.com/watch?v={id}")))
}

fn youtube(address: &Address<'_>) -> Option<SourceRef> {
    let is_id = |id: &str| id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    match address.segments.as_slice() {
        ["watch"] => youtube_video(address.parameter("v")?),
        ["embed" | "shorts" | "live" | "v" | "watch", id, ..] => youtube_video(id),
        ["playlist"] => {
            let id = address.parameter("list").filter(|id| is_id(id))?;
            // Automatic lists of albums begin so.
            let kind = if id.starts_with("OLAK5uy_") { LinkKind::Album } else { LinkKind::Playlist };
            Some(source("youtube", kind, id, &format!("https://www.youtube.com/playlist?list={id}")))
        }
        ["channel", id, ..] if id.len() == 24 && is_id(id) => {
            Some(source("youtube", LinkKind::Artist, id, &format!("https://www.youtube.com/channel/{id}")))
        }
        [handle, ..] if handle.len() > 1 && handle.starts_with('@') => {
            Some(source("youtube", LinkKind::Artist, handle, &format!("https://www.youtube.com/{handle}")))
        }
        _ => None,
    }
}

fn spotify(segments: &[&str]) -> Option<SourceRef> {
    let segments = match segments {
        [first, rest @ ..] if first.starts_with("intl-") || *first == "embed" => rest,
        _ => segments,
    };
    let [name, id, ..] = segments else {
        return None;
    };
    let name = name.to_ascii_lowercase();
    let is_id = id.len() == 22 && id.bytes().all(|b| b.is_ascii_alphanumeric());
    let kind = kind(&name).filter(|_| is_id)?;
    Some(source("spotify", kind, id, &format!("https://open.spotify.com/{name}/{id}")))
}

fn deezer(segments: &[&str]) -> Option<SourceRef> {
    let [name, id, ..] = without_language(segments) else {
        return None;
    };
    let (kind, id) = (kind(name)?, digits(id)?);
    Some(source("deezer", kind, id, &format!("https://www.deezer.com/{name}/{id}")))
}

/// `/{storefront}/album/{slug}/{id}?i={track}`; older addresses write `id123`.
fn apple_music(address: &Address<'_>) -> Option<SourceRef> {
    let segments = address.segments.as_slice();
    let (store, rest) = match segments {
        [store, rest @ ..] if is_language(store) => (*store, rest),
        _ => ("us", segments),
    };
    let (name, id) = match rest {
        [name, id] | [name, _, id] => (*name, digits(id.strip_prefix("id").unwrap_or(id))?),
        _ => return None,
    };
    let track = address.parameter("i").and_then(digits);
    match (name, track) {
        ("album", Some(track)) => Some(source(
            "apple_music",
            LinkKind::Track,
            track,
            &format!("https://music.apple.com/{store}/album/{id}?i={track}"),
        )),
        ("song", _) => {
            Some(source("apple_music", LinkKind::Track, id, &format!("https://music.apple.com/{store}/song/{id}")))
        }
        ("album" | "artist", _) => {
            Some(source("apple_music", kind(name)?, id, &format!("https://music.apple.com/{store}/{name}/{id}")))
        }
        _ => None,
    }
}

fn soundcloud(segments: &[&str]) -> Option<SourceRef> {
    /// First parts of paths that are pages of the service, not people.
    const PAGES: [&str; 14] = [
        "discover",
        "stream",
        "charts",
        "search",
        "you",
        "upload",
        "pages",
        "jobs",
        "settings",
        "messages",
        "notifications",
        "people",
        "tags",
        "stations",
    ];
    /// Second parts that are lists on a person's page, not tracks.
    const LISTS: [&str; 11] = [
        "tracks",
        "albums",
        "sets",
        "likes",
        "followers",
        "following",
        "reposts",
        "comments",
        "spotlight",
        "popular-tracks",
        "toptracks",
    ];
    let (kind, id) = match segments {
        [user, ..] if PAGES.contains(user) => return None,
        [user] => (LinkKind::Artist, (*user).to_owned()),
        [user, "sets", slug, ..] => (LinkKind::Album, format!("{user}/sets/{slug}")),
        [user, list, ..] if LISTS.contains(list) => (LinkKind::Artist, (*user).to_owned()),
        [user, slug, ..] => (LinkKind::Track, format!("{user}/{slug}")),
        [] => return None,
    };
    let id = id.to_ascii_lowercase();
    Some(source("soundcloud", kind, &id, &format!("https://soundcloud.com/{id}")))
}

fn bandcamp(host: &str, segments: &[&str]) -> Option<SourceRef> {
    if matches!(host, "daily.bandcamp.com" | "get.bandcamp.com" | "blog.bandcamp.com") {
        return None;
    }
    let (kind, id) = match segments {
        ["track", slug, ..] => (LinkKind::Track, format!("{host}/track/{slug}")),
        ["album", slug, ..] => (LinkKind::Album, format!("{host}/album/{slug}")),
        [] | ["music"] => (LinkKind::Artist, host.to_owned()),
        _ => return None,
    };
    Some(source("bandcamp", kind, &id, &format!("https://{id}")))
}

fn tidal(segments: &[&str]) -> Option<SourceRef> {
    let segments = match segments {
        ["browse", rest @ ..] => rest,
        _ => segments,
    };
    let (name, id) = match segments {
        ["album", _, "track", id, ..] => ("track", *id),
        ["tracks", id] => ("track", *id),
        [name @ ("track" | "album" | "artist"), id, ..] => (*name, *id),
        _ => return None,
    };
    let id = digits(id)?;
    Some(source("tidal", kind(name)?, id, &format!("https://tidal.com/browse/{name}/{id}")))
}

fn mixcloud(segments: &[&str]) -> Option<SourceRef> {
    const PAGES: [&str; 8] = ["discover", "genres", "live", "search", "upload", "pro", "premium", "settings"];
    const LISTS: [&str; 7] = ["uploads", "favorites", "listens", "followers", "following", "playlists", "stream"];
    let (kind, id) = match segments {
        [user, ..] if PAGES.contains(user) => return None,
        [user, "playlists", slug, ..] => (LinkKind::Playlist, format!("{user}/playlists/{slug}")),
        [user, list, ..] if LISTS.contains(list) => (LinkKind::Artist, (*user).to_owned()),
        [user] => (LinkKind::Artist, (*user).to_owned()),
        [user, slug, ..] => (LinkKind::Track, format!("{user}/{slug}")),
        [] => return None,
    };
    Some(source("mixcloud", kind, &id, &format!("https://www.mixcloud.com/{id}/")))
}

fn jamendo(segments: &[&str]) -> Option<SourceRef> {
    let [name, id, ..] = without_language(segments) else {
        return None;
    };
    let (name, id) = match *name {
        // Older addresses of albums: /list/a4567.
        "list" => ("album", id.strip_prefix('a')?),
        name => (name, id.strip_prefix('a').unwrap_or(id)),
    };
    let (kind, id) = (kind(name)?, digits(id)?);
    Some(source("jamendo", kind, id, &format!("https://www.jamendo.com/{name}/{id}")))
}
