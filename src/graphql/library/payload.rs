//! What mutations of libraries and follows answer with. What could be done is done; what names
//! nothing is told of, each with its place in the call.

use async_graphql::{ID, SimpleObject};

use super::collection::AlbumCollectionEntry;
use super::entry::LibraryEntry;
use super::follow::{ArtistFollow, PlaylistFollow};
use crate::error::{Rejection, Result};
use crate::graphql::error::settled;
use crate::graphql::playlist::playlist::Playlist;
use crate::graphql::user_error::UserError;
use crate::library::saved::{Kept, Removed};

/// A library that was changed.
#[derive(SimpleObject)]
pub struct LibraryPayload {
    /// The saved tracks that the call named, as they are now.
    pub entries: Vec<LibraryEntry>,
    /// Global ids of the tracks that are no longer saved, as the call named them.
    pub removed_track_ids: Vec<ID>,
    /// What the caller has to mend; everything else is done.
    pub user_errors: Vec<UserError>,
}

/// A collection of albums that was changed.
#[derive(SimpleObject)]
pub struct AlbumCollectionPayload {
    /// The saved albums that the call named, as they are now.
    pub entries: Vec<AlbumCollectionEntry>,
    /// Global ids of the albums that are no longer saved, as the call named them.
    pub removed_album_ids: Vec<ID>,
    /// What the caller has to mend; everything else is done.
    pub user_errors: Vec<UserError>,
}

/// Artists that are followed, or no longer.
#[derive(SimpleObject)]
pub struct ArtistFollowPayload {
    /// The artists that the call named, as they are followed now.
    pub follows: Vec<ArtistFollow>,
    /// Global ids of the artists that are no longer followed, as the call named them.
    pub unfollowed_ids: Vec<ID>,
    /// What the caller has to mend; everything else is done.
    pub user_errors: Vec<UserError>,
}

/// A playlist that is followed, or no longer.
#[derive(SimpleObject)]
pub struct PlaylistFollowPayload {
    /// How it is followed now; none when it is not.
    pub follow: Option<PlaylistFollow>,
    /// The playlist; none with errors, and where it may not be seen.
    pub playlist: Option<Playlist>,
    /// What the caller has to mend.
    pub user_errors: Vec<UserError>,
}

/// A thing that a call names by a list of ids.
#[derive(Debug, Clone, Copy)]
pub struct Named<'i> {
    /// The argument that holds the ids.
    pub argument: &'static str,
    /// What an id names, in a sentence.
    pub thing: &'static str,
    /// The rule that an id breaks which names nothing.
    pub rule: &'static str,
    /// The ids as they came.
    pub ids: &'i [ID],
}

impl Named<'_> {
    fn missing(self, places: Vec<usize>) -> Vec<UserError> {
        let fault = |place: usize| {
            let id = self.ids.get(place).cloned().unwrap_or_default();
            let path = format!("{}.{place}", self.argument);
            Rejection::missing(&path, self.rule, id.0, format!("there is no such {}", self.thing)).into()
        };
        places.into_iter().map(fault).collect()
    }

    /// What was kept of the call.
    ///
    /// # Errors
    /// Every error but those of the input.
    pub fn kept<R, T: From<R>>(self, outcome: Result<Kept<R>>) -> Result<(Vec<T>, Vec<UserError>)> {
        let (kept, mut user_errors) = settled(outcome)?;
        let Some(kept) = kept else { return Ok((Vec::new(), user_errors)) };
        user_errors.extend(self.missing(kept.missing));
        Ok((kept.rows.into_iter().map(T::from).collect(), user_errors))
    }

    /// What was taken away.
    ///
    /// # Errors
    /// Every error but those of the input.
    pub fn removed(self, outcome: Result<Removed>) -> Result<(Vec<ID>, Vec<UserError>)> {
        let (removed, mut user_errors) = settled(outcome)?;
        let Some(removed) = removed else { return Ok((Vec::new(), user_errors)) };
        user_errors.extend(self.missing(removed.missing));
        Ok((removed.gone.into_iter().filter_map(|place| self.ids.get(place).cloned()).collect(), user_errors))
    }
}
