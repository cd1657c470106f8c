//! Rows for tests, one line each: `a_track(&client).with("title", "One").by(artist).await`.
//!
//! A builder is a table with columns; awaiting it inserts the row and gives its key. What a test
//! does not name has a plain value.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio_postgres::Client;

/// The global id of a row.
pub fn gid(type_name: &str, key: i64) -> String {
    URL_SAFE_NO_PAD.encode(format!("{type_name}:{key}"))
}

/// A value as SQL.
pub struct Literal(String);

/// SQL that is taken as it stands, like `Sql("now() - interval '1 day'")`.
pub struct Sql(pub &'static str);

impl From<Sql> for Literal {
    fn from(sql: Sql) -> Self {
        Self(sql.0.to_owned())
    }
}

impl From<&str> for Literal {
    fn from(text: &str) -> Self {
        Self(format!("'{}'", text.replace('\'', "''")))
    }
}

impl From<String> for Literal {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<serde_json::Value> for Literal {
    fn from(json: serde_json::Value) -> Self {
        json.to_string().into()
    }
}

macro_rules! literals {
    ($($type:ty),*) => {$(
        impl From<$type> for Literal {
            fn from(value: $type) -> Self {
                Self(value.to_string())
            }
        }
    )*};
}

literals! { i32, i64, f64, bool }

impl<T: Into<Literal>> From<Option<T>> for Literal {
    fn from(value: Option<T>) -> Self {
        value.map_or_else(|| Self("null".to_owned()), Into::into)
    }
}

/// A row that is not there yet.
pub struct NewRow<'c> {
    client: &'c Client,
    table: &'static str,
    columns: Vec<(&'static str, Literal)>,
}

impl<'c> NewRow<'c> {
    fn new(client: &'c Client, table: &'static str) -> Self {
        Self { client, table, columns: Vec::new() }
    }

    /// Gives a column a value; the last one counts.
    pub fn with(mut self, column: &'static str, value: impl Into<Literal>) -> Self {
        self.columns.retain(|(name, _)| *name != column);
        self.columns.push((column, value.into()));
        self
    }

    /// By an artist.
    pub fn by(self, artist: i64) -> Self {
        self.with("artist_id", artist)
    }

    /// Of a genre, by slug.
    pub fn of(self, genre: &str) -> Self {
        self.with("genres", serde_json::json!([genre]))
    }

    /// Released on a day, of which so much is known.
    pub fn released(self, day: &str, precision: &str) -> Self {
        self.with("release_date", day).with("release_precision", precision)
    }
}

impl<'c> IntoFuture for NewRow<'c> {
    type Output = i64;
    type IntoFuture = Pin<Box<dyn Future<Output = i64> + 'c>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let names: Vec<_> = self.columns.iter().map(|(name, _)| *name).collect();
            let values: Vec<_> = self.columns.iter().map(|(_, value)| value.0.as_str()).collect();
            let statement = format!(
                "insert into {} ({}) values ({}) returning id",
                self.table,
                names.join(", "),
                values.join(", ")
            );
            match self.client.query_one(&statement, &[]).await {
                Ok(row) => row.get(0),
                Err(error) => panic!("{statement}: {error:?}"),
            }
        })
    }
}

/// A number that no other row of this run has.
fn unique() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// An active account.
pub fn a_user(client: &Client) -> NewRow<'_> {
    let number = unique();
    NewRow::new(client, "users")
        .with("username", format!("user{number}"))
        .with("email", format!("user{number}@example.org"))
}

/// A genre at the root of the tree. Its slug is its name.
pub fn a_genre<'c>(client: &'c Client, slug: &str) -> NewRow<'c> {
    NewRow::new(client, "genres").with("name", slug).with("slug", slug)
}

pub fn an_artist(client: &Client) -> NewRow<'_> {
    NewRow::new(client, "artists").with("name", "Artist")
}

pub fn an_album(client: &Client) -> NewRow<'_> {
    NewRow::new(client, "albums").with("title", "Album")
}

pub fn a_track(client: &Client) -> NewRow<'_> {
    NewRow::new(client, "tracks").with("title", "Track")
}

/// A working link of a track.
pub fn a_track_source<'c>(client: &'c Client, track: i64, service: &str) -> NewRow<'c> {
    let id = format!("id{}", unique());
    NewRow::new(client, "track_sources").with("track_id", track).with("source_type", service).with("source_id", id)
}

/// A working link of an artist.
pub fn an_artist_source<'c>(client: &'c Client, artist: i64, service: &str) -> NewRow<'c> {
    let id = format!("id{}", unique());
    NewRow::new(client, "artist_sources").with("artist_id", artist).with("source_type", service).with("source_id", id)
}

/// A working link of an album.
pub fn an_album_source<'c>(client: &'c Client, album: i64, service: &str) -> NewRow<'c> {
    let id = format!("id{}", unique());
    NewRow::new(client, "album_sources").with("album_id", album).with("source_type", service).with("source_id", id)
}

/// A public playlist.
pub fn a_playlist(client: &Client, owner: i64) -> NewRow<'_> {
    NewRow::new(client, "playlists").with("name", "Playlist").with("owner_id", owner).with("visibility", "public")
}

/// An entry at the end of a playlist.
pub fn an_item(client: &Client, playlist: i64, track: i64) -> NewRow<'_> {
    NewRow::new(client, "playlist_tracks")
        .with("playlist_id", playlist)
        .with("track_id", track)
        .with("position", i64::from(unique()) * 1_000)
}

/// A vote for an entry.
pub fn a_vote(client: &Client, item: i64, user: i64) -> NewRow<'_> {
    NewRow::new(client, "playlist_track_votes")
        .with("playlist_track_id", item)
        .with("user_id", user)
        .with("vote_type", 1)
}

/// Somebody who takes part in a playlist.
pub fn a_collaborator(client: &Client, playlist: i64, user: i64) -> NewRow<'_> {
    NewRow::new(client, "playlist_collaborators")
        .with("playlist_id", playlist)
        .with("user_id", user)
        .with("invitation_status", "accepted")
        .with("joined_at", Sql("now()"))
}

/// A change of a playlist that made this version.
pub fn an_activity<'c>(client: &'c Client, playlist: i64, kind: &str, version: i32) -> NewRow<'c> {
    NewRow::new(client, "playlist_activities")
        .with("playlist_id", playlist)
        .with("activity_type", kind)
        .with("playlist_version", version)
}

/// Somebody heard a track to its end, just now.
pub fn a_listen(client: &Client, user: i64, track: i64) -> NewRow<'_> {
    NewRow::new(client, "user_interactions")
        .with("user_id", user)
        .with("track_id", track)
        .with("interaction_type", "play")
        .with("counts_as_listen", true)
}
