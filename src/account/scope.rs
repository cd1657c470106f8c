//! Scopes: what a token allows.

use crate::closed_set;

closed_set! {
    /// What a token allows. A session allows all that its person may do.
    Scope {
        /// To read what everybody may read, and one's own account.
        Read = "read",
        /// To read playlists that are not public.
        PlaylistReadPrivate = "playlist_read_private",
        /// To change playlists.
        PlaylistWrite = "playlist_write",
        /// To change the library and what is followed.
        LibraryWrite = "library_write",
        /// To read what was listened to.
        HistoryRead = "history_read",
        /// To report what is listened to.
        HistoryWrite = "history_write",
        /// To change the catalogue; administrators only.
        CatalogueWrite = "catalogue_write",
        /// To run the server; administrators only.
        Admin = "admin",
    }
}

impl Scope {
    /// Whether only administrators have it.
    #[must_use]
    pub fn is_for_administrators(self) -> bool {
        matches!(self, Self::CatalogueWrite | Self::Admin)
    }

    /// What a person may do at most.
    #[must_use]
    pub fn of_person(is_admin: bool) -> Vec<Self> {
        Self::ALL.iter().copied().filter(|scope| is_admin || !scope.is_for_administrators()).collect()
    }
}
