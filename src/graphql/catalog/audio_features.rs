//! Audio features of a track as a type.

use async_graphql::Object;
use serde::Deserialize;

use crate::catalog::musical_key::MusicalKey;

/// What the sound of a recording is like; a value is none where it was not measured.
#[derive(Debug, Default, Deserialize)]
pub struct AudioFeatures {
    bpm: Option<f64>,
    key: Option<i32>,
    mode: Option<i32>,
    key_confidence: Option<f64>,
    time_signature: Option<i32>,
    loudness: Option<f64>,
    energy: Option<f64>,
    danceability: Option<f64>,
    valence: Option<f64>,
    acousticness: Option<f64>,
    instrumentalness: Option<f64>,
    liveness: Option<f64>,
    speechiness: Option<f64>,
}

/// What the sound of a recording is like; a value is none where it was not measured.
#[Object]
impl AudioFeatures {
    /// Beats per minute.
    async fn bpm(&self) -> Option<f64> {
        self.bpm
    }

    /// Pitch class of the key, 0 for C to 11 for B.
    async fn key(&self) -> Option<i32> {
        self.key
    }

    /// 0 for minor, 1 for major.
    async fn mode(&self) -> Option<i32> {
        self.mode
    }

    /// The key on the Camelot wheel, `1A` to `12B`; 8B is C major, 8A is A minor.
    async fn camelot(&self) -> Option<&'static str> {
        let key = MusicalKey::new(i64::from(self.key?), i64::from(self.mode?))?;
        Some(key.camelot())
    }

    /// How sure the key is, 0 to 1.
    async fn key_confidence(&self) -> Option<f64> {
        self.key_confidence
    }

    /// Beats in a bar.
    async fn time_signature(&self) -> Option<i32> {
        self.time_signature
    }

    /// Mean loudness in decibels below full scale.
    async fn loudness(&self) -> Option<f64> {
        self.loudness
    }

    /// How intense, 0 to 1.
    async fn energy(&self) -> Option<f64> {
        self.energy
    }

    /// How fit for dancing, 0 to 1.
    async fn danceability(&self) -> Option<f64> {
        self.danceability
    }

    /// How cheerful, 0 to 1.
    async fn valence(&self) -> Option<f64> {
        self.valence
    }

    /// How likely to be played without amplification, 0 to 1.
    async fn acousticness(&self) -> Option<f64> {
        self.acousticness
    }

    /// How likely to be without singing, 0 to 1.
    async fn instrumentalness(&self) -> Option<f64> {
        self.instrumentalness
    }

    /// How likely to be recorded before an audience, 0 to 1; above 0.8 it is likely.
    async fn liveness(&self) -> Option<f64> {
        self.liveness
    }

    /// How much is spoken, 0 to 1; above 0.66 it is probably all speech.
    async fn speechiness(&self) -> Option<f64> {
        self.speechiness
    }
}
