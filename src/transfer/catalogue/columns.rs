//! The columns of a catalogue file: how headers find them, and how `--help` and the README show them.

use std::collections::BTreeMap;
use std::fmt::Write;

pub use super::column_table::{COLUMNS, Column, ColumnDoc};

impl Column {
    /// The documented name.
    #[must_use]
    pub fn name(self) -> &'static str {
        let doc = COLUMNS.iter().find(|doc| doc.column == self);
        doc.map_or("", |doc| doc.name)
    }
}

/// A header in the form in which names are compared: lower case, words joined by `_`, without
/// brackets: `Track Duration (ms)` is `track_duration_ms`.
#[must_use]
pub fn normalise(header: &str) -> String {
    let spaced: String = header
        .chars()
        .filter(|c| !matches!(c, '(' | ')' | '[' | ']'))
        .map(|c| if matches!(c, '-' | '_') || c.is_whitespace() { ' ' } else { c })
        .collect();
    spaced.to_lowercase().split_whitespace().collect::<Vec<_>>().join("_")
}

/// The column of a header with the rank of the name used: 0 is the documented one, then aliases.
#[must_use]
pub fn find(header: &str) -> Option<(Column, usize)> {
    let name = normalise(header);
    COLUMNS.iter().find_map(|doc| {
        let mut names = std::iter::once(&doc.name).chain(doc.aliases);
        names.position(|known| *known == name).map(|rank| (doc.column, rank))
    })
}

/// Gives each header its column; none for those kept as metadata.
///
/// Where several headers mean one column, the name of the lowest rank gets it and the others are
/// metadata, so that no value is lost.
#[must_use]
pub fn assign<'a>(headers: impl Iterator<Item = &'a str>) -> Vec<Option<Column>> {
    let found: Vec<Option<(Column, usize)>> = headers.map(find).collect();
    let mut winners: BTreeMap<Column, (usize, usize)> = BTreeMap::new();
    for (index, (column, rank)) in found.iter().enumerate().filter_map(|(i, f)| f.map(|f| (i, f))) {
        let winner = winners.entry(column).or_insert((rank, index));
        *winner = (*winner).min((rank, index));
    }
    let is_winner = |index, column| winners.get(&column).is_some_and(|(_, winner)| *winner == index);
    found
        .into_iter()
        .enumerate()
        .map(|(index, found)| found.map(|(column, _)| column).filter(|column| is_winner(index, *column)))
        .collect()
}

/// The columns as a Markdown table, for the README.
#[must_use]
pub fn markdown_table() -> String {
    let mut table = String::from("| column | also | content |\n| - | - | - |\n");
    for doc in COLUMNS {
        let aliases: Vec<String> = doc.aliases.iter().map(|alias| format!("`{alias}`")).collect();
        let required = if doc.is_required { "**required**; " } else { "" };
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| `{}` | {} | {required}{} |", doc.name, aliases.join(", "), doc.description);
    }
    table
}

/// The columns as lines of text, for `--help`.
#[must_use]
pub fn help_text() -> String {
    let width = COLUMNS.iter().map(|doc| doc.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for doc in COLUMNS {
        let required = if doc.is_required { " (required)" } else { "" };
        let _ = writeln!(text, "  {:width$}  {}{required}", doc.name, doc.description.replace('`', ""));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_and_alias_is_normalised_and_names_one_column() {
        let mut seen = BTreeSet::new();
        for doc in COLUMNS {
            for name in std::iter::once(&doc.name).chain(doc.aliases) {
                assert_eq!(normalise(name), *name);
                assert!(seen.insert(*name), "{name} twice");
                assert_eq!(find(name).map(|(column, _)| column), Some(doc.column));
            }
            assert_eq!(doc.column.name(), doc.name);
        }
    }

    #[test]
    fn headers_of_other_programs_are_understood() {
        for (header, column) in [
            ("Track Name", Column::Title),
            ("Artist Name(s)", Column::Artist),
            ("Track Duration (ms)", Column::DurationMs),
            ("ALBUM-ARTIST", Column::AlbumArtist),
            (" Release  Date ", Column::ReleaseDate),
            ("Record Label", Column::Label),
        ] {
            assert_eq!(find(header).map(|(column, _)| column), Some(column), "{header}");
        }
        assert_eq!(find("artist_id"), None);
    }

    #[test]
    fn of_several_names_for_one_column_the_documented_one_wins() {
        let columns = assign(["name", "title", "id", "track_id", "bytes"].into_iter());
        assert_eq!(columns, [None, Some(Column::Title), None, Some(Column::TrackId), None]);
    }

    #[test]
    fn both_tables_name_every_column() {
        for doc in COLUMNS {
            assert!(markdown_table().contains(&format!("| `{}` |", doc.name)));
            assert!(help_text().contains(doc.name));
        }
    }
}
