//! What a person wants done to a playlist, and what became of it.

use serde_json::Value;

use super::details::DetailsChanges;
use super::item::PlaylistItemId;
use super::playlist::DuplicatePolicy;
use crate::catalog::track_ref::TrackRef;
use crate::collaboration::activity::Activity;
use crate::collaboration::feed::Named;
use crate::error::{Error, Reason, Rejection, Result};

/// Operations that one call takes.
pub const MAX_OPERATIONS: usize = 100;

/// Entries that all operations of one call name or add.
pub const MAX_ITEMS: usize = 1_000;

/// Characters of a note or a reason.
const MAX_TEXT: usize = 500;

/// Characters of the client's name of a call.
const MAX_CALL: usize = 100;

/// A track that is to come into a list.
#[derive(Debug, Clone)]
pub struct NewItem {
    /// The track.
    pub track: TrackRef,
    /// A note on it.
    pub note: Option<String>,
    /// Where playing starts, in milliseconds.
    pub start_ms: Option<i32>,
    /// Where playing ends, in milliseconds.
    pub end_ms: Option<i32>,
}

/// Where entries are put. Places count from zero; a place behind the end is the end.
#[derive(Debug, Clone, Copy)]
pub enum Placement {
    /// Before all others.
    Start,
    /// After all others.
    End,
    /// Right before an entry.
    Before(PlaylistItemId),
    /// Right after an entry.
    After(PlaylistItemId),
    /// At a place among the others.
    Position(i32),
}

/// Entries to add.
#[derive(Debug, Clone)]
pub struct AddItems {
    /// The tracks, in the order they are to stand in.
    pub items: Vec<NewItem>,
    /// Where; at the end without it.
    pub placement: Option<Placement>,
    /// What happens to repeats; as the list says without it.
    pub duplicates: Option<DuplicatePolicy>,
}

/// What is to change about one entry; none within takes a value away.
#[derive(Debug, Clone)]
pub struct UpdateItem {
    /// The entry.
    pub item: PlaylistItemId,
    /// The note.
    pub note: Option<Option<String>>,
    /// Where playing starts, in milliseconds.
    pub start_ms: Option<Option<i32>>,
    /// Where playing ends, in milliseconds.
    pub end_ms: Option<Option<i32>>,
    /// The track.
    pub track: Option<TrackRef>,
}

/// One thing to do.
#[derive(Debug, Clone)]
pub enum Action {
    /// Entries come in.
    Add(AddItems),
    /// Entries go.
    Remove {
        /// Which.
        items: Vec<PlaylistItemId>,
        /// Why, in the person's words.
        reason: Option<String>,
    },
    /// Entries go elsewhere.
    Move {
        /// Which, in the order they are to stand in.
        items: Vec<PlaylistItemId>,
        /// Where.
        placement: Placement,
    },
    /// Something about one entry changes.
    Update(UpdateItem),
    /// Entries are locked, or unlocked.
    Lock {
        /// Which.
        items: Vec<PlaylistItemId>,
        /// Whether they are to be locked.
        locked: bool,
    },
    /// Name, text or settings change.
    Details(DetailsChanges),
    /// The list gets these entries in place of those it has.
    Replace(Vec<NewItem>),
    /// A change is taken back.
    Undo {
        /// The version that it made.
        version: i32,
    },
    /// The list gets the entries that it had.
    Revert {
        /// The version after which it had them.
        to: i32,
    },
}

/// One thing to do, and where in the arguments it was said.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The dotted path of its input.
    pub path: String,
    /// What to do.
    pub action: Action,
}

impl Operation {
    /// The tracks that are named, each with its path.
    pub fn tracks(&self) -> Vec<(String, &TrackRef)> {
        let of = |items: &'_ [NewItem], list: &str| -> Vec<String> {
            (0..items.len()).map(|number| format!("{}{list}.{number}.track", self.path)).collect()
        };
        match &self.action {
            Action::Add(add) => of(&add.items, ".items").into_iter().zip(add.items.iter().map(|i| &i.track)).collect(),
            Action::Replace(items) => of(items, "").into_iter().zip(items.iter().map(|item| &item.track)).collect(),
            Action::Update(UpdateItem { track: Some(track), .. }) => vec![(format!("{}.track", self.path), track)],
            _ => Vec::new(),
        }
    }

    /// Entries that it names or adds.
    #[must_use]
    pub fn size(&self) -> usize {
        match &self.action {
            Action::Add(add) => add.items.len(),
            Action::Replace(items) => items.len(),
            Action::Remove { items, .. } | Action::Move { items, .. } | Action::Lock { items, .. } => items.len(),
            Action::Update(_) | Action::Details(_) | Action::Undo { .. } | Action::Revert { .. } => 1,
        }
    }

    /// Adds what is wrong with it whatever the list holds.
    fn check(&mut self, faults: &mut Vec<Rejection>) {
        let path = self.path.clone();
        let is_empty = self.size() == 0;
        match &mut self.action {
            Action::Add(add) => {
                if is_empty {
                    faults.push(required(&format!("{path}.items"), "items.some"));
                }
                if let Some(Placement::Position(place)) = add.placement {
                    faults.extend(bad_place(&path, place));
                }
                add.items.iter_mut().enumerate().for_each(|(number, item)| {
                    check_item(&format!("{path}.items.{number}"), item, faults);
                });
            }
            Action::Replace(items) => items.iter_mut().enumerate().for_each(|(number, item)| {
                check_item(&format!("{path}.{number}"), item, faults);
            }),
            Action::Remove { reason, .. } => {
                faults.extend(tidy(&format!("{path}.reason"), "reason.length", reason));
            }
            Action::Move { placement: Placement::Position(place), .. } => faults.extend(bad_place(&path, *place)),
            Action::Move { .. } | Action::Lock { .. } | Action::Undo { .. } | Action::Revert { .. } => {}
            Action::Update(update) => {
                if let Some(note) = &mut update.note {
                    faults.extend(tidy(&format!("{path}.note"), "note.length", note));
                }
            }
            Action::Details(changes) => changes.check(&path, faults),
        }
        let names_items = matches!(self.action, Action::Remove { .. } | Action::Move { .. } | Action::Lock { .. });
        if names_items && is_empty {
            faults.push(required(&format!("{path}.itemIds"), "items.some"));
        }
    }
}

fn required(path: &str, rule: &'static str) -> Rejection {
    Rejection::new(Reason::Required, path, rule, "the list is empty; name one at least")
}

fn bad_place(path: &str, place: i32) -> Option<Rejection> {
    let path = format!("{path}.placement.position");
    (place < 0).then(|| {
        let message = format!("the position is {place}; positions count from 0");
        Rejection::new(Reason::OutOfRange, &path, "position.range", message)
    })
}

fn check_item(path: &str, item: &mut NewItem, faults: &mut Vec<Rejection>) {
    faults.extend(tidy(&format!("{path}.note"), "note.length", &mut item.note));
    faults.extend(bad_clip(path, item.start_ms, item.end_ms));
}

/// Text without space around it; what is empty is none.
fn tidy(path: &str, rule: &'static str, text: &mut Option<String>) -> Option<Rejection> {
    *text = text.take().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    bad_text(path, rule, text.as_deref()?, MAX_TEXT)
}

/// What is wrong with a text of at most so many characters.
pub(super) fn bad_text(path: &str, rule: &'static str, text: &str, most: usize) -> Option<Rejection> {
    if text.contains('\0') {
        let message = "text must not hold the NUL character (U+0000)";
        return Some(Rejection::new(Reason::Invalid, path, "text.nul", message));
    }
    let length = text.chars().count();
    (length > most).then(|| {
        let message = format!("the text has {length} characters; at most {most} are allowed");
        Rejection::new(Reason::TooLong, path, rule, message)
    })
}

/// What is wrong with the ends of a clip.
pub(super) fn bad_clip(path: &str, start: Option<i32>, end: Option<i32>) -> Option<Rejection> {
    if let Some(start) = start.filter(|start| *start < 0) {
        let message = format!("startMs is {start}; a track begins at 0");
        return Some(Rejection::new(Reason::OutOfRange, &format!("{path}.startMs"), "clip.start", message));
    }
    let (start, end) = (start.unwrap_or(0), end?);
    (end <= start).then(|| {
        let message = format!("endMs is {end}; it has to be after the start, {start}");
        Rejection::new(Reason::OutOfRange, &format!("{path}.endMs"), "clip.end", message)
    })
}

/// What is done where the list is not as the client knew it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Concurrency {
    /// The version that the client knew.
    pub expected_version: Option<i32>,
    /// Whether anything newer is refused.
    pub is_strict: bool,
}

/// A call that changes one playlist.
#[derive(Debug, Clone)]
pub struct Edit {
    /// The playlist.
    pub named: Named,
    /// How the caller named it.
    pub given_id: String,
    /// What to do, in order.
    pub operations: Vec<Operation>,
    /// What to do where the list is not as the client knew it.
    pub concurrency: Concurrency,
    /// The client's name of the call.
    pub call: Option<String>,
}

impl Edit {
    /// Looks for everything that is wrong whatever the list holds, and tidies texts.
    ///
    /// # Errors
    /// `Rejected` with all of it.
    pub fn check(&mut self) -> Result<()> {
        let mut faults: Vec<Rejection> = check_call(self.call.as_deref()).into_iter().collect();
        let expected = self.concurrency.expected_version;
        if self.concurrency.is_strict && expected.is_none() {
            let message = "STRICT needs the version that you know";
            faults.push(Rejection::new(Reason::Required, "concurrency.expectedVersion", "version.given", message));
        }
        if expected.is_some_and(|version| version < 0) {
            let message = "versions count from 1";
            faults.push(Rejection::new(Reason::OutOfRange, "concurrency.expectedVersion", "version.range", message));
        }
        let count = self.operations.len();
        if count == 0 {
            faults.push(required("operations", "operations.some"));
        } else if count > MAX_OPERATIONS {
            let message = format!("there are {count} operations; one call takes {MAX_OPERATIONS}");
            faults.push(Rejection::new(Reason::TooManyItems, "operations", "operations.count", message));
        }
        faults.extend(check_size(&self.operations));
        self.operations.iter_mut().for_each(|operation| operation.check(&mut faults));
        if faults.is_empty() { Ok(()) } else { Err(Error::Rejected(faults)) }
    }
}

/// What is wrong with the number of entries.
fn check_size(operations: &[Operation]) -> Option<Rejection> {
    let size: usize = operations.iter().map(Operation::size).sum();
    let path = operations.first()?.path.as_str();
    (size > MAX_ITEMS).then(|| {
        let message = format!("there are {size} entries; one call takes {MAX_ITEMS}");
        Rejection::new(Reason::TooManyItems, path, "items.count", message)
    })
}

fn check_call(call: Option<&str>) -> Option<Rejection> {
    let (path, call) = ("clientMutationId", call?);
    if call.is_empty() {
        return Some(Rejection::new(Reason::Required, path, "call.some", "the name of the call is empty"));
    }
    bad_text(path, "call.length", call, MAX_CALL)
}

/// What became of a call.
#[derive(Debug, Clone, Default)]
pub struct Edited {
    /// The playlist's key.
    pub playlist: i64,
    /// The version after it.
    pub version: i32,
    /// Entries that it added or changed.
    pub items: Vec<PlaylistItemId>,
    /// What was written down.
    pub activities: Vec<Activity>,
    /// Entries that were there already and were not added again.
    pub skipped: Vec<PlaylistItemId>,
    /// Versions that it was carried across, the last thousand at most.
    pub rebased_over: Vec<i32>,
    /// Whether the call had been made before.
    pub was_replayed: bool,
}

/// What is kept of a call with its first change, for when it comes again.
pub(super) const CALL: &str = "call";

impl Edited {
    /// What a call did, from what it wrote down.
    pub(super) fn replayed(activities: Vec<Activity>) -> Option<Self> {
        let first = activities.first()?;
        let call = first.activity_data.get(CALL)?;
        let numbers = |name: &str| -> Vec<i64> {
            let list = call.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            list.iter().filter_map(Value::as_i64).collect()
        };
        Some(Self {
            playlist: first.playlist_id,
            version: activities.last()?.playlist_version,
            items: numbers("items").into_iter().map(PlaylistItemId).collect(),
            skipped: numbers("skipped").into_iter().map(PlaylistItemId).collect(),
            rebased_over: numbers("rebased_over")
                .into_iter()
                .filter_map(|version| i32::try_from(version).ok())
                .collect(),
            was_replayed: true,
            activities,
        })
    }
}
