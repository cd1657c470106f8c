//! `import catalogue`: what a file does to the catalogue, and what a bad file does not.

use std::io::Cursor;

use searxng_cool_music::db::connect::SessionSettings;
use searxng_cool_music::error::{Error, Result};
use searxng_cool_music::transfer::catalogue::CatalogueReader;
use searxng_cool_music::transfer::import::{Counts, ImportOptions, ImportReport, import_catalogue};
use tokio_postgres::Client;

use crate::harness::TestDatabase;

async fn import(database: &TestDatabase, source: &str, file: impl Into<Vec<u8>>) -> Result<ImportReport> {
    let file: Vec<u8> = file.into();
    let is_json = file.first() == Some(&b'{');
    let reader = CatalogueReader::from_reader(Cursor::new(file), is_json)?;
    let options = ImportOptions { source: source.to_owned() };
    import_catalogue(&database.target(), &SessionSettings::default(), reader, &options, |_| ()).await
}

/// Imports a file that has to be accepted.
async fn imported(database: &TestDatabase, source: &str, file: &str) -> ImportReport {
    import(database, source, file).await.expect("the file is imported")
}

async fn number(client: &Client, query: &str) -> i64 {
    client.query_one(query, &[]).await.expect("the query runs").get(0)
}

async fn text(client: &Client, query: &str) -> String {
    client.query_one(query, &[]).await.expect("the query runs").get(0)
}

/// All rows of the catalogue with the instants of their last change.
async fn snapshot(client: &Client) -> String {
    text(
        client,
        "select jsonb_build_array(
          (select jsonb_agg(to_jsonb(genres) order by id) from genres),
          (select jsonb_agg(to_jsonb(artists) order by id) from artists),
          (select jsonb_agg(to_jsonb(albums) order by id) from albums),
          (select jsonb_agg(to_jsonb(tracks) order by id) from tracks),
          (select jsonb_agg(to_jsonb(track_sources) order by id) from track_sources),
          (select jsonb_agg(to_jsonb(album_sources) order by id) from album_sources),
          (select jsonb_agg(to_jsonb(artist_sources) order by id) from artist_sources)
        )::text",
    )
    .await
}

fn refusals(report: &ImportReport) -> Vec<String> {
    report.refused.list.iter().map(ToString::to_string).collect()
}

fn warnings(report: &ImportReport) -> Vec<String> {
    report.warnings.list.iter().map(ToString::to_string).collect()
}

const CATALOGUE: &str = "\
id,title,artist,featuring,album,disc_number,track_number,duration_ms,year,genre,composer,isrc,links,mood
1,Teardrop,Massive Attack,Elizabeth Fraser,Mezzanine,1,3,329000,1998,Trip Hop; Electronic,Del Naja,GB-AAA-98-00322,youtube:u7K72X4eo_s,dark
2,Angel,Massive Attack,Horace Andy,Mezzanine,1,1,379000,1998,Trip Hop,,,,
3,Hyperballad,Björk,,Post,,4,321000,1995,Art Pop,,,,
4,Hyperballad,Björk,,,,,,,,,,,
";

#[tokio::test]
async fn a_file_becomes_genres_artists_albums_tracks_and_links() {
    let database = TestDatabase::create().await;
    let client = database.client().await;

    let report = imported(&database, "shop", CATALOGUE).await;

    assert_eq!(report.rows, 4);
    assert_eq!(refusals(&report), Vec::<String>::new());
    assert_eq!(report.tracks, Counts { created: 4, updated: 0, unchanged: 0 });
    assert_eq!(report.albums, Counts { created: 2, updated: 0, unchanged: 0 });
    assert_eq!(report.artists, Counts { created: 4, updated: 0, unchanged: 0 });
    assert_eq!((report.genres_created, report.links_created), (3, 1));
    assert_eq!(report.metadata_columns, ["mood"]);
    let teardrop = text(
        &client,
        "select concat_ws(' | ', title, artist_name, album_title, disc_number, track_number, duration_ms, release_date,
          release_precision, genres, isrc, extra_metadata)
        from tracks where title = 'Teardrop'",
    )
    .await;
    assert_eq!(
        teardrop,
        "Teardrop | Massive Attack | Mezzanine | 1 | 3 | 329000 | 1998-01-01 | year | [\"trip-hop\", \"electronic\"] | \
         GBAAA9800322 | {\"mood\": \"dark\", \"composer\": \"Del Naja\"}"
    );
    let credit = text(
        &client,
        "select string_agg(entry.value ->> 'name' || (entry.value ->> 'join_phrase'), '' order by entry.place)
        from tracks cross join jsonb_array_elements(artist_credit) with ordinality as entry (value, place)
        join artists on artists.id = (entry.value ->> 'artist_id')::bigint and artists.name = entry.value ->> 'name'
        where title = 'Teardrop'",
    )
    .await;
    assert_eq!(credit, "Massive Attack feat. Elizabeth Fraser");
    let sources = text(
        &client,
        "select string_agg(source_type || ' ' || source_id || ' ' || is_available, ', ' order by source_type)
        from track_sources join tracks on tracks.id = track_id where title = 'Teardrop'",
    )
    .await;
    assert_eq!(sources, "other shop:1 false, youtube u7K72X4eo_s true");
}

#[tokio::test]
async fn the_same_file_twice_changes_nothing() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    imported(&database, "shop", CATALOGUE).await;
    let before = snapshot(&client).await;

    let report = imported(&database, "shop", CATALOGUE).await;

    assert!(report.changed_nothing(), "{report}");
    assert_eq!(report.tracks.unchanged, 4);
    assert_eq!(snapshot(&client).await, before);
}

#[tokio::test]
async fn a_file_without_ids_finds_its_tracks_by_what_they_are() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    let file = "\
title,artist,album,track_number,duration_ms,barcode,album_mbid,year
Intro,The xx,xx,1,127000,,,2009
Intro,The xx,xx,1,128500,,,2009
Intro,The xx,xx,12,127000,,,2009
Intro,The xx,,,,,,
INTRO,the XX,,,90000,,,
Intro,The xx,,,91000,,,
Intro,The xx,,,200000,,,
Help!,The Beatles,Help!,1,,724385522925,,1965
Help!,The Beatles,Help!,1,,634904032425,,2009
Help!,The Beatles,Help!,1,,,0c3a8d3c-5e0f-4c1e-9d4e-6f1b9c6a1111,1987
Help!,The Beatles,Help!,1,,,,
";
    let first = imported(&database, "a.csv", file).await;
    let before = snapshot(&client).await;
    assert_eq!(
        warnings(&first),
        [
            "line 3: The line means the track of line 2; where they differ, the earlier line stands.",
            "line 6: The line means the track of line 5; where they differ, the earlier line stands.",
            "line 7: The line means the track of line 5; where they differ, the earlier line stands.",
            "line 12: The line means the track of line 11; where they differ, the earlier line stands.",
        ]
    );
    assert_eq!(number(&client, "select count(*) from tracks").await, 7);
    assert_eq!(number(&client, "select count(*) from albums where title = 'Help!'").await, 3);

    let second = imported(&database, "b.csv", file).await;

    assert!(second.changed_nothing(), "{second}");
    assert_eq!(snapshot(&client).await, before);
}

#[tokio::test]
async fn what_is_known_is_filled_but_not_overwritten() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    imported(&database, "a.csv", "title,artist,album,duration,isrc\nWave,Jobim,Wave,2:50,\n").await;

    let file = "title,artist,album,duration,isrc,genre,label\nWAVE,jobim,wave,2:51,USAM16700001,Bossa Nova,A&M\n";
    let report = imported(&database, "b.csv", file).await;

    assert_eq!(report.tracks, Counts { created: 0, updated: 1, unchanged: 0 });
    assert_eq!(report.albums, Counts { created: 0, updated: 1, unchanged: 0 });
    let track = text(&client, "select concat_ws(' | ', title, duration_ms, isrc, genres) from tracks").await;
    assert_eq!(track, "Wave | 170000 | USAM16700001 | [\"bossa-nova\"]");
    assert_eq!(text(&client, "select label from albums").await, "A&M");
}

#[tokio::test]
async fn a_file_with_ids_that_joins_known_tracks_changes_nothing_the_second_time() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    imported(&database, "a.csv", "title,artist,album,duration,composer\nWave,Jobim,Wave,2:50,Jobim\n").await;

    let file = "id,title,artist,album,duration,composer\n7,WAVE,jobim,wave,2:51,Tom Jobim\n";
    imported(&database, "b.csv", file).await;
    let before = snapshot(&client).await;
    let report = imported(&database, "b.csv", file).await;

    assert_eq!(report.tracks, Counts { created: 0, updated: 0, unchanged: 1 });
    assert_eq!(snapshot(&client).await, before);
}

#[tokio::test]
async fn a_line_with_the_outside_id_of_a_track_has_the_last_word() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    imported(&database, "deezer", "id,title,artist,album,duration\n3135556,Harder Better,Daft Punk,Discovery,3:44\n")
        .await;
    let id = number(&client, "select id from tracks").await;

    let file =
        "id,title,artist,album,duration\n3135556,\"Harder, Better, Faster, Stronger\",Daft Punk,Discovery,3:45\n";
    let report = imported(&database, "deezer", file).await;

    assert_eq!(report.tracks, Counts { created: 0, updated: 1, unchanged: 0 });
    let track = text(&client, "select concat_ws(' | ', title, duration_ms) from tracks").await;
    assert_eq!(track, "Harder, Better, Faster, Stronger | 225000");
    assert_eq!(
        number(&client, "select track_id from track_sources where source_type = 'deezer' and source_id = '3135556'")
            .await,
        id
    );
}

#[tokio::test]
async fn an_outside_id_stays_with_its_owner() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    imported(&database, "a.csv", "title,artist,links\nCreep,Radiohead,youtube:XFkzRNyygfk\n").await;

    let file = "title,artist,links\nCreep (Acoustic),Radiohead,youtube:XFkzRNyygfk\n";
    let report = imported(&database, "b.csv", file).await;

    assert_eq!(report.tracks.created, 1);
    assert_eq!(
        warnings(&report),
        ["line 2, links: \"youtube:XFkzRNyygfk\" belongs to the track \"Creep\" already and stays there"]
    );
    let owner = text(&client, "select title from tracks join track_sources on track_id = tracks.id").await;
    assert_eq!(owner, "Creep");
}

#[tokio::test]
async fn two_ids_of_one_source_are_two_tracks() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    let file = "id,title,artist,album\n7,Untitled,Sigur Rós,( )\n8,Untitled,Sigur Rós,( )\n";
    let first = imported(&database, "shop", file).await;
    assert_eq!(first.tracks.created, 2);

    assert!(imported(&database, "shop", file).await.changed_nothing());
    // Another source knows them by its own ids; the first of them is the older track.
    let other = imported(&database, "library", file).await;
    assert_eq!(other.tracks, Counts { created: 0, updated: 0, unchanged: 2 });
    assert_eq!(number(&client, "select count(*) from tracks").await, 2);
    assert_eq!(number(&client, "select count(*) from track_sources").await, 4);
}

#[tokio::test]
async fn every_refused_line_is_named_and_the_others_are_imported() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    let long_id = "9".repeat(254);
    let mut file = b"id,title,artist,isrc,year\n\
        1,Good,Someone,,1999\n\
        2,,Someone,,1999\n\
        3,Too many,Someone,,1999,more\n\
        4,Odd isrc,Someone,XX,1999\n\
        5,Caf\xe9,Someone,,1999\n\
        6,Nul\0,Someone,,1999\n"
        .to_vec();
    file.extend_from_slice(format!("{long_id},Long id,Someone,,1999\n").as_bytes());

    let report = import(&database, "shop", file).await.expect("the good lines are imported");

    assert_eq!(report.rows, 2, "{report}");
    let lines: Vec<u64> = report.refused.list.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [3, 4, 6, 7, 8], "{report}");
    assert_eq!(report.refused.count, 5);
    assert!(warnings(&report).iter().any(|warning| warning.starts_with("line 5, isrc: \"XX\"")), "{report}");
    assert_eq!(text(&client, "select string_agg(title, ',' order by title) from tracks").await, "Good,Odd isrc");
    let shown = report.to_string();
    assert!(shown.starts_with("2 lines imported, 5 refused.\n"), "{shown}");
    assert!(shown.contains("line 3, title"), "{shown}");
}

#[tokio::test]
async fn a_line_that_only_the_database_refuses_is_named_too() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    client
        .batch_execute("alter table tracks add constraint tracks_house_rule check (title not like '%banned%')")
        .await
        .expect("the rule is made");
    let mut file = "title,artist\n".to_owned();
    for line in 2..40 {
        let title = if line == 9 || line == 33 { "banned" } else { "fine" };
        file.push_str(&format!("{title} {line},Someone\n"));
    }

    let report = imported(&database, "a.csv", &file).await;

    assert_eq!((report.rows, report.tracks.created), (36, 36));
    let refused = refusals(&report);
    assert_eq!(refused.len(), 2, "{report}");
    assert!(
        refused[0].starts_with("line 9: The database refused it: it breaks the rule tracks_house_rule"),
        "{report}"
    );
    assert!(refused[1].starts_with("line 33: "), "{report}");
}

#[tokio::test]
async fn a_file_that_breaks_off_in_a_quote_leaves_nothing_behind() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    let before = snapshot(&client).await;

    let fault = import(&database, "a.csv", "title,artist\nGood,Someone\n\"Open,Someone\n").await;

    assert!(matches!(fault, Err(Error::Invalid { .. })), "{fault:?}");
    assert_eq!(snapshot(&client).await, before);
}

#[tokio::test]
async fn a_wrong_header_is_told_before_anything_happens() {
    let database = TestDatabase::create().await;
    let fault = import(&database, "a.csv", "name of song,length\nGood,3:00\n").await;
    let Err(Error::Invalid { message, .. }) = fault else { panic!("{fault:?}") };
    assert!(message.contains("title") && message.contains("artist"), "{message}");
}

#[tokio::test]
async fn json_lines_keep_the_types_of_unknown_values() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    let file = "{\"title\":\"So What\",\"artist\":[\"Miles Davis\",\"John Coltrane\"],\"plays\":12,\"tags\":[\"a\\tb\",null]}\n";

    let report = imported(&database, "a.jsonl", file).await;

    assert_eq!(report.artists.created, 2);
    assert_eq!(
        text(&client, "select extra_metadata::text from tracks").await,
        "{\"tags\": [\"a\\tb\", null], \"plays\": 12}"
    );
}

#[tokio::test]
async fn names_that_only_look_different_are_one_artist_and_one_genre() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    let file = "title,artist,genre\nA,Beyoncé,R&B\nB,beyonce,r and b\nC,BEYONCÉ,R & B\nD,坂本龍一,電子音楽\n";

    let report = imported(&database, "a.csv", file).await;

    assert_eq!((report.artists.created, report.genres_created), (2, 2), "{report}");
    assert_eq!(number(&client, "select count(*) from tracks where genres = '[\"r-and-b\"]'").await, 3);
}

#[tokio::test]
async fn two_imports_at_once_make_no_duplicate() {
    let database = TestDatabase::create().await;
    let client = database.client().await;

    let (one, other) = tokio::join!(import(&database, "shop", CATALOGUE), import(&database, "shop", CATALOGUE));

    let reports = [one.expect("one is imported"), other.expect("the other is imported")];
    assert_eq!(reports.iter().filter(|report| report.changed_nothing()).count(), 1);
    assert_eq!(number(&client, "select count(*) from tracks").await, 4);
}

#[tokio::test]
async fn a_merged_track_is_found_under_its_survivor() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    imported(
        &database,
        "shop",
        "id,title,artist\n1,Paranoid Android,Radiohead\n2,Paranoid Android (Album),Radiohead\n",
    )
    .await;
    client
        .batch_execute(
            "update tracks set merged_into_id = (select id from tracks where title = 'Paranoid Android')
            where title = 'Paranoid Android (Album)'",
        )
        .await
        .expect("one is merged");

    let report = imported(&database, "shop", "id,title,artist,duration\n2,Paranoid Android,Radiohead,6:23\n").await;

    assert_eq!(report.tracks, Counts { created: 0, updated: 1, unchanged: 0 });
    let survivor = "select duration_ms::bigint from tracks where merged_into_id is null";
    assert_eq!(number(&client, survivor).await, 383_000);
}
