//! The root of mutations.

use async_graphql::MergedObject;

use super::account::mutation::AccountMutations;
use super::library::mutation::LibraryMutations;
use super::listening::mutation::ListeningMutations;
use super::playlist::mutation::PlaylistMutations;

/// Everything that can be changed. The fields of one operation run one after another, each on its
/// own: what one has done stays, whatever becomes of the next.
#[derive(MergedObject, Default)]
pub struct Mutation(AccountMutations, LibraryMutations, ListeningMutations, PlaylistMutations);
