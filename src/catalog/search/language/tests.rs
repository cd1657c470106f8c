//! Examples of the language, and the laws that hold for every text.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn words(text: &str) -> Vec<(String, bool, bool)> {
    let terms = parse(text).terms;
    terms.into_iter().map(|term| (term.text, term.is_phrase, term.is_excluded)).collect()
}

fn plain(word: &str) -> (String, bool, bool) {
    (word.to_owned(), false, false)
}

fn phrase(text: &str) -> (String, bool, bool) {
    (text.to_owned(), true, false)
}

fn excluded((text, is_phrase, _): (String, bool, bool)) -> (String, bool, bool) {
    (text, is_phrase, true)
}

fn values(filters: &[TextFilter]) -> Vec<&str> {
    filters.iter().map(|filter| filter.value.as_str()).collect()
}

#[test]
fn words_phrases_and_exclusions_are_told_apart() {
    let query = parse("miles \"kind of  blue\" -live -\"alternate take\" Artist - Title");
    assert_eq!(query.warnings, Vec::<String>::new());
    assert_eq!(
        words("miles \"kind of  blue\" -live -\"alternate take\" Artist - Title"),
        [
            plain("miles"),
            phrase("kind of blue"),
            excluded(plain("live")),
            excluded(phrase("alternate take")),
            plain("Artist"),
            plain("Title"),
        ]
    );
}

#[test]
fn the_language_of_the_documentation_is_read_as_it_says() {
    let query =
        parse("miles -live artist:coltrane label:'Blue Note' year:1955-1965 bpm:>120 key:A minor -genre:\"free jazz\"");
    assert_eq!(query.warnings, Vec::<String>::new());
    assert_eq!(
        query.filters.to_json(),
        json!({
            "artist": [{ "value": "coltrane", "isExcluded": false }],
            "label": [{ "value": "Blue Note", "isExcluded": false }],
            "genre": [{ "value": "free jazz", "isExcluded": true }],
            "year": [{ "min": 1955, "max": 1965, "isMinInclusive": true, "isMaxInclusive": true, "isExcluded": false }],
            "bpm": [{ "min": 120.0, "max": null, "isMinInclusive": false, "isMaxInclusive": true, "isExcluded": false }],
            "key": [{ "key": "Am", "pitchClass": 9, "mode": 0, "camelot": "8A", "isExcluded": false }],
        })
    );
    assert_eq!(
        query.normalised(),
        "miles -live artist:coltrane -genre:\"free jazz\" label:\"Blue Note\" year:1955-1965 bpm:>120 key:Am"
    );
}

#[test]
fn the_same_filter_twice_gives_alternatives() {
    assert_eq!(values(&parse("genre:jazz GENRE:blues").filters.genre), ["jazz", "blues"]);
}

#[test]
fn aliases_and_identifiers_are_normalised() {
    let query =
        parse("title:'Don't Stop' upc:0-36000-29145-2 isrc:us-rc1-76-07839 country:usa source:apple source:Last.fm");
    assert_eq!(query.warnings, Vec::<String>::new());
    assert_eq!(values(&query.filters.track), ["Don't Stop"]);
    assert_eq!(values(&query.filters.barcode), ["036000291452"]);
    assert_eq!(values(&query.filters.isrc), ["USRC17607839"]);
    assert_eq!(values(&query.filters.country), ["US"]);
    assert_eq!(values(&query.filters.source), ["apple_music", "lastfm"]);
}

#[test]
fn an_unknown_filter_becomes_words_with_the_known_names() {
    let query = parse("mood:happy -mood:sad");
    assert_eq!(words("mood:happy -mood:sad"), [plain("mood"), plain("happy"), excluded(phrase("mood sad"))]);
    assert_eq!(
        query.warnings.first().map(String::as_str),
        Some(
            "There is no filter `mood:`, it was read as words; the filters are artist, album, track, genre, \
             label, country, isrc, barcode, source, year, bpm, key."
        )
    );
}

#[test]
fn colons_in_titles_are_no_filters() {
    for text in ["4:33", "Re: Stacks", ":wumpscut:", "http://example.org/a"] {
        assert_eq!(parse(text).warnings, Vec::<String>::new(), "{text}");
        assert!(parse(text).filters.is_empty(), "{text}");
    }
    assert_eq!(words("4:33 Re: Stacks"), [plain("4"), plain("33"), plain("Re"), plain("Stacks")]);
}

#[test]
fn a_value_that_a_filter_cannot_have_becomes_words_with_a_warning() {
    for (text, expected) in [
        ("year:soon", plain("soon")),
        ("bpm:fast", plain("fast")),
        ("key:H", plain("H")),
        ("isrc:USRC1", plain("USRC1")),
        ("barcode:4006381333932", plain("4006381333932")),
        ("country:England", plain("England")),
        ("source:napster", plain("napster")),
        ("-year:\"the day\"", excluded(phrase("the day"))),
    ] {
        assert_eq!(words(text), [expected], "{text}");
        assert_eq!(parse(text).warnings.len(), 1, "{text}");
        assert!(parse(text).filters.is_empty(), "{text}");
    }
}

#[test]
fn a_range_the_wrong_way_round_is_turned() {
    let query = parse("year:1980-1970");
    assert_eq!(query.warnings, ["`year:1980-1970` begins after its end; the two were swapped."]);
    assert_eq!(query.normalised(), "year:1970-1980");
}

#[test]
fn open_quotes_take_the_rest() {
    assert_eq!(words("a \"b c"), [plain("a"), phrase("b c")]);
    assert_eq!(parse("a \"b c").warnings.len(), 1);
    assert_eq!(values(&parse("artist:\"b c").filters.artist), ["b c"]);
    let apostrophe = parse("track:'Round Midnight");
    assert_eq!(values(&apostrophe.filters.track), ["'Round"]);
    assert_eq!(apostrophe.warnings.len(), 1);
    assert_eq!(words("“kind of blue„ x"), [phrase("kind of blue"), plain("x")]);
}

#[test]
fn an_empty_value_is_left_out_with_a_warning() {
    let query = parse("artist: miles");
    assert_eq!(words("artist: miles"), [plain("miles")]);
    assert!(query.filters.is_empty());
    assert_eq!(query.warnings.len(), 1);
}

#[test]
fn a_key_takes_the_next_word_only_if_it_is_a_mode() {
    assert_eq!(parse("key:C minor threat").normalised(), "threat key:Cm");
    assert_eq!(parse("key:C miles").normalised(), "miles key:C");
    assert_eq!(parse("key:\"C\" minor").normalised(), "minor key:C");
    assert_eq!(parse("key:Am minor").normalised(), "minor key:Am");
    assert_eq!(parse("key:8a key:Db").normalised(), "key:Am key:Db");
}

#[test]
fn long_texts_are_cut_and_many_terms_left_out() {
    let long = parse(&"é".repeat(600));
    assert_eq!(long.terms.first().map(|term| term.text.chars().count()), Some(MAX_INPUT_CHARACTERS));
    assert_eq!(long.warnings.len(), 1);
    let many = parse(&"a ".repeat(40));
    assert_eq!(many.terms.len(), MAX_TERMS);
    assert_eq!(many.warnings.len(), 1);
    assert_eq!(parse(&"year:70s ".repeat(40)).filters.count(), MAX_TERMS);
}

#[test]
fn nothing_asks_for_everything() {
    for text in ["", "   ", "-", "\"\"", "\0", "- --"] {
        assert!(parse(text).is_empty(), "{text:?}");
    }
    assert!(!parse("-a").is_empty());
}

#[test]
fn a_tsquery_is_quoted_whatever_the_words_are() {
    for (text, expected) in [
        ("AC/DC back", "'AC/DC' & 'back':*"),
        ("\"kind of & blue\" miles", "('kind' <-> 'of' <-> 'blue') & 'miles':*"),
        ("-live -\"bonus track\" x", "!'live' & !('bonus' <-> 'track') & 'x':*"),
        ("don't", "'don t':*"),
        ("a' | !b:* \\", "'a' & '!b':*"),
        ("\"one\" -two", "'one' & !'two'"),
    ] {
        let tsquery = parse(text).tsquery(true);
        assert_eq!(tsquery.as_deref(), Some(expected), "{text}");
    }
    assert_eq!(parse("!!! & artist:x").tsquery(false), None);
    assert_eq!(parse("blue").tsquery(false).as_deref(), Some("'blue'"));
}

/// Texts that look like searches more often than arbitrary ones do.
fn search_texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z']{0,6}",
        Just("\"".to_owned()),
        Just("'".to_owned()),
        Just("-".to_owned()),
        Just(" ".to_owned()),
        Just(":".to_owned()),
        "(artist|title|label|year|bpm|key|isrc|upc|country|source|mood|-genre):['\"]?",
        "[<>]?=?[0-9]{0,5}(\\.\\.|-|\\.)?[0-9]{0,4}s?",
        "(Am|C#|8A|Db|major|minor|min|m|M|apple|USRC17607839|036000291452)",
        "\\PC{0,3}",
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

fn check_laws(text: &str) -> Result<(), TestCaseError> {
    let query = parse(text);
    let normalised = query.normalised();
    let again = parse(&normalised);
    prop_assert_eq!(&again.terms, &query.terms, "{}", normalised);
    prop_assert_eq!(&again.filters, &query.filters, "{}", normalised);
    prop_assert_eq!(again.normalised(), normalised);
    prop_assert!(query.warnings.len() <= 10);
    prop_assert!(query.terms.iter().all(|term| !term.text.is_empty()));
    for flag in [false, true] {
        let tsquery = query.tsquery(flag).unwrap_or_default();
        prop_assert_eq!(tsquery.matches('\'').count() % 2, 0);
        prop_assert!(!tsquery.contains(['\\', '\0']));
        // Outside of the quotes only operators stand.
        let outside: String = tsquery.split('\'').step_by(2).collect();
        prop_assert!(outside.chars().all(|c| "!()<->&:* ".contains(c)), "{}", outside);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_and_its_canonical_text_means_the_same(text in any::<String>()) {
        check_laws(&text)?;
    }

    #[test]
    fn search_like_texts_keep_their_meaning(text in search_texts()) {
        check_laws(&text)?;
    }
}
