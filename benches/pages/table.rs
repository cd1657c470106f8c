//! The figures as Markdown.

use crate::cell::Cell;
use crate::measure::Measured;

/// The cells that may be the best: with one connection, waiting is measured as well.
const BUSY: u32 = 16;

/// The cell with the least CPU time for a request.
fn best(cells: &[Cell]) -> Option<&Cell> {
    let busy = cells.iter().filter(|cell| cell.connections >= BUSY);
    busy.min_by(|left, right| left.both_us.total_cmp(&right.both_us)).or(cells.last())
}

/// CPU time: what the ratio is made of.
pub fn of_work(pages: &[Measured]) -> String {
    let mut lines = vec![
        "| page | ratio | requests per CPU-second | statement | server, µs | PostgreSQL, µs | statement, µs | SQL statements |".to_owned(),
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |".to_owned(),
    ];
    for page in pages {
        let Some(ours) = best(&page.ours) else { continue };
        let (mut ratio, mut rate, mut time) = ("–".to_owned(), "–".to_owned(), "–".to_owned());
        if let Some(theirs) = best(&page.theirs) {
            ratio = format!("**{:.2}**", ours.per_cpu_second() / theirs.per_cpu_second());
            rate = format!("{:.0}", theirs.per_cpu_second());
            time = format!("{:.0}", theirs.both_us);
        }
        lines.push(format!(
            "| {} | {ratio} | {:.0} | {rate} | {:.0} | {:.0} | {time} | {:.1} |",
            page.name,
            ours.per_cpu_second(),
            ours.server_us,
            ours.postgres_us,
            ours.statements
        ));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Time as clients see it.
pub fn of_time(pages: &[Measured]) -> String {
    let mut lines = vec![
        "| page | connections | requests/s | statement | p50, ms | statement | p99, ms | statement | p99 ratio |"
            .to_owned(),
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |".to_owned(),
    ];
    for page in pages {
        for ours in &page.ours {
            let theirs = page.theirs.iter().find(|theirs| theirs.connections == ours.connections);
            let figure = |figure: fn(&Cell) -> f64, digits: usize| {
                theirs.map_or_else(|| "–".to_owned(), |theirs| format!("{:.digits$}", figure(theirs)))
            };
            let ratio = theirs.map_or_else(|| "–".to_owned(), |theirs| format!("{:.1}", ours.p99 / theirs.p99));
            lines.push(format!(
                "| {} | {} | {:.0} | {} | {:.2} | {} | {:.2} | {} | {ratio} |",
                page.name,
                ours.connections,
                ours.rate,
                figure(|cell| cell.rate, 0),
                ours.p50,
                figure(|cell| cell.p50, 2),
                ours.p99,
                figure(|cell| cell.p99, 2),
            ));
        }
    }
    lines.push(String::new());
    lines.join("\n")
}
