//! Addresses as they are found in the wild, and what they name.

use super::*;

#[test]
fn links_are_recognised_in_all_their_spellings() {
    use LinkKind::{Album, Artist, Playlist, Track};
    let video = "https://www.youtube.com/watch?v=dQw4w9WgXcQ";
    let track = "https://open.spotify.com/track/3n3Ppam7vgaVa1iaRUc9Lp";
    for (url, source_type, kind, id, uri) in [
        ("https://www.youtube.com/watch?list=PL1&v=dQw4w9WgXcQ&t=30s", "youtube", Track, "dQw4w9WgXcQ", video),
        ("http://youtu.be/dQw4w9WgXcQ?si=x", "youtube", Track, "dQw4w9WgXcQ", video),
        ("https://music.youtube.com/watch?v=dQw4w9WgXcQ", "youtube", Track, "dQw4w9WgXcQ", video),
        ("https://m.youtube.com/shorts/dQw4w9WgXcQ", "youtube", Track, "dQw4w9WgXcQ", video),
        ("https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ", "youtube", Track, "dQw4w9WgXcQ", video),
        (
            "https://music.youtube.com/playlist?list=OLAK5uy_abc-123",
            "youtube",
            Album,
            "OLAK5uy_abc-123",
            "https://www.youtube.com/playlist?list=OLAK5uy_abc-123",
        ),
        (
            "https://www.youtube.com/@MilesDavis",
            "youtube",
            Artist,
            "@MilesDavis",
            "https://www.youtube.com/@MilesDavis",
        ),
        (
            "https://open.spotify.com/track/3n3Ppam7vgaVa1iaRUc9Lp?si=1",
            "spotify",
            Track,
            "3n3Ppam7vgaVa1iaRUc9Lp",
            track,
        ),
        (
            "HTTPS://Open.Spotify.com/intl-de/track/3n3Ppam7vgaVa1iaRUc9Lp",
            "spotify",
            Track,
            "3n3Ppam7vgaVa1iaRUc9Lp",
            track,
        ),
        ("spotify:track:3n3Ppam7vgaVa1iaRUc9Lp", "spotify", Track, "3n3Ppam7vgaVa1iaRUc9Lp", track),
        (
            "spotify:playlist:37i9dQZF1DXcBWIGoYBM5M",
            "spotify",
            Playlist,
            "37i9dQZF1DXcBWIGoYBM5M",
            "https://open.spotify.com/playlist/37i9dQZF1DXcBWIGoYBM5M",
        ),
        (
            "https://www.deezer.com/en/track/3135556?utm=1",
            "deezer",
            Track,
            "3135556",
            "https://www.deezer.com/track/3135556",
        ),
        (
            "https://music.apple.com/gb/album/so-what/268443092?i=268443097&uo=4",
            "apple_music",
            Track,
            "268443097",
            "https://music.apple.com/gb/album/268443092?i=268443097",
        ),
        (
            "https://itunes.apple.com/us/album/kind-of-blue/id268443092",
            "apple_music",
            Album,
            "268443092",
            "https://music.apple.com/us/album/268443092",
        ),
        (
            "https://soundcloud.com/Forss/Flickermood?in=x",
            "soundcloud",
            Track,
            "forss/flickermood",
            "https://soundcloud.com/forss/flickermood",
        ),
        (
            "https://m.soundcloud.com/forss/sets/soulhack",
            "soundcloud",
            Album,
            "forss/sets/soulhack",
            "https://soundcloud.com/forss/sets/soulhack",
        ),
        (
            "https://Artist.bandcamp.com/track/a-song",
            "bandcamp",
            Track,
            "artist.bandcamp.com/track/a-song",
            "https://artist.bandcamp.com/track/a-song",
        ),
        (
            "https://musicbrainz.org/recording/B1A9C0E9-D987-4042-AE91-78D6A3267D69",
            "musicbrainz",
            Track,
            "b1a9c0e9-d987-4042-ae91-78d6a3267d69",
            "https://musicbrainz.org/recording/b1a9c0e9-d987-4042-ae91-78d6a3267d69",
        ),
        (
            "https://listen.tidal.com/album/1/track/77646169",
            "tidal",
            Track,
            "77646169",
            "https://tidal.com/browse/track/77646169",
        ),
        ("https://tidal.com/track/77646169/u", "tidal", Track, "77646169", "https://tidal.com/browse/track/77646169"),
        (
            "https://www.mixcloud.com/NTSRadio/a-show/",
            "mixcloud",
            Track,
            "NTSRadio/a-show",
            "https://www.mixcloud.com/NTSRadio/a-show/",
        ),
        (
            "https://www.jamendo.com/track/1848357/title",
            "jamendo",
            Track,
            "1848357",
            "https://www.jamendo.com/track/1848357",
        ),
        ("https://www.jamendo.com/en/list/a4567/x", "jamendo", Album, "4567", "https://www.jamendo.com/album/4567"),
        (
            "https://www.discogs.com/de/master/5460-Miles",
            "discogs",
            Album,
            "m5460",
            "https://www.discogs.com/master/5460",
        ),
        (
            "https://www.discogs.com/release/5460-Miles",
            "discogs",
            Album,
            "5460",
            "https://www.discogs.com/release/5460",
        ),
        (
            "https://www.last.fm/de/music/Miles+Davis/_/So+What",
            "lastfm",
            Track,
            "Miles+Davis/_/So+What",
            "https://www.last.fm/music/Miles+Davis/_/So+What",
        ),
        (
            "https://genius.com/Miles-davis-so-what-lyrics",
            "genius",
            Track,
            "Miles-davis-so-what-lyrics",
            "https://genius.com/Miles-davis-so-what-lyrics",
        ),
    ] {
        let expected = SourceRef { source_type, source_id: id.to_owned(), uri: Some(uri.to_owned()), kind };
        assert_eq!(recognise(url).as_ref(), Some(&expected), "{url}");
        // One spelling: the address given back means the same, and is its own answer.
        assert_eq!(recognise(uri), Some(expected), "{uri}");
    }
}

#[test]
fn other_addresses_are_their_own_id() {
    for url in [
        "https://example.org/a.mp3?x=1#t=3",
        "http://192.168.0.1:8080/a",
        "http://[::1]:8080/a",
        "https://www.youtube.com/feed/history",
        "https://youtube.com.example.org/watch?v=dQw4w9WgXcQ",
        "https://open.spotify.com/track/short",
        "https://on.soundcloud.com/AbCd",
        "https://soundcloud.com/discover/x",
        "https://daily.bandcamp.com/lists/x",
        "https://bücher.example/ü",
    ] {
        let source = recognise(url).expect("an address");
        assert_eq!((source.source_type, source.source_id.as_str()), ("direct_url", url));
    }
    assert_eq!(
        recognise(" HTTP://Example.ORG/A ").map(|source| source.source_id).as_deref(),
        Some("http://example.org/A")
    );
}

#[test]
fn an_address_too_long_for_an_id_is_known_by_its_digest() {
    let url = format!("https://example.org/{}", "a".repeat(300));
    let source = recognise(&url).expect("an address");
    assert_eq!(source.uri.as_deref(), Some(url.as_str()));
    assert_eq!(source.source_id.len(), "sha256:".len() + 64);
}

#[test]
fn what_is_no_safe_address_is_not_recognised() {
    for url in [
        "",
        "javascript:alert(1)",
        "ftp://example.org/a",
        "file:///etc/passwd",
        "https://",
        "https:///a",
        "https://youtube.com@example.org/watch?v=dQw4w9WgXcQ",
        "https://user:word@example.org/",
        "https://example.org:99999/",
        "https://exa mple.org/",
        "https://example.org/\"><script>",
        "https://example.org\\@youtube.com/",
        "spotify:track:short",
        "spotify:local:a:b:c:1",
        "http://[zz]/",
        "example.org/a",
    ] {
        assert_eq!(recognise(url), None, "{url}");
    }
    assert_eq!(recognise(&format!("https://example.org/{}", "a".repeat(2000))), None);
}

#[test]
fn a_type_and_an_id_name_a_track() {
    for (link, source_type, id) in [
        ("youtube:dQw4w9WgXcQ", "youtube", "dQw4w9WgXcQ"),
        ("Spotify:3n3Ppam7vgaVa1iaRUc9Lp", "spotify", "3n3Ppam7vgaVa1iaRUc9Lp"),
        ("deezer:3135556", "deezer", "3135556"),
        ("apple:268443097", "apple_music", "268443097"),
        ("soundcloud:forss/flickermood", "soundcloud", "forss/flickermood"),
        ("bandcamp:artist.bandcamp.com/track/a-song", "bandcamp", "artist.bandcamp.com/track/a-song"),
        ("musicbrainz:b1a9c0e9-d987-4042-ae91-78d6a3267d69", "musicbrainz", "b1a9c0e9-d987-4042-ae91-78d6a3267d69"),
        ("other:shelf-7", "other", "shelf-7"),
    ] {
        let source = recognise_link(link).expect("a link");
        assert_eq!((source.source_type, source.source_id.as_str()), (source_type, id), "{link}");
    }
    for link in ["youtube:short", "spotify:x", "deezer:abc", "napster:1", "youtube:", "soundcloud:forss", "word"] {
        assert_eq!(recognise_link(link), None, "{link}");
    }
}

#[test]
fn every_source_type_is_found_by_its_own_name() {
    for name in SOURCE_TYPES {
        assert_eq!(source_type(name), Some(name));
        assert_eq!(source_type(&name.to_uppercase()), Some(name));
    }
    assert_eq!(source_type("Last.fm"), Some("lastfm"));
    assert_eq!(source_type("Apple Music"), Some("apple_music"));
    assert_eq!(source_type("napster"), None);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_text_is_safe_and_an_address_given_back_is_stable(
        host in "(youtube\\.com|youtu\\.be|soundcloud\\.com|a\\.bandcamp\\.com|last\\.fm|music\\.apple\\.com|tidal\\.com|genius\\.com|\\PC{0,8})",
        path in "(/(track|album|music|_|watch|[a-z0-9]{0,11}|\\PC{0,5})){0,4}(\\?[a-z]=[a-z0-9]{0,11})?",
        scheme in "(https?://|spotify:|[a-z]{0,8}:|)",
    ) {
        let text = format!("{scheme}{host}{path}");
        let _ = recognise_link(&text);
        if let Some(source) = recognise(&text) {
            let uri = source.uri.clone().unwrap_or_default();
            proptest::prop_assert_eq!(recognise(&uri), Some(source));
        }
    }
}
