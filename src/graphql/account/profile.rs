//! Profiles as a type.

use async_graphql::{Context, ID, InputObject, Json, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::user::User;
use crate::account::profile::{self, DiscoveryMode, ProfileChanges};
use crate::account::user::UserById;
use crate::account::viewer;
use crate::catalog::genre::{GenreById, GenreId};
use crate::catalog::source::{AudioQuality, SourceType};
use crate::error::{Error, Rejection};
use crate::graphql::catalog::genre::{self, Genre};
use crate::graphql::context::loaders;
use crate::graphql::error::settled;
use crate::graphql::filter::decode_id;
use crate::graphql::scalars::{LanguageTag, Long};
use crate::graphql::user_error::UserError;
use crate::ids;

/// What a person likes to hear, as they say and as their listening shows. Access: the person alone.
pub struct MusicProfile(pub profile::MusicProfile);

fn texts(json: &Value) -> Vec<String> {
    json.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

/// What a person likes to hear, as they say and as their listening shows. Access: the person alone.
#[Object]
impl MusicProfile {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id).into()
    }

    /// The person.
    async fn user(&self, ctx: &Context<'_>) -> Result<User> {
        let user = loaders(ctx)?.load_one(UserById(self.0.user_id)).await?;
        Ok(user.map(User).ok_or_else(viewer::refusal)?)
    }

    /// Genres they like.
    async fn favorite_genres(&self, ctx: &Context<'_>) -> Result<Vec<Genre>> {
        genre::of_slugs(ctx, &self.0.favorite_genres).await
    }

    /// Genres they do not like.
    async fn disliked_genres(&self, ctx: &Context<'_>) -> Result<Vec<Genre>> {
        genre::of_slugs(ctx, &self.0.disliked_genres).await
    }

    /// Decades they like, as `1990s`.
    async fn favorite_decades(&self) -> Vec<String> {
        texts(&self.0.favorite_decades)
    }

    /// How good streams should sound.
    async fn preferred_audio_quality(&self) -> Result<AudioQuality> {
        let word = &self.0.preferred_audio_quality;
        Ok(AudioQuality::from_word(word).ok_or_else(|| Error::internal(format!("{word:?} is no AudioQuality")))?)
    }

    /// Whether explicit tracks may be recommended.
    async fn explicit_content_allowed(&self) -> bool {
        self.0.explicit_content_allowed
    }

    /// How far recommendations may stray.
    async fn discovery_mode(&self) -> DiscoveryMode {
        self.0.discovery_mode
    }

    /// Energy they like, 0 (calm) to 1.
    async fn energy_preference(&self) -> f64 {
        self.0.energy_preference
    }

    /// Weight of each mood: an object.
    async fn mood_preferences(&self) -> Json<&Value> {
        Json(&self.0.mood_preferences)
    }

    /// Languages of songs, the best first.
    async fn language_preferences(&self) -> Vec<LanguageTag> {
        texts(&self.0.language_preferences).into_iter().map(LanguageTag).collect()
    }

    /// What they like at which time of day: an object.
    async fn time_based_preferences(&self) -> Json<&Value> {
        Json(&self.0.time_based_preferences)
    }

    /// What they like on which device: an object.
    async fn device_preferences(&self) -> Json<&Value> {
        Json(&self.0.device_preferences)
    }

    /// Time listened in all, in milliseconds.
    async fn total_listening_time_ms(&self) -> Long {
        Long(self.0.total_listening_time_ms)
    }

    /// Listens in all.
    async fn tracks_played(&self) -> i32 {
        self.0.tracks_played
    }

    /// Distinct tracks listened to.
    async fn unique_tracks_played(&self) -> i32 {
        self.0.unique_tracks_played
    }

    /// Distinct artists listened to.
    async fn unique_artists_played(&self) -> i32 {
        self.0.unique_artists_played
    }

    /// Average length of a sitting, in milliseconds.
    async fn average_session_duration_ms(&self) -> Long {
        Long(self.0.average_session_duration_ms)
    }

    /// Share of listens to tracks heard for the first time, 0 to 1.
    async fn discovery_ratio(&self) -> f64 {
        self.0.discovery_ratio
    }

    /// How evenly listens spread over genres, 0 (one genre) to 1.
    async fn genre_diversity_score(&self) -> f64 {
        self.0.genre_diversity_score
    }

    /// When the figures were last computed; none when they never were.
    async fn taste_updated_at(&self) -> Option<DateTime<Utc>> {
        self.0.taste_updated_at
    }

    /// Services to play from, the best first.
    async fn preferred_sources(&self) -> Vec<SourceType> {
        texts(&self.0.preferred_sources).iter().filter_map(|word| SourceType::from_word(word)).collect()
    }

    /// Whether others may see what they listened to.
    async fn is_history_public(&self) -> bool {
        self.0.is_history_public
    }

    /// Whether what they hear now stays out of what others see.
    async fn is_private_session(&self) -> bool {
        self.0.is_private_session
    }
}

/// What of a profile is to change; what is left out stays.
#[derive(InputObject)]
pub struct MusicProfileInput {
    /// Genres they like, at most 100.
    favorite_genre_ids: Option<Vec<ID>>,
    /// Genres they do not like, at most 100.
    disliked_genre_ids: Option<Vec<ID>>,
    /// Decades they like, as `1990s`, at most 100.
    favorite_decades: Option<Vec<String>>,
    /// How good streams should sound.
    preferred_audio_quality: Option<AudioQuality>,
    /// Whether explicit tracks may be recommended.
    explicit_content_allowed: Option<bool>,
    /// How far recommendations may stray.
    discovery_mode: Option<DiscoveryMode>,
    /// Energy they like, 0 (calm) to 1.
    energy_preference: Option<f64>,
    /// Weight of each mood: an object, at most 20000 bytes.
    mood_preferences: Option<Json<Value>>,
    /// Languages of songs, the best first, at most 100.
    language_preferences: Option<Vec<LanguageTag>>,
    /// What they like at which time of day: an object, at most 20000 bytes.
    time_based_preferences: Option<Json<Value>>,
    /// What they like on which device: an object, at most 20000 bytes.
    device_preferences: Option<Json<Value>>,
    /// Services to play from, the best first.
    preferred_sources: Option<Vec<SourceType>>,
    /// Whether others may see what they listened to.
    is_history_public: Option<bool>,
    /// Whether what they hear now stays out of what others see.
    is_private_session: Option<bool>,
}

/// The slugs of genres that the caller names by id.
async fn slugs(
    ctx: &Context<'_>,
    name: &'static str,
    ids: Option<Vec<ID>>,
) -> crate::error::Result<Option<Vec<String>>> {
    let Some(ids) = ids else { return Ok(None) };
    let keys = ids.iter().map(|id| decode_id::<GenreId>(name, id).map(GenreById));
    let keys = keys.collect::<Result<Vec<_>, Error>>().map_err(|error| error.within("input"))?;
    let found = loaders(ctx)?.load_many(keys.clone()).await.map_err(Error::internal)?;
    let mut slugs = Vec::with_capacity(keys.len());
    for (number, (key, id)) in keys.iter().zip(ids).enumerate() {
        match found.get(key) {
            Some(genre) if slugs.contains(&genre.slug) => {}
            Some(genre) => slugs.push(genre.slug.clone()),
            None => {
                let path = format!("input.{name}.{number}");
                return Err(Rejection::missing(&path, "genre.exists", id.0, "there is no such genre").into());
            }
        }
    }
    Ok(Some(slugs))
}

impl MusicProfileInput {
    /// The changes it asks for.
    ///
    /// # Errors
    /// `Rejected` when a genre does not exist.
    pub async fn changes(self, ctx: &Context<'_>) -> crate::error::Result<ProfileChanges> {
        let tags = |tags: Vec<LanguageTag>| tags.into_iter().map(|tag| tag.0).collect();
        let words = |sources: Vec<SourceType>| sources.into_iter().map(|source| source.as_str().to_owned()).collect();
        Ok(ProfileChanges {
            favorite_genres: slugs(ctx, "favoriteGenreIds", self.favorite_genre_ids).await?,
            disliked_genres: slugs(ctx, "dislikedGenreIds", self.disliked_genre_ids).await?,
            favorite_decades: self.favorite_decades,
            preferred_audio_quality: self.preferred_audio_quality.map(AudioQuality::as_str),
            preferred_sources: self.preferred_sources.map(words),
            explicit_content_allowed: self.explicit_content_allowed,
            discovery_mode: self.discovery_mode,
            energy_preference: self.energy_preference,
            mood_preferences: self.mood_preferences.map(|json| json.0),
            language_preferences: self.language_preferences.map(tags),
            time_based_preferences: self.time_based_preferences.map(|json| json.0),
            device_preferences: self.device_preferences.map(|json| json.0),
            is_history_public: self.is_history_public,
            is_private_session: self.is_private_session,
        })
    }
}

/// A profile that was changed, or not.
#[derive(SimpleObject)]
pub struct MusicProfilePayload {
    /// The profile as it is now; none with errors.
    profile: Option<MusicProfile>,
    /// What the caller has to mend.
    user_errors: Vec<UserError>,
}

impl MusicProfilePayload {
    /// The payload of what became of it.
    ///
    /// # Errors
    /// Every error but those of the input.
    pub fn of(outcome: crate::error::Result<profile::MusicProfile>) -> crate::error::Result<Self> {
        let (profile, user_errors) = settled(outcome)?;
        Ok(Self { profile: profile.map(MusicProfile), user_errors })
    }
}
