//! Name, text and settings of a playlist, and how they change. Table `playlists`.

use std::collections::HashSet;

use diesel::sql_types::{BigInt, Bool, Integer, Jsonb, Nullable, Text};
use serde_json::{Map, Value, json};

use super::operation::bad_text;
use super::playlist::{CollaborationMode, DuplicatePolicy, Playlist, PlaylistVisibility};
use crate::db::{Conn, Statement};
use crate::error::{Reason, Rejection, Result};

/// Tags that one list has.
const MAX_TAGS: usize = 50;

/// Characters of a tag.
const MAX_TAG: usize = 50;

/// What is to change; what is none stays, and none within takes a value away.
#[derive(Debug, Clone, Default)]
pub struct DetailsChanges {
    /// Name, 1 to 255 characters.
    pub name: Option<String>,
    /// A text about it.
    pub description: Option<Option<String>>,
    /// Cover picture.
    pub cover_url: Option<Option<String>>,
    /// Words to find it by.
    pub tags: Option<Vec<String>>,
    /// Who finds it.
    pub visibility: Option<PlaylistVisibility>,
    /// Whether others work on it.
    pub is_collaborative: Option<bool>,
    /// How they come to.
    pub collaboration_mode: Option<CollaborationMode>,
    /// Entries one person may have in it.
    pub max_tracks_per_user: Option<Option<i32>>,
    /// Whether entries are voted on.
    pub voting_enabled: Option<bool>,
    /// What happens to repeats.
    pub duplicate_policy: Option<DuplicatePolicy>,
}

impl DetailsChanges {
    /// Tidies texts and adds what is wrong.
    pub(super) fn check(&mut self, path: &str, faults: &mut Vec<Rejection>) {
        let at = |field: &str| format!("{path}.{field}");
        if let Some(name) = &mut self.name {
            *name = name.trim().to_owned();
            if name.is_empty() {
                let message = "the name is empty; give it 1 to 255 characters";
                faults.push(Rejection::new(Reason::Required, &at("name"), "name.some", message));
            }
            faults.extend(bad_text(&at("name"), "name.length", name, 255));
        }
        if let Some(description) = &mut self.description {
            *description = description.take().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
            let text = description.as_deref().unwrap_or_default();
            faults.extend(bad_text(&at("description"), "description.length", text, 10_000));
        }
        if let Some(Some(url)) = &self.cover_url {
            let is_address = url.starts_with("http://") || url.starts_with("https://");
            if !is_address || url.contains('\0') || url.chars().any(char::is_whitespace) || url.chars().count() > 2_000
            {
                let message = "a cover is an http or https address of at most 2000 characters";
                faults.push(Rejection::new(Reason::Invalid, &at("coverUrl"), "cover.form", message));
            }
        }
        if let Some(tags) = &mut self.tags {
            let mut known = HashSet::new();
            *tags = tags.iter().map(|tag| tag.trim().to_owned()).collect();
            tags.retain(|tag| !tag.is_empty() && known.insert(tag.clone()));
            if tags.len() > MAX_TAGS {
                let message = format!("there are {} tags; a list has {MAX_TAGS} at most", tags.len());
                faults.push(Rejection::new(Reason::TooManyItems, &at("tags"), "tags.count", message));
            }
            let bad =
                |(number, tag): (usize, &String)| bad_text(&at(&format!("tags.{number}")), "tag.length", tag, MAX_TAG);
            faults.extend(tags.iter().enumerate().filter_map(bad));
        }
        if let Some(Some(most)) = self.max_tracks_per_user.filter(|most| most.is_some_and(|most| most < 1)) {
            let message = format!("maxTracksPerUser is {most}; it is 1 at least, or null for any number");
            faults.push(Rejection::new(Reason::OutOfRange, &at("maxTracksPerUser"), "quota.range", message));
        }
    }

    /// All details of a list, as [`DetailsChanges::differences`] names them.
    pub(super) fn all(list: &Playlist) -> Map<String, Value> {
        let values = [
            ("name", json!(list.name)),
            ("description", json!(list.description)),
            ("cover_url", json!(list.cover_url)),
            ("tags", list.tags.parse()),
            ("visibility", json!(list.visibility.as_str())),
            ("is_collaborative", json!(list.is_collaborative)),
            ("collaboration_mode", json!(list.collaboration_mode.as_str())),
            ("max_tracks_per_user", json!(list.max_tracks_per_user)),
            ("voting_enabled", json!(list.voting_enabled)),
            ("duplicate_policy", json!(list.duplicate_policy.as_str())),
        ];
        values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// What differs from a list: each as it is, and as it is to be.
    pub(super) fn differences(&self, list: &Playlist) -> (Map<String, Value>, Map<String, Value>) {
        let wanted = [
            ("name", self.name.as_ref().map(|name| json!(name))),
            ("description", self.description.as_ref().map(|text| json!(text))),
            ("cover_url", self.cover_url.as_ref().map(|url| json!(url))),
            ("tags", self.tags.as_ref().map(|tags| json!(tags))),
            ("visibility", self.visibility.map(|value| json!(value.as_str()))),
            ("is_collaborative", self.is_collaborative.map(|value| json!(value))),
            ("collaboration_mode", self.collaboration_mode.map(|value| json!(value.as_str()))),
            ("max_tracks_per_user", self.max_tracks_per_user.map(|most| json!(most))),
            ("voting_enabled", self.voting_enabled.map(|value| json!(value))),
            ("duplicate_policy", self.duplicate_policy.map(|value| json!(value.as_str()))),
        ];
        let mut now = Self::all(list);
        let (mut before, mut after) = (Map::new(), Map::new());
        for (name, wanted) in wanted {
            let is = now.remove(name).unwrap_or_default();
            if let Some(wanted) = wanted.filter(|wanted| *wanted != is) {
                before.insert(name.to_owned(), is);
                after.insert(name.to_owned(), wanted);
            }
        }
        (before, after)
    }
}

/// Writes details, given as [`DetailsChanges::differences`] names them.
///
/// # Errors
/// What the database reports.
pub(super) async fn write(conn: &mut Conn, playlist: i64, values: &Map<String, Value>) -> Result<()> {
    let mut statement = Statement::new("update playlists set ");
    let mut separator = "";
    for (name, value) in values {
        let text = || value.as_str().map(str::to_owned);
        let column = match name.as_str() {
            "name" => "name = ",
            "description" => "description = ",
            "cover_url" => "cover_url = ",
            "tags" => "tags = ",
            "visibility" => "visibility = ",
            "is_collaborative" => "is_collaborative = ",
            "collaboration_mode" => "collaboration_mode = ",
            "max_tracks_per_user" => "max_tracks_per_user = ",
            "voting_enabled" => "voting_enabled = ",
            "duplicate_policy" => "duplicate_policy = ",
            _ => continue,
        };
        statement.push(separator).push(column);
        separator = ", ";
        match name.as_str() {
            "tags" => statement.bind::<Jsonb, _>(value.clone()),
            "is_collaborative" | "voting_enabled" => statement.bind::<Bool, _>(value.as_bool().unwrap_or(false)),
            "max_tracks_per_user" => {
                statement.bind::<Nullable<Integer>, _>(value.as_i64().and_then(|most| i32::try_from(most).ok()))
            }
            _ => statement.bind::<Nullable<Text>, _>(text()),
        };
    }
    if separator.is_empty() {
        return Ok(());
    }
    statement.push(" where id = ").bind::<BigInt, _>(playlist);
    statement.execute(conn).await.map(drop)
}
