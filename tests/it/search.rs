//! Search: what is found, in which order, and how it is counted.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::TestApp;

/// A few well-known things, in the shapes that the tests need.
const ROWS: &str = r#"
insert into users (id, username, email, is_active) overriding system value values
  (1, 'bluebird', 'a@example.org', true), (2, 'blueghost', 'b@example.org', false);
insert into genres (id, name, slug, parent_id) overriding system value values
  (1, 'Rock', 'rock', null), (2, 'Grunge', 'grunge', 1), (3, 'Jazz', 'jazz', null), (4, 'Electronic', 'electronic', null),
  (5, 'Blues', 'blues', null);
insert into artists (id, name, country, genres, popularity, aliases) overriding system value values
  (1, 'Björk', 'IS', '["electronic"]', 0.9, '[]'), (2, 'Sigur Rós', 'IS', '["rock"]', 0.7, '[{"name": "Victory Rose"}]'),
  (3, 'Radiohead', 'GB', '["rock"]', 0.8, '[]'), (4, 'Nirvana', 'US', '["grunge"]', 0.6, '[]'), (5, 'Miles Davis', 'US', '["jazz"]', 0.5, '[]'),
  (6, 'Bjork Tribute', null, '[]', 0.1, '[]'), (7, 'Radiohead (old)', null, '[]', 0, '[]');
update artists set merged_into_id = 3 where id = 7;
insert into albums (id, title, artist_id, release_date, release_precision, label, barcode, genres, popularity) overriding system value values
  (1, 'Homogenic', 1, '1997-09-22', 'day', 'One Little Indian', null, '["electronic"]', 0.4),
  (2, 'OK Computer', 3, '1997-05-21', 'day', 'Parlophone', '724385522925', '["rock"]', 0.5),
  (3, 'Nevermind', 4, '1991-01-01', 'year', 'DGC', null, '["grunge"]', 0.3),
  (4, 'Kind of Blue', 5, '1959-08-17', 'day', 'Columbia', null, '["jazz"]', 0.2);
insert into tracks (id, title, artist_id, album_id, isrc, genres, audio_features, popularity) overriding system value values
  (1, 'Jóga', 1, 1, null, '["electronic"]', '{}', 0.10), (2, 'Army of Me', 1, null, null, '["electronic"]', '{"bpm": 85.3}', 0.11),
  (3, 'Paranoid Android', 3, 2, 'GBAYE9700012', '["rock"]', '{"bpm": 82, "key": 7, "mode": 0}', 0.12),
  (4, 'Karma Police', 3, 2, null, '["rock"]', '{"bpm": 74.8, "key": 9, "mode": 0}', 0.13),
  (5, 'Airbag', 3, 2, null, '["rock"]', '{"key": 9, "mode": 1}', 0.14),
  (6, 'Smells Like Teen Spirit', 4, 3, null, '["grunge"]', '{"bpm": 117, "key": 5, "mode": 0}', 0.15),
  (7, 'Lithium (Live)', 4, 3, null, '["grunge"]', '{"bpm": 123.4}', 0.16),
  (8, 'So What', 5, 4, null, '["jazz"]', '{}', 0.17), (9, 'Blue in Green', 5, 4, null, '["jazz"]', '{}', 0.18),
  (10, 'Hoppípolla', 2, null, null, '[]', '{}', 0.19),
  (11, 'Night Train', null, null, null, '[]', '{}', 0), (12, 'Night Train (Live)', null, null, null, '[]', '{}', 0),
  (13, 'Last Night Train', null, null, null, '[]', '{}', 0), (14, 'Train by Night', null, null, null, '[]', '{}', 0),
  (15, 'Airbag (old)', 3, 2, null, '[]', '{}', 0), (16, '<b>Rock & Roll</b>', null, null, null, '[]', '{}', 0);
update tracks set merged_into_id = 5 where id = 15;
insert into track_sources (track_id, source_type, source_id) values (3, 'spotify', 'a'), (6, 'spotify', 'b'), (6, 'youtube', 'c');
insert into artist_sources (artist_id, source_type, source_id) values (4, 'discogs', 'a');
insert into album_sources (album_id, source_type, source_id) values (3, 'discogs', 'a');
insert into playlists (id, name, owner_id, visibility, deleted_at, description, tags) overriding system value values
  (1, 'Blue hour', 1, 'public', null, 'For the evening', '["calm"]'), (2, 'Blue secret', 1, 'private', null, null, '[]'),
  (3, 'Blue link', 1, 'unlisted', null, null, '[]'), (4, 'Blue gone', 1, 'public', now(), null, '[]');
insert into playlists (id, name, owner_id, visibility, folder_type) overriding system value values (5, 'Blue folder', 1, 'public', true);
do $$
declare
  one record;
begin
  for one in select table_name from information_schema.columns
    where table_schema = 'public' and column_name = 'id' and is_identity = 'YES'
  loop
    execute format('alter table public.%I alter column id restart with 1001', one.table_name);
  end loop;
end
$$;
analyze;
"#;

async fn with_rows() -> TestApp {
    let app = TestApp::start().await;
    app.database.client().await.batch_execute(ROWS).await.expect("the rows go in");
    app
}

const ITEM: &str = "item { __typename ... on Track { name: title } ... on Artist { name } ... on Album { name: title }
    ... on Playlist { name } ... on Genre { name } ... on User { name: username } }";

fn names(hits: &Value) -> Vec<String> {
    let name = |hit: &Value| {
        let item = hit.get("item").unwrap_or(hit);
        let text = |key: &str| item[key].as_str().unwrap_or_default().to_owned();
        format!("{} {}", text("__typename"), text("name"))
    };
    hits.as_array().expect("a list of hits").iter().map(name).collect()
}

/// What a search finds, the best first.
async fn hits(app: &TestApp, query: &str, more: &str) -> Vec<String> {
    let query = format!("{{ search(query: {}, first: 100 {more}) {{ nodes {{ {ITEM} }} }} }}", json!(query));
    names(&app.data(&query).await["search"]["nodes"])
}

/// The titles of tracks that a search finds, in no order.
async fn tracks(app: &TestApp, query: &str) -> BTreeSet<String> {
    let found = hits(app, query, ", types: [TRACK]").await;
    found.into_iter().map(|name| name.trim_start_matches("Track ").to_owned()).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn a_word_is_found_in_names_artists_and_albums_the_name_itself_first() {
    let app = with_rows().await;
    let found = hits(&app, "radiohead", "").await;
    assert_eq!(found[0], "Artist Radiohead");
    let rest: BTreeSet<_> = found[1..].iter().cloned().collect();
    assert_eq!(rest, set(&["Album OK Computer", "Track Airbag", "Track Karma Police", "Track Paranoid Android"]));
}

#[tokio::test]
async fn every_word_has_to_occur_in_any_order_and_case() {
    let app = with_rows().await;
    assert_eq!(
        tracks(&app, "TRAIN night").await,
        set(&["Night Train", "Night Train (Live)", "Last Night Train", "Train by Night"])
    );
    assert_eq!(tracks(&app, "karma radiohead").await, set(&["Karma Police"]));
}

#[tokio::test]
async fn a_phrase_occurs_as_it_stands() {
    let app = with_rows().await;
    assert_eq!(tracks(&app, "\"night train\"").await, set(&["Night Train", "Night Train (Live)", "Last Night Train"]));
}

#[tokio::test]
async fn excluded_words_and_phrases_do_not_occur() {
    let app = with_rows().await;
    assert_eq!(tracks(&app, "night train -live").await, set(&["Night Train", "Last Night Train", "Train by Night"]));
    assert_eq!(tracks(&app, "night train -\"night train\" -by").await, set(&[]));
    let without = hits(&app, "-blue -blues", "").await;
    assert!(
        without.len() > 15
            && !without.iter().any(|name| name.to_lowercase().split(' ').any(|word| word == "blue" || word == "blues")),
        "{without:?}"
    );
}

#[tokio::test]
async fn every_filter_of_the_language_narrows_tracks() {
    let app = with_rows().await;
    for (query, found) in [
        ("artist:radiohead", &["Paranoid Android", "Karma Police", "Airbag"][..]),
        ("artist:bjork", &["Jóga", "Army of Me"]),
        ("artist:nirvana artist:'Sigur Rós'", &["Smells Like Teen Spirit", "Lithium (Live)", "Hoppípolla"]),
        ("album:\"ok computer\" -artist:nirvana", &["Paranoid Android", "Karma Police", "Airbag"]),
        ("track:android", &["Paranoid Android"]),
        ("track:joga", &["Jóga"]),
        ("genre:grunge", &["Smells Like Teen Spirit", "Lithium (Live)"]),
        ("genre:Rock", &["Paranoid Android", "Karma Police", "Airbag", "Smells Like Teen Spirit", "Lithium (Live)"]),
        ("genre:rock -genre:grunge", &["Paranoid Android", "Karma Police", "Airbag"]),
        ("label:parlophone", &["Paranoid Android", "Karma Police", "Airbag"]),
        ("label:'one little'", &["Jóga"]),
        ("year:1991", &["Smells Like Teen Spirit", "Lithium (Live)"]),
        ("year:1950-1970", &["So What", "Blue in Green"]),
        ("year:<1960", &["So What", "Blue in Green"]),
        ("year:1990s -year:1997", &["Smells Like Teen Spirit", "Lithium (Live)"]),
        ("bpm:75", &["Karma Police"]),
        ("bpm:80-90", &["Army of Me", "Paranoid Android"]),
        ("bpm:>117", &["Lithium (Live)"]),
        ("key:Am", &["Karma Police"]),
        ("key:8A", &["Karma Police"]),
        ("key:A", &["Airbag"]),
        ("key:Gm key:Fm", &["Paranoid Android", "Smells Like Teen Spirit"]),
        ("country:IS", &["Jóga", "Army of Me", "Hoppípolla"]),
        ("isrc:GB-AYE-97-00012", &["Paranoid Android"]),
        ("barcode:724385522925", &["Paranoid Android", "Karma Police", "Airbag"]),
        ("source:youtube", &["Smells Like Teen Spirit"]),
        ("source:spotify -source:youtube", &["Paranoid Android"]),
        ("artist:radiohead year:1997 bpm:<80 karma", &["Karma Police"]),
    ] {
        assert_eq!(tracks(&app, query).await, set(found), "{query}");
    }
}

#[tokio::test]
async fn a_filter_leaves_out_kinds_that_do_not_know_it() {
    let app = with_rows().await;
    for (query, found) in [
        (
            "artist:nirvana",
            &["Artist Nirvana", "Album Nevermind", "Track Smells Like Teen Spirit", "Track Lithium (Live)"][..],
        ),
        ("label:dgc", &["Album Nevermind", "Track Smells Like Teen Spirit", "Track Lithium (Live)"]),
        ("bpm:117", &["Track Smells Like Teen Spirit"]),
        ("source:discogs", &["Artist Nirvana", "Album Nevermind"]),
        ("country:GB", &["Artist Radiohead", "Track Paranoid Android", "Track Karma Police", "Track Airbag"]),
        (
            "barcode:724385522925",
            &["Album OK Computer", "Track Paranoid Android", "Track Karma Police", "Track Airbag"],
        ),
    ] {
        assert_eq!(hits(&app, query, "").await.into_iter().collect::<BTreeSet<_>>(), set(found), "{query}");
    }
}

#[tokio::test]
async fn accents_do_not_matter_on_either_side() {
    let app = with_rows().await;
    for (query, types, found) in [
        ("Bjork", "ARTIST", &["Artist Björk", "Artist Bjork Tribute"][..]),
        ("björk", "ARTIST", &["Artist Björk", "Artist Bjork Tribute"]),
        ("Sigur Ros", "ARTIST", &["Artist Sigur Rós"]),
        ("SIGUR RÓS", "ARTIST", &["Artist Sigur Rós"]),
        ("hoppipolla", "TRACK", &["Track Hoppípolla"]),
        ("Nirvāna", "ARTIST", &["Artist Nirvana"]),
    ] {
        assert_eq!(hits(&app, query, &format!(", types: [{types}]")).await, found, "{query}");
    }
}

#[tokio::test]
async fn another_name_finds_the_artist() {
    let app = with_rows().await;
    assert_eq!(hits(&app, "victory rose", ", types: [ARTIST]").await, ["Artist Sigur Rós"]);
}

#[tokio::test]
async fn what_is_spelled_alike_is_found_when_words_find_next_to_nothing() {
    let app = with_rows().await;
    for (query, found) in [
        ("radiohed", "Artist Radiohead"),
        ("nirvna", "Artist Nirvana"),
        ("smels like", "Track Smells Like Teen Spirit"),
        ("paranoid andriod", "Track Paranoid Android"),
    ] {
        assert_eq!(hits(&app, query, "").await.first().map(String::as_str), Some(found), "{query}");
    }
    let data =
        app.data("{ search(query: \"nirvna\", types: [ARTIST]) { totalCount nodes { matchedOn highlight } } }").await;
    assert_eq!(data["search"], json!({"totalCount": 1, "nodes": [{"matchedOn": ["spelling"], "highlight": null}]}));
}

#[tokio::test]
async fn what_is_spelled_alike_stands_below_what_holds_the_words() {
    let app = with_rows().await;
    let client = app.database.client().await;
    client.batch_execute("insert into artists (name) values ('Nirvanna')").await.expect("it goes in");
    assert_eq!(hits(&app, "nirvanna", ", types: [ARTIST]").await, ["Artist Nirvanna", "Artist Nirvana"]);
}

#[tokio::test]
async fn spelling_is_left_alone_when_words_find_enough() {
    let app = with_rows().await;
    let client = app.database.client().await;
    client.batch_execute("insert into tracks (title) values ('Nite Train')").await.expect("it goes in");
    assert!(!tracks(&app, "night train").await.contains("Nite Train"));
}

/// Every hit of a search, page by page.
async fn walk(app: &TestApp, query: &str, size: i32) -> Vec<String> {
    let mut all = Vec::new();
    let mut after = String::new();
    for page in 0.. {
        assert!(page < 100, "the walk never ends");
        let search = format!(
            "{{ search(query: {}, first: {size}{after}) {{ edges {{ cursor node {{ {ITEM} }} }} pageInfo {{ hasNextPage hasPreviousPage endCursor }} }} }}",
            json!(query)
        );
        let answer = app.data(&search).await["search"].take();
        let edges = answer["edges"].as_array().expect("edges").iter();
        all.extend(names(&edges.map(|edge| edge["node"].clone()).collect()));
        assert_eq!(answer["pageInfo"]["hasPreviousPage"], json!(page > 0));
        if answer["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
        after = format!(", after: {}", answer["pageInfo"]["endCursor"]);
    }
    all
}

#[tokio::test]
async fn an_empty_query_finds_everything_page_by_page_once() {
    let app = with_rows().await;
    let whole = hits(&app, "", "").await;
    let distinct: BTreeSet<_> = whole.iter().collect();
    // Six artists, four albums, fifteen tracks, five genres, a list and a person.
    assert_eq!((whole.len(), distinct.len()), (32, 32));
    for size in [1, 3, 7] {
        assert_eq!(walk(&app, "", size).await, whole, "pages of {size}");
    }
    let data = app.data("{ search(query: \" \", first: 1) { totalCount } }").await;
    assert_eq!(data["search"]["totalCount"], json!(32));
}

#[tokio::test]
async fn pages_hold_together_in_both_stages() {
    let app = with_rows().await;
    app.database
        .client()
        .await
        .batch_execute("insert into tracks (title) select 'Radiohet ' || i from generate_series(1, 5) i")
        .await
        .expect("they go in");
    for query in ["radiohead", "radiohed", "blue", "night train", "-live"] {
        let whole = hits(&app, query, "").await;
        assert!(whole.len() > 3, "{query}: {whole:?}");
        for size in [1, 2, 3] {
            assert_eq!(walk(&app, query, size).await, whole, "{query}, pages of {size}");
        }
    }
}

#[tokio::test]
async fn a_cursor_that_is_none_of_a_search_is_refused() {
    let app = with_rows().await;
    let list = app.data("{ tracks(first: 1) { edges { cursor } } }").await;
    for cursor in [
        list["tracks"]["edges"][0]["cursor"].clone(),
        json!(""),
        json!("x"),
        json!("WyJzY29yZS1raW5kLWlkLSIsWyJOYU4iLCIxIiwiMSJdXQ"),
    ] {
        let answer =
            app.query(&format!("{{ search(query: \"blue\", after: {cursor}) {{ nodes {{ score }} }} }}")).await;
        assert_eq!(
            answer["errors"][0]["extensions"],
            json!({"code": "BAD_USER_INPUT", "argument": ["after"]}),
            "{cursor}"
        );
    }
}

#[tokio::test]
async fn types_say_what_is_looked_for() {
    let app = with_rows().await;
    for (types, found) in [
        ("TRACK", &["Track Blue in Green", "Track So What"][..]),
        ("ALBUM", &["Album Kind of Blue"]),
        ("PLAYLIST", &["Playlist Blue hour"]),
        ("USER", &["User bluebird"]),
        ("GENRE", &["Genre Blues"]),
        ("USER, GENRE, USER", &["Genre Blues", "User bluebird"]),
    ] {
        assert_eq!(
            hits(&app, "blue", &format!(", types: [{types}]")).await.into_iter().collect::<BTreeSet<_>>(),
            set(found),
            "{types}"
        );
    }
    assert_eq!(hits(&app, "blue", ", types: []").await, Vec::<String>::new());
}

#[tokio::test]
async fn what_may_not_be_seen_is_not_found() {
    let app = with_rows().await;
    let found = hits(&app, "blue", "").await;
    for hidden in ["secret", "link", "gone", "folder", "ghost"] {
        assert!(!found.iter().any(|name| name.contains(hidden)), "{found:?}");
    }
    assert!(
        found.contains(&"Playlist Blue hour".to_owned()) && found.contains(&"User bluebird".to_owned()),
        "{found:?}"
    );
    let spelled = [hits(&app, "blue secrt", "").await, hits(&app, "bluegost", "").await].concat();
    assert!(!spelled.iter().any(|name| name.contains("secret") || name.contains("ghost")), "{spelled:?}");
}

#[tokio::test]
async fn merged_rows_are_found_as_their_survivor_only() {
    let app = with_rows().await;
    assert!(!hits(&app, "old", "").await.iter().any(|name| name.contains("(old)")));
}

#[tokio::test]
async fn a_filter_on_tracks_leaves_only_tracks() {
    let app = with_rows().await;
    let found = hits(&app, "radiohead", ", filter: {bpm: {lt: 80}}").await;
    assert_eq!(found, ["Track Karma Police"]);
    let all = hits(&app, "", ", filter: {year: {eq: 1991}, not: {title: {contains: \"live\"}}}").await;
    assert_eq!(all, ["Track Smells Like Teen Spirit"]);
}

#[tokio::test]
async fn facets_count_all_hits() {
    let app = with_rows().await;
    let query = "{ search(query: \"radiohead\", first: 1) { facets { types { key count share } genres { key count } decades { key count }
        sources { key count } keys { key count } } } }";
    let facets = app.data(query).await["search"]["facets"].take();
    let expected = json!({
        "types": [{"key": "TRACK", "count": 3, "share": 0.6}, {"key": "ALBUM", "count": 1, "share": 0.2}, {"key": "ARTIST", "count": 1, "share": 0.2}],
        "genres": [{"key": "rock", "count": 3}],
        "decades": [{"key": "1990s", "count": 3}],
        "sources": [{"key": "SPOTIFY", "count": 1}],
        "keys": [{"key": "Gm", "count": 1}, {"key": "Am", "count": 1}, {"key": "A", "count": 1}],
    });
    assert_eq!(facets, expected);
}

#[tokio::test]
async fn suggestions_complete_the_last_word() {
    let app = with_rows().await;
    for (prefix, found) in [
        ("radio", "Artist Radiohead"),
        ("SIGUR R", "Artist Sigur Rós"),
        ("bjö", "Artist Björk"),
        ("karma pol", "Track Karma Police"),
        ("rad", "Artist Radiohead"),
    ] {
        let data = app.data(&format!("{{ searchSuggestions(prefix: {}) {{ {ITEM} }} }}", json!(prefix))).await;
        assert_eq!(names(&data["searchSuggestions"]).first().map(String::as_str), Some(found), "{prefix}");
    }
    let data = app.data(&format!("{{ none: searchSuggestions(prefix: \"  \") {{ {ITEM} }} one: searchSuggestions(prefix: \"b\", first: 1) {{ {ITEM} }}
        lists: searchSuggestions(prefix: \"blu\", types: [PLAYLIST]) {{ {ITEM} }} }}")).await;
    assert_eq!((names(&data["none"]).len(), names(&data["one"]).len()), (0, 1));
    assert_eq!(names(&data["lists"]), ["Playlist Blue hour"]);
}

#[tokio::test]
async fn a_query_can_be_read_without_searching() {
    let app = TestApp::start().await;
    let query =
        json!("so \"kind of blue\" -live artist:miles label:'Blue Note' year:1970-1960 -genre:rock key:Am mood:sad");
    let (data, statements) =
        app.counted(&format!("{{ parseSearch(query: {query}) {{ terms normalised warnings filters }} }}")).await;
    let parsed = &data["parseSearch"];
    assert_eq!(parsed["terms"], json!(["so", "kind of blue", "-live", "mood", "sad"]));
    assert_eq!(
        parsed["normalised"],
        json!("so \"kind of blue\" -live mood sad artist:miles -genre:rock label:\"Blue Note\" year:1960-1970 key:Am")
    );
    assert_eq!(parsed["filters"]["label"], json!([{"value": "Blue Note", "isExcluded": false}]));
    assert_eq!(parsed["warnings"].as_array().map(Vec::len), Some(2), "{parsed}");
    assert_eq!(statements, 0);
}

#[tokio::test]
async fn a_search_tells_what_it_understood() {
    let app = with_rows().await;
    let data = app.data("{ search(query: \"Radiohead  year:soon\") { parsed { normalised warnings } } }").await;
    assert_eq!(data["search"]["parsed"]["normalised"], json!("Radiohead soon"));
    assert_eq!(data["search"]["parsed"]["warnings"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn highlights_mark_the_words_and_are_safe_html() {
    let app = with_rows().await;
    let data =
        app.data("{ search(query: \"rock\", types: [TRACK], first: 1) { nodes { highlight matchedOn } } }").await;
    let expected = json!([{"highlight": "&lt;b&gt;<mark>Rock</mark> &amp; Roll&lt;/b&gt;", "matchedOn": ["title"]}]);
    assert_eq!(data["search"]["nodes"], expected);
    let data =
        app.data("{ search(query: \"radiohead\", types: [TRACK, ARTIST]) { nodes { highlight matchedOn } } }").await;
    let nodes = data["search"]["nodes"].as_array().expect("hits");
    assert_eq!(nodes[0], json!({"highlight": "<mark>Radiohead</mark>", "matchedOn": ["name"]}));
    assert_eq!(nodes[1], json!({"highlight": null, "matchedOn": ["artist"]}));
}

#[tokio::test]
async fn no_text_is_an_error() {
    let app = with_rows().await;
    for text in [
        "'",
        "''",
        "\"",
        "\\",
        "%",
        "_",
        "%%%",
        "a%b_c",
        "&",
        "|",
        "!",
        "!!",
        "(",
        ")",
        "()",
        ":",
        ":*",
        "<->",
        "a & b | !c",
        "-",
        "--",
        "---a",
        "*",
        "a:*",
        "☃",
        "💥💥💥",
        "\u{200b}",
        "\u{feff}",
        "artist:",
        "artist:\"",
        "artist:'%'",
        "year:",
        "year:99999",
        "bpm:-1",
        "bpm:>1000",
        "key:",
        "-key:H",
        "'; drop table tracks --",
        "a\\'b",
        "\n\t",
        "year:1-9999",
        "year:>9999",
        "genre:''",
        "-(a)",
        "\"a\" <-> \"b\"",
        "...",
        "ﬁ",
        "ǅ",
        "ß",
    ] {
        let long = text.repeat(40);
        for text in [text, long.as_str()] {
            let text = json!(text);
            let query = format!("{{ search(query: {text}) {{ totalCount facets {{ genres {{ key }} }} nodes {{ highlight matchedOn {ITEM} }} }}
                searchSuggestions(prefix: {text}) {{ score }} parseSearch(query: {text}) {{ normalised }} }}");
            app.data(&query).await;
        }
    }
}

#[tokio::test]
async fn text_with_a_nul_character_is_refused_as_input() {
    let app = with_rows().await;
    for field in [
        "search(query: \"a\\u0000b\") { nodes { score } }",
        "searchSuggestions(prefix: \"\\u0000\") { score }",
        "parseSearch(query: \"\\u0000\") { terms }",
    ] {
        let answer = app.query(&format!("{{ {field} }}")).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], json!("BAD_USER_INPUT"), "{answer}");
    }
}

#[tokio::test]
async fn the_demo_is_found_with_accents_typos_and_filters() {
    let app = TestApp::with_demo().await;
    for (query, found) in [
        ("Bjork", "Artist Björk"),
        ("Sigur Ros", "Artist Sigur Rós"),
        ("beyonce", "Artist Beyoncé"),
        ("radiohed", "Artist Radiohead"),
        ("nirvna", "Artist Nirvana"),
        ("metalica", "Artist Metallica"),
        ("\"kind of blue\"", "Album Kind of Blue"),
    ] {
        assert_eq!(hits(&app, query, "").await.first().map(String::as_str), Some(found), "{query}");
    }
    assert!(tracks(&app, "artist:radiohead year:1997").await.len() > 5);
    let whole = hits(&app, "artist:\"Miles Davis\"", "").await;
    assert_eq!(walk(&app, "artist:\"Miles Davis\"", 4).await, whole);
}
