//! What is written, in which order: a table at a time, partitioned ones month by month.

use super::calendar::Month;
use super::plan::World;
use super::row::Rows;
use super::{
    CHUNK, albums, artists, discovery, genres, library, list_rows, listening, people, profiles, sources, stories,
    tracks,
};

/// Takes rows; false when nobody wants more.
pub(super) type Taker<'t> = &'t mut dyn FnMut(Rows) -> bool;

type Write = Box<dyn FnOnce(&World, u64, Taker<'_>) + Send>;

/// One table, or one month of one.
pub(super) struct Step {
    pub table: &'static str,
    pub columns: &'static str,
    pub month: Option<Month>,
    /// About how many rows it writes; 0: not known before.
    pub expected: u64,
    /// Writes the rows; of a month, with the keys from the given one on.
    pub write: Write,
}

/// Rows of things that are written one by one.
fn one_by_one(count: usize, write: impl Fn(&World, u32, &mut Rows) + Send + 'static) -> Write {
    Box::new(move |world, _, take| {
        let mut rows = Rows::default();
        for number in 0..count as u32 {
            write(world, number, &mut rows);
            if rows.text.len() > CHUNK && !take(std::mem::take(&mut rows)) {
                return;
            }
        }
        take(rows);
    })
}

fn whole(table: &'static str, columns: &'static str, expected: u64, write: Write) -> Step {
    Step { table, columns, month: None, expected, write }
}

/// All steps of a world. Their number and order are the same for every world that ends in a month.
pub(super) fn all(world: &World) -> Vec<Step> {
    let (artist_count, album_count) = (world.catalogue.artists.len(), world.catalogue.albums.len());
    let (track_count, user_count) = (world.catalogue.tracks.len(), world.people.len());
    let (list_count, session_count) = (world.lists.lists.len(), world.sessions.len());
    let mut steps = vec![
        whole(
            "genres",
            genres::COLUMNS,
            genres::GENRES.len() as u64,
            one_by_one(genres::GENRES.len(), |world, number, rows| {
                genres::write(world, number as usize, rows);
            }),
        ),
        whole("users", people::COLUMNS, user_count as u64, Box::new(|world, _, take| people::write(world, take))),
        whole("artists", artists::COLUMNS, artist_count as u64, one_by_one(artist_count, artists::write)),
        whole("albums", albums::COLUMNS, album_count as u64, one_by_one(artist_count, albums::write)),
        whole("tracks", tracks::COLUMNS, track_count as u64, one_by_one(artist_count, tracks::write)),
        whole("artist_sources", sources::ARTIST_COLUMNS, 0, one_by_one(artist_count, sources::write_artist)),
        whole("album_sources", sources::ALBUM_COLUMNS, 0, one_by_one(album_count, sources::write_album)),
        whole("track_sources", sources::TRACK_COLUMNS, 0, one_by_one(track_count, sources::write_track)),
        whole("user_music_profiles", profiles::COLUMNS, user_count as u64, one_by_one(user_count, profiles::write)),
        whole("user_library", library::COLUMNS, 0, one_by_one(user_count, library::write)),
        whole(
            "user_album_collections",
            library::COLLECTION_COLUMNS,
            0,
            one_by_one(user_count, library::write_collection),
        ),
        whole("user_artist_follows", library::FOLLOW_COLUMNS, 0, one_by_one(user_count, library::write_follows)),
        whole("playlists", list_rows::LIST_COLUMNS, list_count as u64, one_by_one(list_count, list_rows::write_list)),
        whole(
            "playlist_tracks",
            list_rows::ENTRY_COLUMNS,
            world.lists.entries.len() as u64,
            Box::new(|world, _, take| {
                list_rows::write_entries(world, take);
            }),
        ),
        whole(
            "playlist_track_votes",
            list_rows::VOTE_COLUMNS,
            world.lists.votes.len() as u64,
            one_by_one(world.lists.votes.len(), |world, number, rows| {
                list_rows::write_vote(world, number as usize, rows);
            }),
        ),
        whole("playlist_collaborators", list_rows::MEMBER_COLUMNS, 0, one_by_one(list_count, list_rows::write_members)),
        whole(
            "playlist_follows",
            list_rows::FOLLOW_COLUMNS,
            world.lists.follows.len() as u64,
            one_by_one(world.lists.follows.len(), |world, number, rows| {
                list_rows::write_follow(world, number as usize, rows);
            }),
        ),
        whole(
            "discovery_sessions",
            discovery::COLUMNS,
            session_count as u64,
            one_by_one(session_count, |world, number, rows| {
                discovery::write(world, number as usize, rows);
            }),
        ),
    ];
    // Lists are older than the first month that is told of listening.
    for month in world.all_months() {
        let Month { start, end, .. } = month;
        steps.push(Step {
            table: "playlist_activities",
            columns: stories::COLUMNS,
            month: Some(month),
            expected: 0,
            write: Box::new(move |world, first, take| stories::write(world, start, end, first, take)),
        });
    }
    for month in world.months.iter().copied() {
        let Month { start, end, .. } = month;
        steps.push(Step {
            table: "discovery_session_tracks",
            columns: discovery::TRACK_COLUMNS,
            month: Some(month),
            expected: 0,
            write: Box::new(move |world, first, take| discovery::write_tracks(world, start, end, first, take)),
        });
    }
    for (number, month) in world.months.iter().copied().enumerate() {
        steps.push(Step {
            table: "user_interactions",
            columns: listening::COLUMNS,
            month: Some(month),
            expected: 0,
            write: Box::new(move |world, first, take| listening::write(world, number, first, take)),
        });
    }
    steps
}
