//! Every rule of the database, by name: a row it refuses, and a row at its border it accepts.
//!
//! The table is `constraints/<table>.sql`. A case is a comment with the rule's name, a statement
//! after `/* refused  */` and one after `/* accepted */`; a rule with two borders has two cases.
//! Each statement stands alone over the rows of `constraints/fixture.sql`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use tokio_postgres::{Client, Error};

use crate::harness::TestDatabase;

/// One line of the table.
struct Case {
    rule: String,
    refused: String,
    accepted: String,
}

impl Case {
    /// Reads `-- rule`, `/* refused  */ …`, `/* accepted */ …`.
    fn parse(block: &str) -> Option<Self> {
        let (rule, statements) = block.trim().strip_prefix("-- ")?.split_once('\n')?;
        let statements = statements.strip_prefix("/* refused  */")?;
        let (refused, accepted) = statements.split_once("/* accepted */")?;
        Some(Self { rule: rule.to_owned(), refused: refused.trim().to_owned(), accepted: accepted.trim().to_owned() })
    }
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/constraints"))
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for entry in fs::read_dir(folder()).expect("the folder is there") {
        let path = entry.expect("its entries can be read").path();
        if path.ends_with("fixture.sql") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a file of cases is UTF-8");
        for block in text.split("\n\n") {
            let case = Case::parse(block);
            cases.push(case.unwrap_or_else(|| panic!("{}: no case: {block}", path.display())));
        }
    }
    cases
}

/// A migrated database with an open transaction that holds the fixture, so that `now()` is the
/// same instant for the fixture and for every case.
struct Stage {
    client: Client,
    /// From the name of a part's index to that of the partitioned table's own, which the rule is
    /// known by; the error names the part's.
    parents: BTreeMap<String, String>,
    _database: TestDatabase,
}

impl Stage {
    async fn set() -> Self {
        let database = TestDatabase::create().await;
        let client = database.client().await;
        let fixture = fs::read_to_string(folder().join("fixture.sql")).expect("it is there");
        let begun = client.batch_execute(&format!("begin; {fixture}; set constraints all immediate")).await;
        begun.expect("the fixture is accepted");
        let rows = client
            .query(
                "select part.relname::text, parent.relname::text
                 from pg_inherits
                 join pg_class as part on part.oid = inhrelid
                 join pg_class as parent on parent.oid = inhparent
                 where part.relkind = 'i'",
                &[],
            )
            .await
            .expect("the catalogue can be read");
        let parents = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        Self { client, parents, _database: database }
    }

    /// Runs one statement and takes it back; the number of rows it wrote.
    async fn try_out(&self, statement: &str) -> Result<u64, Error> {
        let run = |sql| self.client.batch_execute(sql);
        run("savepoint before").await.expect("a transaction is open");
        // Rules that wait for the end of the transaction speak up with the statement.
        let outcome = async {
            run("set constraints all deferred").await?;
            let rows = self.client.execute(statement, &[]).await?;
            run("set constraints all immediate").await?;
            Ok(rows)
        }
        .await;
        let back = run("rollback to savepoint before; release savepoint before").await;
        back.expect("the savepoint is there");
        outcome
    }

    /// SQLSTATE and rule of a refusal.
    fn verdict(&self, error: &Error) -> (String, String) {
        let Some(refusal) = error.as_db_error() else {
            panic!("the server did not answer: {error}");
        };
        let named = refusal.constraint().unwrap_or("(no rule)");
        let rule = self.parents.get(named).map_or(named, String::as_str);
        (refusal.code().code().to_owned(), rule.to_owned())
    }
}

/// The SQLSTATE that a rule of this name refuses with.
///
/// Source: PostgreSQL, appendix A, class 23. A refused deletion is `restrict_violation` from 18
/// on; the genres' slugs are watched by triggers and stay `foreign_key_violation`.
fn sqlstate(rule: &str, server_version: i32) -> &'static str {
    if rule.ends_with("_fkey") {
        let is_restrict = !rule.ends_with("_genres_fkey");
        return if is_restrict && server_version >= 180_000 { "23001" } else { "23503" };
    }
    if rule.ends_with("_key") {
        return "23505";
    }
    if rule.ends_with("_no_overlap") {
        return "23P01";
    }
    "23514"
}

async fn server_version(client: &Client) -> i32 {
    let row = client.query_one("select current_setting('server_version_num')::integer", &[]).await;
    row.expect("the server answers").get(0)
}

fn report(faults: &[String]) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rule_refuses_a_bad_row_by_its_own_name() {
    let stage = Stage::set().await;
    let version = server_version(&stage.client).await;
    let mut faults = Vec::new();
    for Case { rule, refused, .. } in cases() {
        let expected = (sqlstate(&rule, version).to_owned(), rule.clone());
        match stage.try_out(&refused).await {
            Ok(rows) => faults.push(format!("{rule} let {rows} rows pass: {refused}")),
            Err(error) => {
                let verdict = stage.verdict(&error);
                if verdict != expected {
                    faults.push(format!("{rule}: {verdict:?} instead of {expected:?}: {refused}"));
                }
            }
        }
    }
    report(&faults);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rule_accepts_a_row_at_its_border() {
    let stage = Stage::set().await;
    let mut faults = Vec::new();
    for Case { rule, accepted, .. } in cases() {
        match stage.try_out(&accepted).await {
            Ok(0) => faults.push(format!("{rule}: the case writes no row: {accepted}")),
            Ok(_) => {}
            Err(error) => {
                let verdict = stage.verdict(&error);
                faults.push(format!("{rule}: refused with {verdict:?}: {accepted}"));
            }
        }
    }
    report(&faults);
}

/// Checks, exclusions, unique keys and indexes, restricting foreign keys, and the rules that
/// triggers raise under a name of their own. What belongs to an extension, a part of a partitioned
/// table or the migrations' own book is not ours to test.
const RULES: &str = r"
    with ours as (
      select oid from pg_namespace where nspname in ('public', 'ops', 'auth', 'audit')
    )
    select conname::text
    from pg_constraint
    where connamespace in (select oid from ours)
      and (contype in ('c', 'x', 'u') or (contype = 'f' and confdeltype = 'r'))
    union
    select class.relname::text
    from pg_index
    join pg_class as class on class.oid = indexrelid
    join pg_class as indexed on indexed.oid = indrelid
    where class.relnamespace in (select oid from ours)
      and indisunique
      and not indisprimary
      and indexed.relkind in ('r', 'p')
    union
    select case when raised.words[1] is null then '' else class.relname::text end || raised.words[2]
    from pg_proc as proc
    cross join regexp_matches(prosrc, 'constraint = (tg_table_name \|\| )?''(\w+)''', 'g') as raised (words)
    join pg_trigger on tgfoid = proc.oid and not tgisinternal
    join pg_class as class on class.oid = tgrelid
    where proc.pronamespace in (select oid from ours)
      and class.relnamespace in (select oid from ours)
    order by 1
";

#[tokio::test(flavor = "multi_thread")]
async fn every_rule_has_a_case() {
    let database = TestDatabase::create().await;
    let client = database.client().await;
    let rows = client.query(RULES, &[]).await.expect("the catalogue can be read");
    let rules: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
    let tried: BTreeSet<String> = cases().into_iter().map(|case| case.rule).collect();
    let untried: Vec<_> = rules.difference(&tried).collect();
    assert!(untried.is_empty(), "no case in tests/it/constraints for {untried:#?}");
    let gone: Vec<_> = tried.difference(&rules).collect();
    assert!(gone.is_empty(), "cases for rules that do not exist: {gone:#?}");
}
