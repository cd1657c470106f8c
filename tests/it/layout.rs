//! The house rules that the compiler does not hold: who may import whom, through which door, and
//! how a source file looks. Everything is read from the text of `src/`.

mod source;

use std::collections::{BTreeMap, BTreeSet};

use source::{macros, sources, statements};

/// The rooms from the ground up. A room imports from the floors below its own.
const FLOORS: [&[&str]; 8] = [
    &["ids", "error", "config", "telemetry", "secrets"],
    &["db"],
    &["account", "catalog", "library", "collaboration"],
    &["matching", "listening", "playlist", "discovery"],
    &["sources", "transfer", "operations", "generate", "graphql"],
    &["server"],
    &["cli"],
    &["main"],
];

/// Rooms that import less than lies below them: of the third floor and higher, only these. The
/// program's first file needs nothing of the floors below, either.
const ONLY: [(&str, &[&str]); 4] = [
    ("listening", &["catalog", "account", "library"]),
    ("playlist", &["catalog", "account", "collaboration"]),
    ("server", &["graphql", "account", "collaboration", "operations"]),
    ("main", &["cli", "telemetry"]),
];

/// Imports between rooms of one floor, each with its reason; together they run in no circle.
const SIDEWAYS: [(&str, &str, &str); 10] = [
    ("ids", "error", "an id that cannot be read is an error"),
    ("secrets", "error", "keys that cannot be read are an error"),
    ("telemetry", "error", "a log filter that cannot be read is an error"),
    ("telemetry", "config", "the form of the log is a setting"),
    ("collaboration", "account", "who works together are people, and their rows hold a UserId"),
    ("graphql", "operations", "administrators read the audit trail and are told how the database is"),
    ("library", "account", "whoever keeps things is a person"),
    ("library", "collaboration", "who may see a playlist may follow it, and one place decides that"),
    ("library", "catalog", "what is kept are tracks, albums and artists, and a library is narrowed by its tracks"),
    ("generate", "transfer", "the demo catalogue goes through the import, as anybody's would"),
];

/// Rooms that know what is true.
const DATA_ROOMS: [&str; 8] =
    ["account", "catalog", "library", "collaboration", "matching", "listening", "playlist", "discovery"];

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// An import from one room into another, as written in a file.
struct Import {
    file: String,
    from: String,
    into: String,
    path: Vec<String>,
}

/// Every import that leaves its room. A macro of the crate's root stands for the room it is
/// written in.
fn imports() -> Vec<Import> {
    let macros = macros();
    let mut imports = Vec::new();
    for source in sources() {
        for path in source.paths() {
            let name = path[0].as_str();
            let into = macros.get(name).map_or(name, String::as_str);
            if into != source.room() {
                imports.push(Import {
                    file: source.name.clone(),
                    from: source.room().to_owned(),
                    into: into.to_owned(),
                    path,
                });
            }
        }
    }
    imports
}

/// Why an import is not allowed; none for one that is.
fn objection(import: &Import) -> Option<String> {
    let (from, into) = (import.from.as_str(), import.into.as_str());
    let Some(here) = floor(from) else {
        return Some(format!("{from} stands on no floor of the table"));
    };
    let Some(there) = floor(into) else {
        return Some(format!("{into} is neither a room of the table nor a macro"));
    };
    if here == there {
        let is_listed = SIDEWAYS.iter().any(|(one, other, _)| (*one, *other) == (from, into));
        return (!is_listed).then(|| "sideways".to_owned());
    }
    if there > here {
        return Some("upward".to_owned());
    }
    let is_narrow = ONLY.iter().find(|(room, _)| *room == from);
    match is_narrow {
        Some((_, only)) if (there >= 2 || from == "main") && !only.contains(&into) => {
            Some(format!("{from} needs nothing of {into}"))
        }
        _ => None,
    }
}

#[test]
fn imports_run_downward() {
    let mut faults = BTreeSet::new();
    for import in imports() {
        if let Some(why) = objection(&import) {
            faults.insert(format!("{}: crate::{}: {why}", import.file, import.path.join("::")));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// A listed exception that its room no longer uses is no exception.
#[test]
fn every_sideways_import_of_the_table_is_used() {
    let rooms: BTreeSet<_> = sources().iter().map(|source| source.room().to_owned()).collect();
    let used: BTreeSet<_> = imports().into_iter().map(|import| (import.from, import.into)).collect();
    for (from, into, reason) in SIDEWAYS {
        let is_used = used.contains(&(from.to_owned(), into.to_owned()));
        assert!(is_used || !rooms.contains(from), "{from} no longer imports {into} ({reason})");
    }
}

#[test]
fn rooms_import_each_other_in_no_circle() {
    let mut above: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for import in imports() {
        above.entry(import.from).or_default().insert(import.into);
    }
    // What imports nothing that is left, or is imported by nothing that is left, is taken away,
    // until nothing is left or only a circle.
    loop {
        let left: BTreeSet<String> = above.keys().cloned().collect();
        let imported: BTreeSet<String> = above.values().flatten().cloned().collect();
        for into in above.values_mut() {
            into.retain(|room| left.contains(room));
        }
        above.retain(|room, into| !into.is_empty() && imported.contains(room));
        if above.len() == left.len() {
            break;
        }
    }
    assert!(above.is_empty(), "in a circle: {above:#?}");
}

/// Rule 1. A room is entered by its door or by one of its files, a folder inside a room by its door
/// alone. The rooms of `graphql/` are rooms to each other.
#[test]
fn folders_are_entered_by_their_doors() {
    let all = sources();
    let folders: BTreeSet<String> = all.iter().filter_map(|source| source.folder()).collect();
    let modules: BTreeSet<String> = all.iter().map(|source| source.module.join("::")).collect();
    let is_room = |folder: &[String]| folder.len() == 1 || (folder.len() == 2 && folder[0] == "graphql");
    let mut faults = BTreeSet::new();
    for source in &all {
        for path in source.paths() {
            for depth in 1..path.len().saturating_sub(1) {
                let (folder, part) = (&path[..depth], path[..=depth].join("::"));
                let is_inside = source.module.starts_with(folder);
                let goes_through_a_file =
                    folders.contains(&folder.join("::")) && modules.contains(&part) && !folders.contains(&part);
                if goes_through_a_file && !is_inside && !is_room(folder) {
                    faults.insert(format!("{}: crate::{}", source.name, path.join("::")));
                }
            }
        }
    }
    assert!(faults.is_empty(), "past the door: {faults:#?}");
}

/// Rule 4: data rooms are told by `graphql/`, and only the server serves what it tells; the command
/// line prints the schema.
#[test]
fn only_the_server_uses_graphql() {
    for import in imports().into_iter().filter(|import| import.into == "graphql") {
        match import.from.as_str() {
            "server" => {}
            "cli" => {
                let what = import.path.get(1).map(String::as_str);
                assert_eq!(what, Some("sdl"), "{}: more of graphql than its door's sdl", import.file);
            }
            other => panic!("{}: {other} imports graphql", import.file),
        }
    }
}

#[test]
fn data_rooms_do_not_know_graphql() {
    for source in sources() {
        if DATA_ROOMS.contains(&source.room()) {
            let names_it = source.words().any(|word| matches!(word, "graphql" | "async_graphql"));
            assert!(!names_it, "{} names graphql", source.name);
        }
    }
}

/// Rules 4 and 5: roots name types and never the reverse, and what every file needs is not in the
/// file that needs every file.
#[test]
fn the_context_and_the_roots_of_graphql_are_two_files() {
    let all = sources();
    for file in ["graphql/context.rs", "graphql/schema.rs"] {
        assert!(all.iter().any(|source| source.name == file), "there is no {file}");
    }
    for source in all.iter().filter(|source| source.room() == "graphql") {
        let is_allowed = matches!(
            source.name.as_str(),
            "graphql/mod.rs" | "graphql/schema.rs" | "graphql/query.rs" | "graphql/api.rs"
        );
        let names_roots = source.paths().iter().any(|path| path.starts_with(&["graphql".into(), "schema".into()]));
        assert!(is_allowed || !names_roots, "{} imports the roots", source.name);
    }
}

/// Which room writes which tables.
const OWNERS: [(&str, &[&str]); 7] = [
    ("account", &["users", "user_music_profiles", "sessions", "refresh_tokens", "api_tokens", "attempts", "key_check"]),
    ("catalog", &["artists", "albums", "tracks", "genres", "artist_sources", "album_sources", "track_sources"]),
    ("library", &["user_library", "user_album_collections", "user_artist_follows", "playlist_follows"]),
    ("listening", &["user_interactions"]),
    ("collaboration", &["playlist_collaborators", "playlist_activities", "playlist_track_votes"]),
    ("playlist", &["playlists", "playlist_tracks"]),
    ("discovery", &["discovery_sessions", "discovery_session_tracks"]),
];

/// Rooms that write whole catalogues at once, where calling the owner for each row would cost a
/// statement a row.
const BULK_WRITERS: [(&str, &str); 2] = [
    ("transfer", "an import is set-based: it works on a staged file, not on rows"),
    ("generate", "fills every table of an empty database"),
];

/// Rule 2. SQL may read any table; only its owner writes it.
#[test]
fn only_its_owner_writes_a_table() {
    let mut faults = BTreeSet::new();
    for (name, table) in statements() {
        let room = name.split('/').next().unwrap_or_default();
        let owner = OWNERS.iter().find(|(_, tables)| tables.contains(&table.as_str()));
        let is_bulk = BULK_WRITERS.iter().any(|(writer, _)| *writer == room);
        if owner.is_some_and(|(owner, _)| *owner != room) && !is_bulk {
            faults.insert(format!("{name} writes {table}"));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn nothing_is_named_for_being_useful() {
    for source in sources() {
        for part in &source.module {
            let says_nothing = ["util", "utils", "helper", "helpers", "common", "misc"].contains(&part.as_str());
            assert!(!says_nothing, "{} does not say what it is", source.name);
        }
    }
}

/// Written by a program, which decides its shape.
const GENERATED: [&str; 1] = ["db/schema.rs"];

#[test]
fn every_file_opens_with_what_it_is_for() {
    for source in sources() {
        if !GENERATED.contains(&source.name.as_str()) {
            let first = source.text.lines().next().unwrap_or_default();
            assert!(first.starts_with("//! "), "{} opens with {first:?}", source.name);
        }
    }
}

#[test]
fn no_file_is_too_long_to_read() {
    const MAX_LINES: usize = 500;
    let mut faults = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        if lines > MAX_LINES && !GENERATED.contains(&source.name.as_str()) {
            faults.push(format!("{}: {lines} lines", source.name));
        }
    }
    assert!(faults.is_empty(), "longer than {MAX_LINES} lines: {faults:#?}");
}
