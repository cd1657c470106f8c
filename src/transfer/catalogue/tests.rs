//! Whole files, good and broken, through the reader.

use std::io::{Cursor, Write};

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::catalog::source_url::SourceRef;

fn reader(bytes: impl Into<Vec<u8>>) -> crate::error::Result<CatalogueReader> {
    CatalogueReader::from_reader(Cursor::new(bytes.into()), false)
}

fn outcomes(bytes: impl Into<Vec<u8>>) -> Vec<RowOutcome> {
    reader(bytes).and_then(Iterator::collect).expect("a readable file")
}

fn rows(bytes: impl Into<Vec<u8>>) -> Vec<CatalogueRow> {
    let rows = outcomes(bytes).into_iter().map(|outcome| outcome.result);
    rows.collect::<Result<_, _>>().expect("no refused line")
}

fn row(bytes: impl Into<Vec<u8>>) -> CatalogueRow {
    rows(bytes).pop().expect("a row")
}

fn whole_file_error(bytes: impl Into<Vec<u8>>) -> String {
    let result: crate::error::Result<Vec<RowOutcome>> = reader(bytes).and_then(Iterator::collect);
    result.expect_err("a whole-file error").to_string()
}

fn refusal(bytes: impl Into<Vec<u8>>) -> String {
    let refused: Vec<Problem> = outcomes(bytes).into_iter().filter_map(|outcome| outcome.result.err()).collect();
    assert_eq!(refused.len(), 1, "{refused:?}");
    refused[0].to_string()
}

fn warnings(bytes: impl Into<Vec<u8>>) -> Vec<String> {
    let warnings = outcomes(bytes).into_iter().flat_map(|outcome| outcome.warnings);
    warnings.map(|warning| warning.to_string()).collect()
}

#[test]
fn a_csv_line_becomes_a_row_with_every_column() {
    let header = "Track ID,Title,Artist,Featuring,Album,Disc Number,Track Number,Duration,Release Date,Genres,Composer,\
                  ISRC,UPC,Explicit,Tempo,Key,Energy,Popularity,Links,Mood";
    let line = "7, So What ,Miles Davis,John Coltrane; Bill Evans,Kind of Blue,1/1,1/5,9:22.5,1959-08-17,\
                Jazz; jazz ;Alternative & Punk,\"Davis, Miles\",us-sm1-59-00113,036000291452,no,136.5,Dm,0.3,61,\
                https://youtu.be/dQw4w9WgXcQ;spotify:album:1weenld61qoidwYuZ1GESA,calm";
    let row = row(format!("{header}\n{line}\n"));
    assert_eq!((row.title.as_str(), row.artist.as_str()), ("So What", "Miles Davis"));
    assert_eq!(row.track_id.as_deref(), Some("7"));
    assert_eq!(row.featuring, ["John Coltrane", "Bill Evans"]);
    assert_eq!((row.disc_number, row.track_number, row.duration_ms), (Some(1), Some(1), Some(562_500)));
    assert_eq!(row.release_date, Some(ReleaseDate { year: 1959, month: Some(8), day: Some(17) }));
    assert_eq!(row.genres, ["Jazz", "Alternative & Punk"]);
    assert_eq!(row.composer.as_deref(), Some("Davis, Miles"));
    assert_eq!(row.isrc.as_deref(), Some("USSM15900113"));
    assert_eq!(row.barcode.as_deref(), Some("036000291452"));
    assert_eq!(row.is_explicit, Some(false));
    assert_eq!(row.features.to_json(), json!({ "bpm": 136.5, "key": 2, "mode": 0, "energy": 0.3 }));
    assert_eq!(row.popularity, Some(0.61));
    let ids = |links: &[SourceRef]| -> Vec<String> { links.iter().map(|link| link.source_id.clone()).collect() };
    assert_eq!(ids(&row.links), ["dQw4w9WgXcQ"]);
    assert_eq!(ids(&row.album_links), ["1weenld61qoidwYuZ1GESA"]);
    assert_eq!(json!(row.metadata), json!({ "Mood": "calm" }));
}

#[test]
fn json_lines_take_numbers_arrays_and_booleans() {
    let row = row(
        "\n{\"id\": 12, \"title\": 1979, \"artists\": [\"A\", \"B\"], \"genre\": [\"Rock\"], \"explicit\": true, \
         \"duration\": 215.4, \"year\": 1995, \"key\": 9, \"mode\": \"minor\", \"popularity\": 0.5, \"extra\": {\"a\": [1]}}\n",
    );
    assert_eq!((row.title.as_str(), row.artist.as_str()), ("1979", "A"));
    assert_eq!(row.featuring, ["B"]);
    assert_eq!(row.track_id.as_deref(), Some("12"));
    assert_eq!((row.duration_ms, row.is_explicit, row.popularity), (Some(215_400), Some(true), Some(0.5)));
    assert_eq!(row.features.to_json(), json!({ "key": 9, "mode": 0 }));
    assert_eq!(json!(row.metadata), json!({ "extra": { "a": [1] } }));
}

#[test]
fn delimiters_line_ends_and_marks_make_no_difference() {
    let expected = rows("title,artist\nA,B\nC,\"D\nE\"\n");
    for text in [
        "title;artist\nA;B\nC;\"D\nE\"",
        "title\tartist\r\nA\tB\r\nC\t\"D\nE\"\r\n",
        "\u{feff}title,artist\rA,B\rC,\"D\nE\"\r",
        "\r\n\r\ntitle, artist \r\nA,B\r\n,\r\n\r\nC, \"D\nE\" \r\n\r\n",
    ] {
        assert_eq!(rows(text), expected, "{text:?}");
    }
}

#[test]
fn utf_16_with_a_mark_is_decoded_and_its_damage_refused() {
    let text = "title,artist\nCafé,Björk\n";
    let little = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(rows([vec![0xFF, 0xFE], little(text)].concat()), rows(text));
    assert_eq!(rows([vec![0xFE, 0xFF], big.clone()].concat()), rows(text));
    let damaged = [vec![0xFF, 0xFE], little(text), vec![0x00, 0xD8], little(",x\n")].concat();
    assert!(refusal(damaged).contains("not UTF-8"));
    assert!(whole_file_error(big).contains("without a byte order mark"));
}

#[test]
fn a_line_of_another_encoding_is_refused_and_the_others_are_read() {
    let bytes = b"title,artist\nCaf\xC3\xA9,A\nCaf\xE9,B\nC,D\n".to_vec();
    assert_eq!(
        refusal(bytes.clone()),
        "line 3, title: \"Caf\u{fffd}\" holds the byte 0xE9 as its 4. byte, which is not UTF-8; save the file as UTF-8"
    );
    assert_eq!(outcomes(bytes).len(), 3);
    assert!(
        refusal(b"{\"title\":\"Caf\xE9\",\"artist\":\"B\"}\n".to_vec())
            .starts_with("line 1: The line holds the byte 0xE9")
    );
}

#[test]
fn a_missing_or_bad_required_value_refuses_the_line() {
    assert_eq!(refusal("title,artist\n ,B\n"), "line 2, title: is empty; a track needs a title and an artist");
    assert!(refusal(format!("title,artist\n{},B\n", "x".repeat(501))).contains("has 501 characters"));
    assert!(refusal("title,artist\nA\0,B\n").contains("NUL"));
    assert!(refusal("{\"title\":\"A\",\"artist\":{\"name\":\"B\"}}").contains("is not a text"));
    assert!(refusal(format!("id,title,artist\n{},A,B\n", "x".repeat(256))).contains("track_id"));
}

#[test]
fn a_bad_optional_value_is_left_out_with_a_warning() {
    for (header, value, part) in [
        ("isrc", "XX", "\"XX\" is no ISRC such as USRC17607839; the value was left out"),
        ("upc", "036000291453", "check digit"),
        ("duration_ms", "0", "24 hours"),
        ("duration", "343719", "milliseconds"),
        ("duration", "3:77", "3:43"),
        ("year", "19", "1000 to 2200"),
        ("release_date", "1959-02-30", "calendar"),
        ("release_date", "17.8.1959", "1959-08-17"),
        ("energy", "85", "0 to 1"),
        ("bpm", "fast", "not a number"),
        ("key", "H", "no key"),
        ("mbid", "x", "UUID"),
        ("explicit", "maybe", "true"),
        ("track_number", "A1", "not a number"),
        ("links", "ftp://x", "\"ftp://x\" is neither"),
        ("preview_url", "javascript:x", "http"),
        ("album", "x\u{fffd}", "U+FFFD"),
        ("mood", "a\0", "NUL"),
    ] {
        let text = format!("title,artist,{header}\nA,B,{value}\n");
        assert_eq!(rows(text.clone()).len(), 1, "{header}");
        let warnings = warnings(text);
        assert_eq!(warnings.len(), 1, "{header}: {warnings:?}");
        assert!(warnings[0].contains(part), "{warnings:?}");
    }
}

#[test]
fn values_that_say_not_known_are_left_out_without_a_word() {
    let text = "title,artist,bpm,key,time_signature,isrc,links,release_date\nA,B,0,-1,0, , ;,1959-00-00\n";
    assert_eq!(warnings(text), Vec::<String>::new());
    assert_eq!(row(text).features, AudioFeatures::default());
    assert_eq!(row(text).release_date.map(ReleaseDate::precision), Some("year"));
}

#[test]
fn broken_quotes_are_told_and_lose_nothing_silently() {
    let text = "title,artist\n\"A\" x,B\n\"7\"\" single\",C\n7\" bare,D\n\"E,F\n\"G\",H\nI,J\n";
    let outcomes = outcomes(text);
    let refused: Vec<String> =
        outcomes.iter().filter_map(|o| o.result.as_ref().err()).map(Problem::to_string).collect();
    assert_eq!(outcomes.len() - refused.len(), 3);
    assert!(refused[0].starts_with("line 2, title: \"Ax\" has text after its closing quote;"), "{refused:?}");
    assert!(refused[1].contains("(it ends in line 6)"), "{refused:?}");
    let open = whole_file_error("title,artist\nA,B\nC,\"D\nE,F\n");
    assert!(open.starts_with("Line 3, value 2: a double quote opens here and is not closed"), "{open}");
    let swallowed = format!("title,artist\n\"A,B\n{}", "x,y\n".repeat(400_000));
    assert!(whole_file_error(swallowed).starts_with("Line 2, value 1: a double quote opens here"));
}

#[test]
fn a_line_with_too_few_or_too_many_values_is_refused() {
    assert!(refusal("title,artist,album\nA,B\n").contains("has 2 values and the header 3 columns"));
    assert!(refusal("title,artist\nA,B,C\n").contains("has 3 values"));
    assert_eq!(rows("title,artist\nA,B,, \n").len(), 1);
}

#[test]
fn a_wrong_header_says_what_was_found_and_what_is_needed() {
    for (text, message) in [
        ("", "The file is empty; it needs a header line with at least title and artist."),
        (" \n\n", "The file is empty; it needs a header line with at least title and artist."),
        (
            "id,song name,singer\n1,A,B\n",
            "The file needs the columns title and artist in its header; line 1 lacks artist, it has: id, song name, singer.",
        ),
        ("title,artist,Title \n", "The file names the column `Title` twice in its header in line 1; rename one."),
        ("title,artist,x,X\n", "The file names the column `X` twice in its header in line 1; rename one."),
    ] {
        assert_eq!(whole_file_error(text), message);
    }
    assert!(whole_file_error(b"title,artist,\xE9\n".to_vec()).contains("0xE9"));
    assert!(whole_file_error(b"PK\x03\x04zip".to_vec()).contains("compressed"));
}

#[test]
fn names_of_json_files_are_held_to_json() {
    let named_json = |text: &str| CatalogueReader::from_reader(Cursor::new(text.to_owned()), true).err();
    assert!(named_json("[{\"title\":1}]").is_some_and(|error| error.to_string().contains("jq")));
    assert!(named_json("title,artist\n").is_some_and(|error| error.to_string().contains("no JSON object")));
}

#[test]
fn the_report_tells_what_became_of_each_column() {
    let reader = reader("name,Title,artist,,bytes\nx,A,B,1,2\n").expect("a header");
    assert_eq!(reader.format(), Format::Csv(','));
    let report = reader.header_report();
    assert_eq!(report.recognised, [("Title".to_owned(), "title"), ("artist".to_owned(), "artist")]);
    assert_eq!(report.metadata, ["name", "column_4", "bytes"]);
}

#[test]
fn a_line_of_json_that_is_none_or_too_long_is_refused_alone() {
    let good = "{\"title\":\"A\",\"artist\":\"B\"}";
    let long = format!("{{\"title\":\"{}\"}}", "x".repeat(MAX_RECORD_BYTES));
    let outcomes = outcomes(format!("{good}\n{{\"title\":\n{long}\n[1]\n{good}"));
    let lines: Vec<(u64, bool)> = outcomes.iter().map(|outcome| (outcome.line, outcome.result.is_ok())).collect();
    assert_eq!(lines, [(1, true), (2, false), (3, false), (4, false), (5, true)]);
}

#[test]
fn a_file_is_opened_by_its_path() {
    let mut file = tempfile::NamedTempFile::with_suffix(".csv").expect("a file");
    file.write_all(b"title,artist\nA,B\n").expect("written");
    let mut reader = CatalogueReader::open(file.path()).expect("opened");
    assert_eq!(reader.total_bytes(), Some(17));
    assert_eq!(reader.by_ref().count(), 1);
    assert_eq!(reader.bytes_read(), 17);
    let folder = tempfile::tempdir().expect("a folder");
    assert!(CatalogueReader::open(folder.path()).is_err_and(|error| error.to_string().contains("is a folder")));
    let missing = folder.path().join("none.csv");
    assert!(CatalogueReader::open(&missing).is_err_and(|error| error.to_string().contains("cannot be opened")));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(
        start in prop_oneof![
            Just(Vec::new()),
            Just(b"title,artist,duration,key,links,release_date\n".to_vec()),
            Just(b"{\"title\":\"A\",\"artist\":".to_vec()),
            Just(vec![0xFF, 0xFE]),
        ],
        rest in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"\",;:\n\r\t {}[]0129-\\u".to_vec())], 0..400),
    ) {
        if let Ok(reader) = reader([start, rest].concat()) {
            let _ = reader.map(|outcome| outcome.is_ok()).last();
        }
    }

    #[test]
    fn what_the_csv_crate_writes_is_read_back(
        values in prop::collection::vec(("[a-z\" ,;\n\r]{0,8}", "[a-z\",;\t\n]{0,8}"), 1..8),
        delimiter in prop::sample::select(vec![b',', b';', b'\t']),
        is_crlf: bool,
    ) {
        let terminator = if is_crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).terminator(terminator).from_writer(Vec::new());
        writer.write_record(["title", "artist", "lyrics"]).expect("written");
        for (first, second) in &values {
            writer.write_record([&format!("x{first}x"), &format!("y{second}y"), first]).expect("written");
        }
        let bytes = writer.into_inner().expect("flushed");
        let read: Vec<(String, String, Option<String>)> =
            rows(bytes).into_iter().map(|row| (row.title, row.artist, row.lyrics)).collect();
        let one_line = |text: String| text.replace(['\n', '\r', '\t'], " ");
        let written: Vec<(String, String, Option<String>)> = values
            .into_iter()
            .map(|(first, second)| {
                let lyrics = Some(first.trim().to_owned()).filter(|lyrics| !lyrics.is_empty());
                (one_line(format!("x{first}x")), one_line(format!("y{second}y")), lyrics)
            })
            .collect();
        prop_assert_eq!(read, written);
    }
}
