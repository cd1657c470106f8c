//! What an import did, and how it is told in a terminal.

use std::fmt;

use crate::transfer::catalogue::Problem;

/// The most problems of one kind that a report lists; the others are counted.
pub const MAX_PROBLEMS: usize = 1000;

/// A bounded list of problems that knows how many there were.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Problems {
    /// The first of them, at most [`MAX_PROBLEMS`].
    pub list: Vec<Problem>,
    /// All of them.
    pub count: u64,
}

impl Problems {
    /// Counts a problem, and keeps it while there is room.
    pub fn add(&mut self, problem: Problem) {
        self.count += 1;
        if self.list.len() < MAX_PROBLEMS {
            self.list.push(problem);
        }
    }

    /// Adds problems found elsewhere, `count` in all, and brings the list into the order of the file.
    pub(super) fn merge(&mut self, list: Vec<Problem>, count: u64) {
        self.list.extend(list);
        self.list.sort_by_key(|problem| problem.line);
        self.list.truncate(MAX_PROBLEMS);
        self.count += count;
    }
}

/// What became of the things of one table that the file names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// New rows.
    pub created: u64,
    /// Rows that were there and changed.
    pub updated: u64,
    /// Rows that were there and stayed as they were.
    pub unchanged: u64,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportReport {
    /// Lines that were taken; header and blank lines are none.
    pub rows: u64,
    /// Lines that were not, and why.
    pub refused: Problems,
    /// Values that were left out, and other things to know of lines that were taken.
    pub warnings: Problems,
    /// Tracks.
    pub tracks: Counts,
    /// Artists.
    pub artists: Counts,
    /// Albums.
    pub albums: Counts,
    /// Genres that were made.
    pub genres_created: u64,
    /// Links to outside services that were added.
    pub links_created: u64,
    /// Headers with the column each was read as.
    pub recognised: Vec<(String, &'static str)>,
    /// Headers of no known column, whose values are kept as metadata under these names.
    pub metadata_columns: Vec<String>,
}

impl ImportReport {
    /// Whether the database is as it was.
    #[must_use]
    pub fn changed_nothing(&self) -> bool {
        let is_still = |counts: Counts| counts.created == 0 && counts.updated == 0;
        is_still(self.tracks)
            && is_still(self.artists)
            && is_still(self.albums)
            && self.genres_created == 0
            && self.links_created == 0
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} created, {} updated, {} unchanged", self.created, self.updated, self.unchanged)
    }
}

impl fmt::Display for ImportReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = if self.rows == 1 { "line" } else { "lines" };
        write!(formatter, "{} {lines} imported", self.rows)?;
        if self.refused.count > 0 {
            write!(formatter, ", {} refused", self.refused.count)?;
        }
        if self.changed_nothing() {
            write!(formatter, "; nothing had to change")?;
        }
        writeln!(formatter, ".")?;
        writeln!(formatter, "  tracks   {}", self.tracks)?;
        writeln!(formatter, "  albums   {}", self.albums)?;
        writeln!(formatter, "  artists  {}", self.artists)?;
        writeln!(formatter, "  genres   {} created", self.genres_created)?;
        writeln!(formatter, "  links    {} added", self.links_created)?;
        if !self.metadata_columns.is_empty() {
            writeln!(
                formatter,
                "Columns without a place of their own, kept as metadata: {}.",
                self.metadata_columns.join(", ")
            )?;
        }
        list(formatter, "Refused", &self.refused)?;
        list(formatter, "Warnings", &self.warnings)
    }
}

fn list(formatter: &mut fmt::Formatter<'_>, title: &str, problems: &Problems) -> fmt::Result {
    if problems.count == 0 {
        return Ok(());
    }
    writeln!(formatter, "{title} ({}):", problems.count)?;
    for problem in &problems.list {
        writeln!(formatter, "  {problem}")?;
    }
    let shown = u64::try_from(problems.list.len()).unwrap_or(u64::MAX);
    if problems.count > shown {
        writeln!(formatter, "  … and {} more", problems.count - shown)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(line: u64) -> Problem {
        Problem {
            line,
            column: Some("isrc".to_owned()),
            value: Some("XX".to_owned()),
            message: "is no ISRC".to_owned(),
        }
    }

    #[test]
    fn a_report_names_what_was_refused() {
        let mut report = ImportReport { rows: 2, ..ImportReport::default() };
        report.tracks.created = 2;
        report.metadata_columns = vec!["bytes".to_owned(), "unit_price".to_owned()];
        report.refused.add(problem(3));
        assert_eq!(
            report.to_string(),
            "2 lines imported, 1 refused.\n  tracks   2 created, 0 updated, 0 unchanged\n  \
             albums   0 created, 0 updated, 0 unchanged\n  artists  0 created, 0 updated, 0 unchanged\n  \
             genres   0 created\n  links    0 added\n\
             Columns without a place of their own, kept as metadata: bytes, unit_price.\n\
             Refused (1):\n  line 3, isrc: \"XX\" is no ISRC\n"
        );
    }

    #[test]
    fn a_long_list_is_cut_and_counted() {
        let mut problems = Problems::default();
        for line in 0..1200 {
            problems.add(problem(line));
        }
        problems.merge(vec![problem(5)], 1);
        assert_eq!((problems.list.len(), problems.count), (MAX_PROBLEMS, 1201));
        assert_eq!(problems.list[6].line, 5);
    }
}
