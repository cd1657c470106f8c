//! Backups: a dump of one snapshot, taken while the server serves, with what is needed to know that it
//! is whole: the number and the checksum of the rows of every table in that same snapshot, and the
//! checksum of every file. One that was never restored is none: [`verify`](verify()) restores it.

mod checksum;
mod create;
mod files;
mod folder;
mod manifest;
mod programs;
mod restore;
mod seal;
mod verify;

pub use create::{CreateOptions, Step, create};
pub use folder::Folder;
pub use manifest::Manifest;
pub use restore::{RestoreOptions, check_files, restore};
pub use seal::SealingKey;
pub use verify::verify;
