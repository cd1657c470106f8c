//! What a person likes to hear. Table `user_music_profiles`.
//!
//! A profile is its person's alone: every read names them, whatever the row's own key is.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Double, Jsonb, Nullable, Text};
use serde_json::Value;

use super::name;
use super::user::UserId;
use crate::db::{Conn, LazyJson, Statement};
use crate::error::{Error, Reason, Rejection, Result};
use crate::{closed_set, id_type, loader, row};

id_type! {
    /// Key of `user_music_profiles`.
    MusicProfileId for "MusicProfile";
}

closed_set! {
    /// How far recommendations may stray from what is known.
    DiscoveryMode {
        /// Close to it.
        Conservative = "conservative",
        /// Some of both.
        Balanced = "balanced",
        /// Far away.
        Adventurous = "adventurous",
    }
}

row! {
    /// A profile.
    MusicProfile of "p" {
        id: MusicProfileId,
        user_id: UserId,
        /// Slugs.
        favorite_genres: LazyJson,
        /// Slugs.
        disliked_genres: LazyJson,
        favorite_decades: Value,
        /// low, medium, high or lossless.
        preferred_audio_quality: String,
        /// Source types, the best first.
        preferred_sources: Value,
        explicit_content_allowed: bool,
        discovery_mode: DiscoveryMode,
        /// 0 to 1.
        energy_preference: f64,
        mood_preferences: Value,
        /// BCP 47 tags.
        language_preferences: Value,
        total_listening_time_ms: i64,
        tracks_played: i32,
        unique_tracks_played: i32,
        unique_artists_played: i32,
        average_session_duration_ms: i64,
        /// 0 to 1.
        discovery_ratio: f64,
        /// 0 to 1.
        genre_diversity_score: f64,
        time_based_preferences: Value,
        device_preferences: Value,
        is_history_public: bool,
        is_private_session: bool,
        taste_updated_at: Option<DateTime<Utc>>,
    }
}

/// The profile of a person, for that person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProfileOfViewer(pub UserId);
loader!(ProfileOfViewer => MusicProfile, of_viewers);

async fn of_viewers(conn: &mut Conn, keys: &[ProfileOfViewer]) -> Result<HashMap<ProfileOfViewer, MusicProfile>> {
    let mut statement = Statement::new("select ");
    statement.push(MusicProfile::COLUMNS).push(" from user_music_profiles p where p.user_id = any(");
    statement.bind::<Array<BigInt>, _>(keys.iter().map(|key| key.0.0).collect::<Vec<_>>()).push(")").private();
    let profiles = statement.load::<MusicProfile>(conn).await?;
    Ok(profiles.into_iter().map(|profile| (ProfileOfViewer(profile.user_id), profile)).collect())
}

/// What of a profile is to change; none leaves as it is.
#[derive(Debug, Default)]
pub struct ProfileChanges {
    /// Slugs of genres.
    pub favorite_genres: Option<Vec<String>>,
    /// Slugs of genres.
    pub disliked_genres: Option<Vec<String>>,
    /// As `1990s`.
    pub favorite_decades: Option<Vec<String>>,
    /// How good streams should sound: low, medium, high or lossless.
    pub preferred_audio_quality: Option<&'static str>,
    /// Source types, the best first.
    pub preferred_sources: Option<Vec<String>>,
    /// Whether explicit tracks may be recommended.
    pub explicit_content_allowed: Option<bool>,
    /// How far recommendations may stray.
    pub discovery_mode: Option<DiscoveryMode>,
    /// 0 to 1.
    pub energy_preference: Option<f64>,
    /// An object.
    pub mood_preferences: Option<Value>,
    /// BCP 47 tags, the best first.
    pub language_preferences: Option<Vec<String>>,
    /// An object.
    pub time_based_preferences: Option<Value>,
    /// An object.
    pub device_preferences: Option<Value>,
    /// Whether others may see what they listened to.
    pub is_history_public: Option<bool>,
    /// Whether what they hear now stays out of what others see.
    pub is_private_session: Option<bool>,
}

/// Entries of a list, and bytes of an object.
const MAX_ENTRIES: usize = 100;
const MAX_OBJECT: usize = 20_000;

impl ProfileChanges {
    fn check(&self) -> Result<()> {
        let mut faults = Vec::new();
        let lists = [
            ("input.favoriteGenreIds", &self.favorite_genres),
            ("input.dislikedGenreIds", &self.disliked_genres),
            ("input.favoriteDecades", &self.favorite_decades),
            ("input.languagePreferences", &self.language_preferences),
            ("input.preferredSources", &self.preferred_sources),
        ];
        for (path, list) in lists {
            if list.as_ref().is_some_and(|list| list.len() > MAX_ENTRIES) {
                let message = format!("a list of a profile has at most {MAX_ENTRIES} entries");
                faults.push(Rejection::new(Reason::TooLong, path, "profile.entries", message));
            }
        }
        if let (Some(liked), Some(disliked)) = (&self.favorite_genres, &self.disliked_genres)
            && liked.iter().any(|slug| disliked.contains(slug))
        {
            let message = "a genre is liked or disliked, not both";
            faults.push(Rejection::new(Reason::Invalid, "input.dislikedGenreIds", "profile.genres", message));
        }
        for decade in self.favorite_decades.iter().flatten().take(MAX_ENTRIES) {
            let digits = decade.strip_suffix("0s").unwrap_or_default();
            if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                let message = "a decade is written like 1990s";
                faults.push(Rejection::new(Reason::Invalid, "input.favoriteDecades", "profile.decade", message));
                break;
            }
        }
        let languages = self.language_preferences.iter().flatten().take(MAX_ENTRIES);
        faults.extend(languages.filter_map(|tag| name::language("input.languagePreferences", tag).err()).take(1));
        if self.energy_preference.is_some_and(|energy| !(0.0..=1.0).contains(&energy)) {
            let message = "an energy is a number from 0 (calm) to 1";
            faults.push(Rejection::new(Reason::OutOfRange, "input.energyPreference", "profile.energy", message));
        }
        let objects = [
            ("input.moodPreferences", &self.mood_preferences),
            ("input.timeBasedPreferences", &self.time_based_preferences),
            ("input.devicePreferences", &self.device_preferences),
        ];
        for (path, object) in objects {
            let Some(object) = object else { continue };
            let text = object.to_string();
            if !object.is_object() || text.contains("\\u0000") {
                let message = "this is a JSON object without NUL characters";
                faults.push(Rejection::new(Reason::Invalid, path, "profile.object", message));
            } else if text.len() > MAX_OBJECT {
                let message = format!("this object has at most {MAX_OBJECT} bytes as JSON");
                faults.push(Rejection::new(Reason::TooLong, path, "profile.object", message));
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::Rejected(faults)) }
    }
}

/// Changes the profile of a person, and makes it where there is none.
///
/// # Errors
/// `Rejected` with everything that is wrong with the input.
pub async fn update(conn: &mut Conn, user: UserId, changes: ProfileChanges) -> Result<MusicProfile> {
    changes.check()?;
    let list = |list: Option<Vec<String>>| list.map(|list| serde_json::json!(list));
    let jsons = [
        ("favorite_genres", list(changes.favorite_genres)),
        ("disliked_genres", list(changes.disliked_genres)),
        ("favorite_decades", list(changes.favorite_decades)),
        ("preferred_sources", list(changes.preferred_sources)),
        ("mood_preferences", changes.mood_preferences),
        ("language_preferences", list(changes.language_preferences)),
        ("time_based_preferences", changes.time_based_preferences),
        ("device_preferences", changes.device_preferences),
    ];
    let words = [
        ("preferred_audio_quality", changes.preferred_audio_quality),
        ("discovery_mode", changes.discovery_mode.map(DiscoveryMode::as_str)),
    ];
    let truths = [
        ("explicit_content_allowed", changes.explicit_content_allowed),
        ("is_history_public", changes.is_history_public),
        ("is_private_session", changes.is_private_session),
    ];
    let mut made = Statement::new("insert into user_music_profiles (user_id) values (");
    made.bind::<BigInt, _>(user.0).push(") on conflict (user_id) do nothing");
    made.execute(conn).await?;
    // One text for every set of changes, so that it is prepared once.
    let mut statement = Statement::new("update user_music_profiles p set energy_preference = coalesce(");
    statement.bind::<Nullable<Double>, _>(changes.energy_preference).push(", energy_preference)");
    for (column, value) in jsons {
        statement.push(format!(", {column} = coalesce("));
        statement.bind::<Nullable<Jsonb>, _>(value).push(format!(", {column})"));
    }
    for (column, value) in words {
        statement.push(format!(", {column} = coalesce("));
        statement.bind::<Nullable<Text>, _>(value).push(format!(", {column})"));
    }
    for (column, value) in truths {
        statement.push(format!(", {column} = coalesce("));
        statement.bind::<Nullable<Bool>, _>(value).push(format!(", {column})"));
    }
    statement.push(" where p.user_id = ").bind::<BigInt, _>(user.0).push(" returning ").push(MusicProfile::COLUMNS);
    let updated: Option<MusicProfile> = statement.first(conn).await?;
    updated.ok_or_else(super::viewer::refusal)
}
