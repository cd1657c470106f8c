//! The pages: a document, the statement that returns the same, and what both are asked for.
//!
//! Each is three files of `benches/queries/`: `name.graphql`, `name.sql`, and `name.keys.sql`,
//! which finds the keys. In the statement `:id` stands for a key of a table and `:query` for words.

use anyhow::{Result, bail, ensure};
use searxng_cool_music::catalog::artist::ArtistId;
use searxng_cool_music::catalog::track::TrackId;
use searxng_cool_music::ids;
use searxng_cool_music::playlist::playlist::PlaylistId;
use serde_json::json;

use crate::database::Database;

/// One page.
pub struct Page {
    /// Its name.
    pub name: &'static str,
    document: &'static str,
    /// The statement; none where nothing is read.
    pub statement: Option<&'static str>,
    keys: &'static str,
    /// The global id of a key; none where the document takes words or nothing.
    id: Option<fn(i64) -> String>,
}

macro_rules! page {
    ($name:literal, $id:expr) => {
        Page {
            name: $name,
            document: include_str!(concat!("../queries/", $name, ".graphql")),
            statement: Some(include_str!(concat!("../queries/", $name, ".sql"))),
            keys: include_str!(concat!("../queries/", $name, ".keys.sql")),
            id: $id,
        }
    };
}

const HELLO: Page = Page {
    name: "hello",
    document: include_str!("../queries/hello.graphql"),
    statement: None,
    keys: "select 'nothing'",
    id: None,
};

/// The pages of these names, or all.
pub fn chosen(names: &[String]) -> Result<Vec<Page>> {
    let all = [
        HELLO,
        page!("track", Some(|key| ids::encode(TrackId(key)))),
        page!("artist", Some(|key| ids::encode(ArtistId(key)))),
        page!("playlist", Some(|key| ids::encode(PlaylistId(key)))),
        page!("search", None),
    ];
    if let Some(name) = names.iter().find(|name| !all.iter().any(|page| page.name == name.as_str())) {
        bail!("there is no page {name:?}; there are hello, track, artist, playlist, search");
    }
    Ok(all.into_iter().filter(|page| names.is_empty() || names.iter().any(|name| name == page.name)).collect())
}

impl Page {
    /// Up to `limit` different keys, the same in every run on one world.
    pub fn keys(&self, database: &Database, limit: i64) -> Result<Vec<String>> {
        let keys = database.texts(&self.keys.replace(":limit", &limit.to_string()))?;
        ensure!(!keys.is_empty(), "the world holds nothing to ask {} for", self.name);
        Ok(keys)
    }

    /// The body of the request for a key.
    pub fn body(&self, key: &str) -> Result<String> {
        let variables = match self.id {
            Some(id) => json!({ "id": id(key.parse()?) }),
            None if self.statement.is_some() => json!({ "query": key }),
            None => return Ok(json!({ "query": self.document }).to_string()),
        };
        Ok(json!({ "query": self.document, "variables": variables }).to_string())
    }

    /// The statement for a key, with the key written out.
    pub fn statement_for(&self, key: &str) -> Option<String> {
        Some(self.statement?.replace(":id", key).replace(":query", &quoted(key)))
    }

    /// The statement as pgbench takes it; the variable `key` holds a key of a table, `place` the
    /// place of words in the list.
    pub fn script(&self, keys: &[String]) -> Option<String> {
        let words: Vec<String> = keys.iter().map(|key| quoted(key)).collect();
        // Written into the statement, since pgbench has no list of texts.
        let words = if self.id.is_some() { String::new() } else { words.join(",") };
        let list = format!("(array[{words}]::text[])[:place + 1]");
        Some(self.statement?.trim().replace(":id", ":key").replace(":query", &list))
    }

    /// Whether its keys are numbers.
    pub fn has_numbers(&self) -> bool {
        self.id.is_some()
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
