//! What could be done about a slow statement: read off its figures, and off the plan that PostgreSQL
//! makes for it whatever its values.

use serde_json::Value;
use tokio_postgres::Client;

use super::figures::SlowStatement;
use crate::error::{Error, Result};

/// A table that is read from end to end is worth a word from this number of rows on.
const MANY_ROWS: f64 = 10_000.0;

/// What its figures say.
pub(super) fn of_figures(statement: &SlowStatement) -> Vec<String> {
    let mut said = Vec::new();
    let calls = statement.calls.max(1);
    let rows = statement.rows / calls;
    let pages = (statement.blocks_hit + statement.blocks_read) / calls;
    if statement.blocks_spilled > 0 {
        let megabytes = statement.blocks_spilled / calls * 8 / 1_024;
        said.push(format!(
            "it sorts or hashes on disk, about {megabytes} MB a run: give it more work_mem, or an index in its order"
        ));
    }
    if statement.blocks_read > statement.blocks_hit {
        said.push("most of its pages are not in memory: more shared_buffers, or fewer pages to read".to_owned());
    }
    if rows > 1_000 {
        said.push(format!("it gives {rows} rows a run: ask for fewer at once"));
    } else if pages > 1_000 && pages > rows.max(1) * 100 {
        said.push(format!("it reads {pages} pages for {rows} rows: an index that fits its conditions is missing"));
    }
    if statement.spread_ms > 2.0 * statement.mean_ms && statement.mean_ms * 10.0 < statement.max_ms {
        said.push(format!(
            "it usually takes {:.0} ms, and once took {:.0} ms: it waited for a lock, a checkpoint or a cold cache",
            statement.mean_ms, statement.max_ms
        ));
    }
    said
}

/// What its plan says; nothing when PostgreSQL makes none, as for statements that make or change
/// tables.
///
/// # Errors
/// `Internal` when the connection was lost.
pub(super) async fn of_plan(client: &Client, query: &str) -> Result<Vec<String>> {
    let Some(values) = placeholders(query) else { return Ok(Vec::new()) };
    // Explained, not run; and were it run, it could change nothing.
    client
        .batch_execute(
            "begin read only; set local plan_cache_mode = force_generic_plan; set local statement_timeout = 500",
        )
        .await
        .map_err(Error::internal)?;
    let nulls = vec!["null"; values].join(", ");
    let arguments = if values == 0 { String::new() } else { format!("({nulls})") };
    let prepared = client.batch_execute(&format!("prepare to_be_advised as {query}")).await.is_ok();
    let said = if prepared {
        let explained = client.simple_query(&format!("explain (format json) execute to_be_advised{arguments}")).await;
        explained.ok().and_then(|messages| plan(&messages)).map(|plan| faults(&plan)).unwrap_or_default()
    } else {
        Vec::new()
    };
    client.batch_execute("rollback").await.map_err(Error::internal)?;
    if prepared {
        client.batch_execute("deallocate to_be_advised").await.map_err(Error::internal)?;
    }
    Ok(said)
}

/// How many values a statement has bound; none when it is not one statement that reads or changes
/// rows. Text that PostgreSQL keeps is one statement, but for one that was cut.
fn placeholders(query: &str) -> Option<usize> {
    let first = query.trim_start().split(|c: char| !c.is_ascii_alphabetic()).next()?.to_ascii_lowercase();
    if !matches!(first.as_str(), "select" | "with" | "insert" | "update" | "delete") || query.contains(';') {
        return None;
    }
    let numbers = query.split('$').skip(1).filter_map(|after| {
        let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        after[..end].parse::<usize>().ok()
    });
    Some(numbers.max().unwrap_or(0)).filter(|values| *values <= 500)
}

fn plan(messages: &[tokio_postgres::SimpleQueryMessage]) -> Option<Value> {
    let lines: Vec<&str> = messages
        .iter()
        .filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        })
        .collect();
    serde_json::from_str(&lines.join("\n")).ok()
}

fn faults(explained: &Value) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(root) = explained.pointer("/0/Plan") {
        look(root, &mut said);
    }
    said.dedup();
    said
}

fn look(node: &Value, said: &mut Vec<String>) {
    let kind = node["Node Type"].as_str().unwrap_or_default();
    let rows = node["Plan Rows"].as_f64().unwrap_or(0.0);
    if kind == "Seq Scan" && node["Filter"].is_string() && reads_much(node) {
        let (table, filter) = (node["Relation Name"].as_str().unwrap_or("?"), node["Filter"].as_str().unwrap_or("?"));
        said.push(format!("its plan reads all of {table} for {filter}: an index on that is missing or of no use"));
    }
    if kind == "Sort" && rows > MANY_ROWS {
        said.push(format!("its plan sorts about {rows:.0} rows: an index in that order would spare it"));
    }
    for child in node["Plans"].as_array().into_iter().flatten() {
        look(child, said);
    }
}

/// A row that is read costs about a hundredth of a page; the cost of reading all tells their number.
fn reads_much(node: &Value) -> bool {
    node["Total Cost"].as_f64().is_some_and(|cost| cost * 50.0 > MANY_ROWS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_statement_about_rows_is_explained() {
        assert_eq!(placeholders("select $1, $12 from t"), Some(12));
        assert_eq!(placeholders("  WITH x as (select 1) select * from x"), Some(0));
        for other in ["create table t ()", "select 1; drop table t", "vacuum t", ""] {
            assert_eq!(placeholders(other), None, "{other}");
        }
    }

    #[test]
    fn figures_are_put_into_words() {
        let quiet = SlowStatement {
            query_id: 1,
            query: String::new(),
            calls: 10,
            mean_ms: 120.0,
            max_ms: 150.0,
            total_ms: 1_200.0,
            spread_ms: 5.0,
            rows: 10,
            blocks_hit: 100,
            blocks_read: 0,
            blocks_spilled: 0,
        };
        assert_eq!(of_figures(&quiet), Vec::<String>::new());
        let loud = SlowStatement { blocks_read: 50_000, blocks_spilled: 12_800, ..quiet };
        assert_eq!(
            of_figures(&loud),
            [
                "it sorts or hashes on disk, about 10 MB a run: give it more work_mem, or an index in its order",
                "most of its pages are not in memory: more shared_buffers, or fewer pages to read",
                "it reads 5010 pages for 1 rows: an index that fits its conditions is missing",
            ]
        );
    }
}
