//! What happened in a list, change by change: each change is a version, from 1 without a gap.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::World;
use super::calendar::write_instant;
use super::chance::{Chance, Subject};
use super::lists::{NOBODY, Status};
use super::row::Rows;

/// A change.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    Created,
    Invited(usize),
    Joined(usize),
    /// Entries from the first up to, not including, the second.
    Added(usize, usize),
    Proposed(usize, usize),
    Rejected(usize, usize),
    Refreshed,
    Renamed,
    Voted(usize),
    Commented(usize),
}

/// A change, when it was made and by whom.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    pub at: i64,
    pub by: u32,
    pub change: Change,
}

const COMMENTS: [&str; 8] = [
    "This one never gets old.",
    "Where did you find this?",
    "Live it is even better.",
    "Perfect after the one before.",
    "Too slow for this list?",
    "The bass!",
    "Played it three times in a row.",
    "Can we have more like this?",
];

/// Everything that happened in a list, in its order.
pub(super) fn story(world: &World, number: u32) -> Vec<Event> {
    let list = world.lists.lists[number as usize];
    let mut chance = Chance::of(world.seed, Subject::Story, u64::from(number));
    let mut events = vec![Event { at: list.created, by: list.owner, change: Change::Created }];
    for (place, member) in world.lists.members_of(number).iter().enumerate() {
        let invited = list.created + 1 + place as i64;
        events.push(Event { at: invited, by: list.owner, change: Change::Invited(place) });
        if member.has_joined {
            let at = list.created + chance.between(600, 7_200);
            events.push(Event { at, by: member.person, change: Change::Joined(place) });
        }
    }
    let range = world.lists.range(number);
    let mut first = range.start;
    while first < range.end {
        let head = world.lists.entries[first];
        let same = |entry: &usize| {
            let entry = world.lists.entries[*entry];
            (entry.at, entry.by, entry.status) == (head.at, head.by, head.status)
        };
        let next = (first..range.end).find(|entry| !same(entry)).unwrap_or(range.end);
        let at = i64::from(head.at);
        let change = match head.status {
            Status::Active if head.by == NOBODY => Change::Refreshed,
            Status::Active => Change::Added(first, next),
            Status::Proposed | Status::Rejected => Change::Proposed(first, next),
        };
        events.push(Event { at, by: if head.by == NOBODY { NOBODY } else { head.by }, change });
        if head.status == Status::Rejected {
            let at = (at + chance.between(600, 200_000)).min(world.until() - 1);
            events.push(Event { at, by: list.owner, change: Change::Rejected(first, next) });
        }
        if list.is_collaborative && chance.is(0.06) {
            let at = (at + chance.between(60, 90_000)).min(world.until() - 1);
            events.push(Event { at, by: list.owner, change: Change::Commented(first) });
        }
        first = next;
    }
    if chance.is(0.06) {
        let at = chance.between(list.created + 60, world.until() - 1);
        events.push(Event { at, by: list.owner, change: Change::Renamed });
    }
    for (place, vote) in world.lists.votes_of(number).iter().enumerate() {
        events.push(Event { at: i64::from(vote.at), by: vote.person, change: Change::Voted(place) });
    }
    events.sort_by_key(|event| event.at);
    events
}

fn instant(at: i64) -> String {
    let mut text = String::new();
    write_instant(&mut text, at);
    // As JSON writes an instant.
    text.replace(' ', "T") + ":00"
}

/// Tells events of one list as `activity_data`, in the order in which they happened.
struct Teller<'w> {
    world: &'w World,
    number: u32,
    /// Active entries so far.
    count: usize,
    scores: HashMap<u32, i32>,
}

impl Teller<'_> {
    fn key(&self, entry: usize) -> u32 {
        self.world.lists.entry_keys[entry]
    }

    fn items(&self, first: usize, next: usize, with_places: bool) -> Value {
        let items = (first..next).map(|number| {
            let entry = self.world.lists.entries[number];
            let by = (entry.by != NOBODY).then(|| entry.by + 1);
            let mut item = json!({
                "item_id": self.key(number), "track_id": entry.track + 1, "added_by": by,
                "added_at": instant(i64::from(entry.at)),
            });
            if with_places {
                item["position"] = Value::Null;
                item["note"] = Value::Null;
            }
            item
        });
        items.collect()
    }

    /// The name of the kind and the data.
    fn tell(&mut self, event: &Event) -> (&'static str, Value) {
        let members = self.world.lists.members_of(self.number);
        match event.change {
            Change::Created => {
                ("created", json!({"after": {"name": super::list_rows::name(self.world, self.number).first}}))
            }
            Change::Invited(place) => (
                "collaborator_invited",
                json!({"user_id": members[place].person + 1, "before": null, "after": {"role": members[place].role}}),
            ),
            Change::Joined(place) => (
                "collaborator_joined",
                json!({"user_id": members[place].person + 1, "before": null, "after": {"role": members[place].role}}),
            ),
            Change::Added(first, next) => {
                let at = self.count;
                self.count += next - first;
                ("item_added", json!({"items": self.items(first, next, false), "at_position": at}))
            }
            Change::Proposed(first, next) => {
                ("item_proposed", json!({"items": self.items(first, next, false), "at_position": self.count}))
            }
            Change::Rejected(first, next) => (
                "item_rejected",
                json!({"items": self.items(first, next, true), "reason": super::list_rows::REJECTION}),
            ),
            Change::Refreshed => ("smart_refreshed", json!({"before": {}, "after": {}})),
            Change::Renamed => {
                let name = super::list_rows::name(self.world, self.number);
                ("renamed", json!({"before": {"name": name.first}, "after": {"name": name.now}}))
            }
            Change::Voted(place) => {
                let vote = self.world.lists.votes_of(self.number)[place];
                let value = if vote.is_for { 1 } else { -1 };
                let score = self.scores.entry(vote.entry).or_insert(0);
                *score += value;
                let score = *score;
                let item = self.key(vote.entry as usize);
                ("vote_cast", json!({"item_id": item, "user_id": vote.person + 1, "value": value, "new_score": score}))
            }
            Change::Commented(entry) => {
                let mut chance = Chance::of(self.world.seed, Subject::Story, u64::from(self.key(entry)) << 32);
                ("commented", json!({"text": chance.pick(&COMMENTS), "item_id": self.key(entry)}))
            }
        }
    }
}

/// Columns that [`write()`] fills.
pub(super) const COLUMNS: &str = "id, playlist_id, user_id, activity_type, activity_data, playlist_version, created_at";

/// The rows of the month from `start` to `end` in the order of time, the first with the key `first`.
pub(super) fn write(world: &World, start: i64, end: i64, first: u64, mut each: impl FnMut(Rows) -> bool) {
    // Row, instant, list and version; the text of the row without its key.
    let mut found: Vec<(i64, u32, u32, String)> = Vec::new();
    for number in 0..world.lists.lists.len() as u32 {
        if world.lists.lists[number as usize].created >= end {
            continue;
        }
        let events = story(world, number);
        if events.last().is_none_or(|event| event.at < start) {
            continue;
        }
        let mut teller = Teller { world, number, count: 0, scores: HashMap::new() };
        for (event, version) in events.iter().zip(1_u32..) {
            if event.at >= end {
                break;
            }
            if event.at < start {
                teller.pass(event);
                continue;
            }
            let (kind, data) = teller.tell(event);
            let mut row = Rows::default();
            let by = (event.by != NOBODY).then(|| u64::from(event.by) + 1);
            row.number(u64::from(number) + 1).optional_number(by).word(kind).json(&data).number(u64::from(version));
            row.instant(event.at).end();
            found.push((event.at, number, version, row.text));
        }
    }
    found.sort_unstable_by_key(|(at, list, version, _)| (*at, *list, *version));
    let mut rows = Rows::default();
    for (key, (_, _, _, text)) in (first..).zip(&found) {
        rows.number(key).text.push_str(text);
        rows.count += 1;
        if rows.text.len() > super::CHUNK && !each(std::mem::take(&mut rows)) {
            return;
        }
    }
    each(rows);
}

impl Teller<'_> {
    /// Counts what an event did without telling it.
    fn pass(&mut self, event: &Event) {
        match event.change {
            Change::Added(first, next) => self.count += next - first,
            Change::Voted(place) => {
                let vote = self.world.lists.votes_of(self.number)[place];
                *self.scores.entry(vote.entry).or_insert(0) += if vote.is_for { 1 } else { -1 };
            }
            _ => {}
        }
    }
}
