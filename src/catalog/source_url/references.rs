//! The services that describe music: one function each, from a path to the thing it names.

use super::services::{digits, kind, source, without_language};
use super::{LinkKind, SourceRef};

pub(super) fn musicbrainz(segments: &[&str]) -> Option<SourceRef> {
    let [name, id, ..] = segments else {
        return None;
    };
    let kind = match *name {
        "recording" => LinkKind::Track,
        "release" | "release-group" => LinkKind::Album,
        "artist" => LinkKind::Artist,
        _ => return None,
    };
    let id = uuid(id)?;
    Some(source("musicbrainz", kind, &id, &format!("https://musicbrainz.org/{name}/{id}")))
}

pub(super) fn listenbrainz(segments: &[&str]) -> Option<SourceRef> {
    let [name, id, ..] = segments else {
        return None;
    };
    let kind = match *name {
        "release" => LinkKind::Album,
        name => kind(name)?,
    };
    let id = uuid(id)?;
    Some(source("listenbrainz", kind, &id, &format!("https://listenbrainz.org/{name}/{id}/")))
}

/// Releases and artists by number; masters have numbers of their own, so theirs are `m123`.
pub(super) fn discogs(segments: &[&str]) -> Option<SourceRef> {
    let segments = without_language(segments);
    // Older addresses put a name first: /Miles-Davis-Kind-Of-Blue/release/123.
    let (name, id) = match segments {
        [_, name @ ("release" | "master"), id] => (*name, *id),
        [name, id, ..] => (*name, *id),
        _ => return None,
    };
    let id = digits(id.split('-').next().unwrap_or_default())?;
    let uri = format!("https://www.discogs.com/{name}/{id}");
    match name {
        "release" => Some(source("discogs", LinkKind::Album, id, &uri)),
        "master" => Some(source("discogs", LinkKind::Album, &format!("m{id}"), &uri)),
        "artist" => Some(source("discogs", LinkKind::Artist, id, &uri)),
        _ => None,
    }
}

/// `/music/Artist/_/Title`, `/music/Artist/Album`; the id is that path as written.
pub(super) fn lastfm(segments: &[&str]) -> Option<SourceRef> {
    let (kind, id) = match without_language(segments) {
        ["music", artist] => (LinkKind::Artist, (*artist).to_owned()),
        ["music", artist, "_", title] => (LinkKind::Track, format!("{artist}/_/{title}")),
        ["music", artist, name] if !name.starts_with('+') => (LinkKind::Album, format!("{artist}/{name}")),
        _ => return None,
    };
    Some(source("lastfm", kind, &id, &format!("https://www.last.fm/music/{id}")))
}

pub(super) fn genius(segments: &[&str]) -> Option<SourceRef> {
    let (kind, id) = match segments {
        ["songs", id] => (LinkKind::Track, digits(id)?.to_owned()),
        ["artists", name] => (LinkKind::Artist, (*name).to_owned()),
        ["albums", artist, name] => (LinkKind::Album, format!("{artist}/{name}")),
        [slug] if slug.ends_with("-lyrics") => (LinkKind::Track, (*slug).to_owned()),
        _ => return None,
    };
    let path = segments.join("/");
    Some(source("genius", kind, &id, &format!("https://genius.com/{path}")))
}

/// A UUID with hyphens, in lower case.
fn uuid(text: &str) -> Option<String> {
    (text.len() == 36).then(|| uuid::Uuid::try_parse(text).ok()).flatten().map(|uuid| uuid.to_string())
}
