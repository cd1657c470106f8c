//! What the migrated database looks like in PostgreSQL's own catalogue.

use std::collections::BTreeMap;

use tokio_postgres::Client;

use crate::harness::TestDatabase;

/// The domain. What only supports it lives in schemas of its own.
const TABLES: [&str; 21] = [
    "album_sources",
    "albums",
    "artist_sources",
    "artists",
    "discovery_session_tracks",
    "discovery_sessions",
    "genres",
    "playlist_activities",
    "playlist_collaborators",
    "playlist_follows",
    "playlist_track_votes",
    "playlist_tracks",
    "playlists",
    "track_sources",
    "tracks",
    "user_album_collections",
    "user_artist_follows",
    "user_interactions",
    "user_library",
    "user_music_profiles",
    "users",
];

/// The first column of every row.
async fn column(client: &Client, query: &str) -> Vec<String> {
    let rows = client.query(query, &[]).await.expect("the catalogue can be read");
    rows.iter().map(|row| row.get(0)).collect()
}

async fn migrated() -> (TestDatabase, Client) {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    (database, client)
}

/// For queries that find faults.
async fn assert_none(what: &str, query: &str) {
    let (_database, client) = migrated().await;
    let found = column(&client, query).await;
    assert!(found.is_empty(), "{what}: {found:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_domain_is_21_tables() {
    let (_database, client) = migrated().await;
    let tables = column(
        &client,
        "select relname::text
         from pg_class
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'f')
         order by relname",
    )
    .await;
    assert_eq!(tables, TABLES);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_view_column_and_function_is_commented() {
    assert_none(
        "without a comment",
        "select format('%s.%s', class.oid::regclass, attname)
         from pg_class as class
         left join pg_attribute on attrelid = class.oid and attnum > 0 and not attisdropped
         where relnamespace in ('public'::regnamespace, 'ops'::regnamespace, 'auth'::regnamespace, 'audit'::regnamespace)
           and relkind in ('r', 'p', 'v', 'm')
           and not exists (
             select from pg_depend
             where classid = 'pg_class'::regclass and objid = class.oid and deptype = 'e'
           )
           and (
             coalesce(btrim(obj_description(class.oid, 'pg_class')), '') = ''
             or coalesce(btrim(col_description(class.oid, attnum)), '') = ''
           )
         union all
         select proc.oid::regprocedure::text
         from pg_proc as proc
         where pronamespace in ('public'::regnamespace, 'ops'::regnamespace, 'auth'::regnamespace, 'audit'::regnamespace)
           and coalesce(btrim(obj_description(proc.oid, 'pg_proc')), '') = ''
           and not exists (
             select from pg_depend
             where classid = 'pg_proc'::regclass and objid = proc.oid and deptype = 'e'
           )",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_on_numbers_and_durations_say_their_unit() {
    assert_none(
        "no unit in the comment",
        "select format('%s: %s', attrelid::regclass || '.' || attname, col_description(attrelid, attnum))
         from pg_attribute
         join pg_class as class on class.oid = attrelid
         where relnamespace in ('public'::regnamespace, 'ops'::regnamespace, 'auth'::regnamespace, 'audit'::regnamespace)
           and relkind in ('r', 'p', 'v', 'm')
           and attname like any (array['%\\_ms', '%\\_seconds', '%\\_percentage'])
           and col_description(attrelid, attnum) !~* 'millisecond|second|percent|0 to 100'",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn types_are_those_of_the_house() {
    assert_none(
        "not of the house",
        "select format('%s.%s %s %s', attrelid::regclass, attname, format_type(atttypid, atttypmod), attidentity)
         from pg_attribute
         join pg_class as class on class.oid = attrelid
         where relnamespace = 'public'::regnamespace
           and relkind in ('r', 'p')
           and attnum > 0
           and (
             atttypid not in (
               'bigint'::regtype, 'integer'::regtype, 'smallint'::regtype, 'double precision'::regtype,
               'boolean'::regtype, 'text'::regtype, 'text[]'::regtype, 'integer[]'::regtype,
               'uuid'::regtype, 'date'::regtype, 'timestamptz'::regtype, 'jsonb'::regtype,
               'tsvector'::regtype
             )
             or (attname = 'id' and (atttypid <> 'bigint'::regtype or attidentity <> 'a'))
           )",
    )
    .await;
}

/// What a deletion does to the rows that name the deleted one: owned rows go with their owner,
/// facts outlive what they mention, and what others stand on cannot be pulled away.
const DELETE_RULES: &str = "\
album_sources.album_id -> albums: cascade
albums.artist_id -> artists: set null
albums.merged_into_id -> albums: cascade
artist_sources.artist_id -> artists: cascade
artists.merged_into_id -> artists: cascade
auth.api_tokens.user_id -> users: cascade
auth.refresh_tokens.session_id -> auth.sessions: cascade
auth.sessions.user_id -> users: cascade
discovery_session_tracks.session_id -> discovery_sessions: cascade
discovery_session_tracks.track_id -> tracks: cascade
discovery_sessions.forked_from_id -> discovery_sessions: set null
discovery_sessions.user_id -> users: cascade
genres.parent_id -> genres: restrict
playlist_activities.playlist_id -> playlists: cascade
playlist_activities.user_id -> users: set null
playlist_collaborators.invited_by -> users: set null
playlist_collaborators.playlist_id -> playlists: cascade
playlist_collaborators.user_id -> users: cascade
playlist_follows.folder_id -> playlists: set null
playlist_follows.playlist_id -> playlists: cascade
playlist_follows.user_id -> users: cascade
playlist_track_votes.playlist_track_id -> playlist_tracks: cascade
playlist_track_votes.user_id -> users: cascade
playlist_tracks.added_by -> users: set null
playlist_tracks.playlist_id -> playlists: cascade
playlist_tracks.track_id -> tracks: restrict
playlists.copied_from_id -> playlists: set null
playlists.last_modified_by -> users: set null
playlists.owner_id -> users: restrict
playlists.parent_id -> playlists: restrict
track_sources.track_id -> tracks: cascade
tracks.album_id -> albums: set null
tracks.artist_id -> artists: set null
tracks.merged_into_id -> tracks: cascade
user_album_collections.album_id -> albums: cascade
user_album_collections.user_id -> users: cascade
user_artist_follows.artist_id -> artists: cascade
user_artist_follows.user_id -> users: cascade
user_interactions.track_id -> tracks: cascade
user_interactions.user_id -> users: cascade
user_library.track_id -> tracks: cascade
user_library.user_id -> users: cascade
user_music_profiles.user_id -> users: cascade";

#[tokio::test(flavor = "multi_thread")]
async fn every_foreign_key_says_what_deletion_does() {
    let (_database, client) = migrated().await;
    let rules = column(
        &client,
        "select format(
           '%s.%s -> %s: %s',
           conrelid::regclass,
           (
             select string_agg(attname, ', ' order by place)
             from unnest(conkey) with ordinality as key (number, place)
             join pg_attribute on attrelid = conrelid and attnum = key.number
           ),
           confrelid::regclass,
           case confdeltype
             when 'c' then 'cascade' when 'n' then 'set null' when 'd' then 'set default'
             when 'r' then 'restrict' else 'not said'
           end
         )
         from pg_constraint
         where contype = 'f' and conparentid = 0
         order by conrelid::regclass::text, 1",
    )
    .await;
    assert_eq!(rules.join("\n"), DELETE_RULES);
}

/// A partial index serves where it only leaves out rows that name nothing.
#[tokio::test(flavor = "multi_thread")]
async fn every_foreign_key_has_an_index_that_begins_with_its_columns() {
    assert_none(
        "foreign keys without an index",
        "select conname::text
         from pg_constraint
         where contype = 'f'
           and conparentid = 0
           and not exists (
             select
             from pg_index
             join pg_class as class on class.oid = indexrelid
             join pg_am on pg_am.oid = relam
             where indrelid = conrelid
               and indisvalid
               and amname = 'btree'
               and (
                 select array_agg(number order by number)
                 from unnest((indkey::int2[])[0:cardinality(conkey) - 1]) as key (number)
               ) = (
                 select array_agg(number order by number)
                 from unnest(conkey) as key (number)
               )
               and (
                 indpred is null
                 or pg_get_expr(indpred, indrelid) in (
                   select format('(%I IS NOT NULL)', attname)
                   from pg_attribute
                   where attrelid = conrelid and attnum = any (conkey)
                 )
               )
           )",
    )
    .await;
}

/// An index whose columns begin another one of the same kind, over the same rows, in the same or
/// the opposite order, answers nothing that the other does not.
#[tokio::test(flavor = "multi_thread")]
async fn no_index_is_a_prefix_of_another() {
    assert_none(
        "prefixes",
        "with described as (
           select
             indexrelid, indrelid, relam,
             coalesce(pg_get_expr(indpred, indrelid), '') as predicate,
             (
               select array_agg(
                 format('%s %s %s', pg_get_indexdef(indexrelid, number, true), indclass[number - 1], indcollation[number - 1])
                 order by number
               )
               from generate_series(1, indnkeyatts) as number
             ) as keys,
             (
               select array_agg(indoption[number - 1]::integer order by number)
               from generate_series(1, indnkeyatts) as number
             ) as directions,
             (
               -- Descending and nulls first are one bit each; the opposite order flips both.
               select array_agg(indoption[number - 1]::integer # 3 order by number)
               from generate_series(1, indnkeyatts) as number
             ) as opposites
           from pg_index
           join pg_class as class on class.oid = indexrelid
           where relnamespace in ('public'::regnamespace, 'ops'::regnamespace, 'auth'::regnamespace, 'audit'::regnamespace)
         )
         select format('%s of %s', shorter.indexrelid::regclass, longer.indexrelid::regclass)
         from described as shorter
         join described as longer
           on longer.indrelid = shorter.indrelid
           and longer.indexrelid <> shorter.indexrelid
           and longer.relam = shorter.relam
           and longer.predicate = shorter.predicate
         where longer.keys[1:cardinality(shorter.keys)] = shorter.keys
           and (
             longer.directions[1:cardinality(shorter.keys)] = shorter.directions
             or longer.opposites[1:cardinality(shorter.keys)] = shorter.directions
           )",
    )
    .await;
}

/// The indexes the analysis of the original database asked for, and how each begins here.
const ASKED_FOR: [(&str, &str); 21] = [
    ("idx_albums_genres", "albums USING gin (genres)"),
    ("idx_albums_search", "albums USING gin (search_vector)"),
    ("idx_artists_genres", "artists USING gin (genres)"),
    ("idx_artists_search", "artists USING gin (search_vector)"),
    ("idx_discovery_sessions_user_time", "discovery_sessions USING btree (user_id, started_at DESC"),
    ("idx_mv_track_popularity", "mv_track_popularity USING btree (unique_listeners DESC"),
    ("idx_playlist_tracks_playlist_id", "playlist_tracks USING btree (playlist_id"),
    ("idx_playlist_tracks_position", "playlist_tracks USING btree (playlist_id, \"position\""),
    ("idx_playlist_tracks_track_id", "playlist_tracks USING btree (track_id"),
    ("idx_playlists_search", "playlists USING gin (search_vector)"),
    ("idx_playlists_tags", "playlists USING gin (tags)"),
    ("idx_tracks_album_id", "tracks USING btree (album_id"),
    ("idx_tracks_artist_album", "tracks USING btree (artist_id, album_id"),
    ("idx_tracks_artist_id", "tracks USING btree (artist_id"),
    ("idx_tracks_audio_features", "tracks USING gin (audio_features)"),
    ("idx_tracks_high_energy", "tracks USING btree ((((audio_features ->> 'energy'::text))::double precision)) WHERE"),
    ("idx_tracks_search", "tracks USING gin (search_vector)"),
    ("idx_user_interactions_composite", "user_interactions USING btree (user_id, track_id, interaction_type"),
    ("idx_user_interactions_created", "user_interactions USING btree (created_at DESC"),
    ("idx_user_interactions_track_id", "user_interactions USING btree (track_id"),
    ("idx_user_interactions_user_id", "user_interactions USING btree (user_id"),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_indexes_asked_for_are_there() {
    let (_database, client) = migrated().await;
    let rows = client
        .query(
            "select relname::text, pg_get_indexdef(indexrelid)
             from pg_index
             join pg_class as class on class.oid = indexrelid
             where relnamespace = 'public'::regnamespace and indisvalid",
            &[],
        )
        .await
        .expect("the catalogue can be read");
    let definitions: BTreeMap<String, String> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    for (name, beginning) in ASKED_FOR {
        let definition = definitions.get(name).map_or("nothing", String::as_str);
        let (_, what) = definition.split_once("public.").unwrap_or(("", definition));
        assert!(what.starts_with(beginning), "{name} is {definition}");
    }
}

/// One column as `schema.rs` and the database both tell it: table, name, type and comment.
#[derive(Debug, PartialEq)]
struct Described {
    column: String,
    r#type: String,
    comment: String,
}

/// Reads the `diesel::table!` blocks of the generated file.
fn columns_in_schema_rs() -> Vec<Described> {
    let text = include_str!("../../../src/db/schema.rs");
    let mut columns = Vec::new();
    for block in text.split("diesel::table! {").skip(1) {
        let mut table = None;
        let mut comment = String::new();
        for line in block.lines().map(str::trim) {
            if let Some(text) = line.strip_prefix("///") {
                text.trim().clone_into(&mut comment);
            } else if let Some((name, r#type)) = line.split_once(" -> ") {
                let table = table.expect("columns stand inside a table");
                columns.push(Described {
                    column: format!("{table}.{name}"),
                    r#type: r#type.trim_end_matches(',').to_owned(),
                    comment: std::mem::take(&mut comment),
                });
            } else if line.ends_with(") {") {
                table = line.split(' ').next();
            } else if line == "}" && table.is_some() {
                break;
            }
        }
    }
    columns
}

/// `diesel migration run` writes the file; this holds it to the migrations without the tool.
#[tokio::test(flavor = "multi_thread")]
async fn schema_rs_tells_the_tables_as_they_are() {
    let (_database, client) = migrated().await;
    let rows = client
        .query(
            "select
               format('%s.%s', class.relname, attname),
               format(
                 case when attnotnull then '%s' else 'Nullable<%s>' end,
                 case format_type(atttypid, atttypmod)
                   when 'bigint' then 'Int8'
                   when 'boolean' then 'Bool'
                   when 'date' then 'Date'
                   when 'double precision' then 'Float8'
                   when 'integer' then 'Int4'
                   when 'integer[]' then 'Array<Int4>'
                   when 'jsonb' then 'Jsonb'
                   when 'smallint' then 'Int2'
                   when 'text' then 'Text'
                   when 'text[]' then 'Array<Text>'
                   when 'timestamp with time zone' then 'Timestamptz'
                   when 'tsvector' then 'Tsvector'
                   when 'uuid' then 'Uuid'
                   else 'unknown'
                 end
               ),
               col_description(attrelid, attnum)
             from pg_class as class
             join pg_attribute on attrelid = class.oid and attnum > 0 and not attisdropped
             where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
             order by class.relname, attnum",
            &[],
        )
        .await
        .expect("the catalogue can be read");
    let here: Vec<Described> =
        rows.iter().map(|row| Described { column: row.get(0), r#type: row.get(1), comment: row.get(2) }).collect();
    let written = columns_in_schema_rs();
    for (here, written) in here.iter().zip(&written) {
        assert_eq!(written, here, "src/db/schema.rs is not of this database");
    }
    assert_eq!(written.len(), here.len());
}
