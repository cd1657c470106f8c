//! The documented columns of a catalogue file: names, aliases, content.

/// A column that the import understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is documented in COLUMNS")]
pub enum Column {
    Title,
    Artist,
    Featuring,
    Album,
    AlbumArtist,
    DiscNumber,
    TrackNumber,
    DurationMs,
    Duration,
    ReleaseDate,
    Year,
    Genre,
    Composer,
    Label,
    Isrc,
    Barcode,
    Explicit,
    Bpm,
    Key,
    Mode,
    TimeSignature,
    Loudness,
    Energy,
    Danceability,
    Valence,
    Acousticness,
    Instrumentalness,
    Liveness,
    Speechiness,
    Popularity,
    Mbid,
    AlbumMbid,
    ArtistMbid,
    Links,
    PreviewUrl,
    Lyrics,
    TrackId,
}

/// What is to be known of a column.
#[derive(Debug, Clone, Copy)]
pub struct ColumnDoc {
    /// The column.
    pub column: Column,
    /// Its name; letter case, and space, hyphen or underscore, make no difference.
    pub name: &'static str,
    /// Other names, the first found wins when a file has several.
    pub aliases: &'static [&'static str],
    /// Whether a line without it is refused.
    pub is_required: bool,
    /// Content, with unit and range.
    pub description: &'static str,
}

const fn column(
    column: Column,
    name: &'static str,
    aliases: &'static [&'static str],
    description: &'static str,
) -> ColumnDoc {
    let is_required = matches!(column, Column::Title | Column::Artist);
    ColumnDoc { column, name, aliases, is_required, description }
}

/// All columns, in the order in which they are documented.
pub const COLUMNS: &[ColumnDoc] = &[
    column(
        Column::Title,
        "title",
        &["track_name", "track_title", "name", "song", "song_name", "song_title"],
        "title of the track, 1 to 500 characters",
    ),
    column(
        Column::Artist,
        "artist",
        &["artist_name", "artists", "artist_names", "track_artist", "performer"],
        "main artist, 1 to 255 characters; in JSON also an array, of which the first is the main artist",
    ),
    column(Column::Featuring, "featuring", &["feat", "ft", "featured_artists"], "featured artists, separated by `;`"),
    column(Column::Album, "album", &["album_name", "album_title"], "title of the album, 1 to 500 characters"),
    column(
        Column::AlbumArtist,
        "album_artist",
        &["albumartist", "album_artist_name", "album_artist_names"],
        "artist of the album, when another than the track's",
    ),
    column(
        Column::DiscNumber,
        "disc_number",
        &["disc", "disc_no", "discnumber", "disk_number"],
        "disc, 1 to 9999, also `1/2`",
    ),
    column(
        Column::TrackNumber,
        "track_number",
        &["track_no", "tracknumber", "track_num"],
        "number on the disc, 1 to 9999, also `3/12`",
    ),
    column(
        Column::DurationMs,
        "duration_ms",
        &["track_duration_ms", "length_ms", "milliseconds"],
        "duration in milliseconds, 1 to 86400000",
    ),
    column(
        Column::Duration,
        "duration",
        &["length", "duration_s", "duration_seconds", "length_seconds"],
        "duration in seconds, or `m:ss`, or `h:mm:ss`; `duration_ms` goes before it",
    ),
    column(
        Column::ReleaseDate,
        "release_date",
        &["album_release_date", "released"],
        "`YYYY`, `YYYY-MM` or `YYYY-MM-DD`",
    ),
    column(Column::Year, "year", &["release_year"], "year of release, 1000 to 2200; `release_date` goes before it"),
    column(Column::Genre, "genre", &["genres", "track_genre"], "genres, separated by `;`"),
    column(Column::Composer, "composer", &["composers"], "composers, as text"),
    column(Column::Label, "label", &["record_label", "album_label"], "record label, 1 to 255 characters"),
    column(Column::Isrc, "isrc", &["isrc_code"], "ISRC of the recording, hyphens allowed"),
    column(
        Column::Barcode,
        "barcode",
        &["upc", "ean", "gtin", "album_upc", "album_barcode"],
        "barcode of the album: 8, 12, 13 or 14 digits with check digit",
    ),
    column(Column::Explicit, "explicit", &["is_explicit"], "`true` or `false`, `yes` or `no`, `1` or `0`"),
    column(Column::Bpm, "bpm", &["tempo"], "beats per minute, above 0 and below 1000; 0 means not known"),
    column(
        Column::Key,
        "key",
        &["musical_key", "initial_key", "initialkey"],
        "pitch class 0 (C) to 11 (B), or a name such as `Am`, `C#`, `8A`; -1 means not known",
    ),
    column(Column::Mode, "mode", &[], "0 or `minor`, 1 or `major`; goes before the mode of a key's name"),
    column(Column::TimeSignature, "time_signature", &[], "beats in a bar, 1 to 12; 0 means not known"),
    column(Column::Loudness, "loudness", &[], "loudness in dB, -100 to 20"),
    column(Column::Energy, "energy", &[], "0 to 1"),
    column(Column::Danceability, "danceability", &[], "0 to 1"),
    column(Column::Valence, "valence", &[], "0 (sad) to 1 (happy)"),
    column(Column::Acousticness, "acousticness", &[], "0 to 1"),
    column(Column::Instrumentalness, "instrumentalness", &[], "0 to 1"),
    column(Column::Liveness, "liveness", &[], "0 to 1"),
    column(Column::Speechiness, "speechiness", &[], "0 to 1"),
    column(Column::Popularity, "popularity", &["track_popularity"], "whole numbers 0 to 100, or a fraction 0.0 to 1.0"),
    column(
        Column::Mbid,
        "mbid",
        &[
            "recording_mbid",
            "musicbrainz_id",
            "musicbrainz_recording_id",
            "musicbrainz_trackid",
            "musicbrainz_track_id",
        ],
        "MusicBrainz id of the recording, a UUID",
    ),
    column(
        Column::AlbumMbid,
        "album_mbid",
        &["release_mbid", "musicbrainz_albumid", "musicbrainz_album_id"],
        "MusicBrainz id of the release, a UUID",
    ),
    column(
        Column::ArtistMbid,
        "artist_mbid",
        &["musicbrainz_artistid", "musicbrainz_artist_id"],
        "MusicBrainz id of the artist, a UUID",
    ),
    column(
        Column::Links,
        "links",
        &[
            "source_links",
            "link",
            "source_link",
            "sources",
            "urls",
            "url",
            "track_uri",
            "track_url",
            "uri",
            "spotify_uri",
        ],
        "addresses, or `type:id` such as `youtube:dQw4w9WgXcQ`, separated by `;` or spaces",
    ),
    column(
        Column::PreviewUrl,
        "preview_url",
        &["track_preview_url", "preview"],
        "address of a short excerpt, http or https",
    ),
    column(Column::Lyrics, "lyrics", &[], "words of the song, up to 100000 characters"),
    column(
        Column::TrackId,
        "track_id",
        &["id", "outside_id", "external_id"],
        "id at the place the file comes from, up to 255 characters; makes a repeated import find its rows again",
    ),
];
