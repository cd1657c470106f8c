//! Recognises where a link leads: which service, which thing there, and its id.
//!
//! The id is what `track_sources.source_id` and its siblings hold, so two spellings of one link
//! give one id and one address. Nothing is fetched; links that shorten others
//! (`on.soundcloud.com`, `deezer.page.link`) stay direct addresses. Pure: no SQL.

use std::net::Ipv6Addr;

use sha2::{Digest, Sha256};

mod references;
mod services;
#[cfg(test)]
mod tests;

/// The services and kinds of source a link may have, as stored in `source_type`.
pub const SOURCE_TYPES: [&str; 17] = [
    "spotify",
    "youtube",
    "soundcloud",
    "bandcamp",
    "deezer",
    "apple_music",
    "tidal",
    "mixcloud",
    "jamendo",
    "musicbrainz",
    "discogs",
    "lastfm",
    "listenbrainz",
    "genius",
    "direct_url",
    "upload",
    "other",
];

/// Longer addresses are not taken; the CHECK of `source_uri` has the same bound, in characters.
pub const MAX_URI_CHARACTERS: usize = 2000;

/// Longer ids are not stored; the CHECK of `source_id` has the same bound, in characters.
pub const MAX_ID_CHARACTERS: usize = 255;

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRef {
    /// One of [`SOURCE_TYPES`].
    pub source_type: &'static str,
    /// The id at that service; for `direct_url` the address itself, or `sha256:` and its digest
    /// in hexadecimal where the address is longer than [`MAX_ID_CHARACTERS`].
    pub source_id: String,
    /// The address in one spelling; none for an id without a known address (`upload:…`).
    pub uri: Option<String>,
    /// What it is there, where the link says so.
    pub kind: LinkKind,
}

/// What a link names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// A recording.
    Track,
    /// A release, or a group of releases.
    Album,
    /// An artist, a channel or a profile.
    Artist,
    /// A playlist.
    Playlist,
    /// The link does not say.
    Unknown,
}

/// The stored source type for a name in any case, usual other spellings too (`apple`, `Last.fm`).
#[must_use]
pub fn source_type(name: &str) -> Option<&'static str> {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let name = match name.as_str() {
        "apple" | "applemusic" | "itunes" => "apple_music",
        "yt" | "youtubemusic" => "youtube",
        "directurl" | "url" => "direct_url",
        name => name,
    };
    SOURCE_TYPES.into_iter().find(|known| *known == name)
}

/// Recognises an address, `http:`, `https:` or a `spotify:` URI; none for anything else.
///
/// An address of no known service, or of a page there that is no track, album, artist or
/// playlist, is a `direct_url` with the address as its id. Addresses with a user name or password
/// inside, with white space, or longer than [`MAX_URI_CHARACTERS`] are not recognised.
#[must_use]
pub fn recognise(url: &str) -> Option<SourceRef> {
    let url = url.trim();
    if !is_plain(url) {
        return None;
    }
    let (scheme, rest) = url.split_once(':')?;
    if scheme.eq_ignore_ascii_case("spotify") {
        return services::spotify_uri(rest);
    }
    let address = Address::parse(url)?;
    let source = services::recognise(&address).filter(SourceRef::has_storable_id);
    source.or_else(|| Some(address.direct()))
}

/// A web address in its stored spelling, scheme and host in lower case; none for anything that is
/// not a safe `http:` or `https:` address, by the rules of [`recognise`].
#[must_use]
pub fn web_address(url: &str) -> Option<String> {
    let url = url.trim();
    if !is_plain(url) {
        return None;
    }
    Address::parse(url).and_then(|address| address.direct().uri)
}

/// Recognises a link as people write it into tables: an address, a `spotify:` URI, or `type:id`
/// such as `youtube:dQw4w9WgXcQ`.
///
/// With `type:id` the link is to a track. None when the type is unknown or the id has a shape
/// that this service never gives.
#[must_use]
pub fn recognise_link(link: &str) -> Option<SourceRef> {
    let link = link.trim();
    if let Some(source) = recognise(link) {
        return Some(source);
    }
    let (name, id) = link.split_once(':')?;
    let source_type = source_type(name)?;
    let is_odd = |c: char| c.is_whitespace() || c.is_control();
    if id.is_empty() || id.chars().count() > MAX_URI_CHARACTERS || id.contains(is_odd) {
        return None;
    }
    services::from_track_id(source_type, id).filter(SourceRef::has_storable_id)
}

/// Short enough, and without characters that end an address where it is printed.
fn is_plain(url: &str) -> bool {
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '\\');
    url.chars().count() <= MAX_URI_CHARACTERS && !url.contains(is_odd)
}

impl SourceRef {
    fn has_storable_id(&self) -> bool {
        self.source_id.chars().count() <= MAX_ID_CHARACTERS
    }
}

/// An address taken apart as far as the services need it.
struct Address<'a> {
    /// `http` or `https`.
    scheme: String,
    /// In lower case, without a port and without a leading `www.`.
    host: String,
    /// Host in lower case with its port, as written.
    authority: String,
    /// From the first `/` after the host to the end, query and fragment included.
    tail: &'a str,
    /// The parts of the path that are not empty.
    segments: Vec<&'a str>,
    query: &'a str,
}

impl<'a> Address<'a> {
    fn parse(url: &'a str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "http" && scheme != "https" {
            return None;
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        let authority = authority.to_lowercase();
        let (host, port) = match authority.rsplit_once(':') {
            // The colons of an IPv6 address stand in brackets.
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (authority.as_str(), None),
        };
        let is_host = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_');
        let inside = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let is_ipv6 = inside.is_some_and(|inside| inside.parse::<Ipv6Addr>().is_ok());
        if host.is_empty() || host.starts_with('.') || !(is_ipv6 || host.chars().all(is_host)) {
            return None;
        }
        if port.is_some_and(|port| port.parse::<u16>().is_err()) {
            return None;
        }
        let host = host.strip_prefix("www.").unwrap_or(host).to_owned();
        let before_fragment = tail.split('#').next().unwrap_or_default();
        let (path, query) = before_fragment.split_once('?').unwrap_or((before_fragment, ""));
        let segments = path.split('/').filter(|segment| !segment.is_empty()).collect();
        Some(Self { scheme, host, authority, tail, segments, query })
    }

    /// The value of a query parameter, as written.
    fn parameter(&self, name: &str) -> Option<&'a str> {
        self.query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find_map(|(key, value)| (key == name && !value.is_empty()).then_some(value))
    }

    fn direct(&self) -> SourceRef {
        let uri = format!("{}://{}{}", self.scheme, self.authority, self.tail);
        let source_id = if uri.chars().count() <= MAX_ID_CHARACTERS {
            uri.clone()
        } else {
            let digest = Sha256::digest(uri.as_bytes());
            let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("sha256:{digest}")
        };
        SourceRef { source_type: "direct_url", source_id, uri: Some(uri), kind: LinkKind::Unknown }
    }
}
