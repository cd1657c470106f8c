//! The rows of playlists, entries, collaborators, votes and follows.

use serde_json::json;

use super::World;
use super::calendar::{DAY, civil};
use super::chance::{Chance, Subject};
use super::genres::GENRES;
use super::lists::{NOBODY, Status};
use super::names;
use super::row::Rows;
use super::stories::{Change, story};

/// Why a proposal was turned down.
pub(super) const REJECTION: &str = "Lovely, but not for this list.";

/// What a list was called first and is called now, and of what mood it is.
pub(super) struct Name {
    pub first: String,
    pub now: String,
    mood: &'static str,
    chance: Chance,
}

/// The name of a list.
pub(super) fn name(world: &World, number: u32) -> Name {
    let list = &world.lists.lists[number as usize];
    let mut chance = Chance::of(world.seed, Subject::List, u64::from(number) << 32 | 1);
    let genre = GENRES[usize::from(list.genre)].name;
    let (year, _, _) = civil(list.created / DAY);
    if list.is_folder {
        let name =
            chance.pick(&["Archive", "Moods", "Work", "Travel", "Old Favourites", "Parties", "By Year"]).to_owned();
        return Name { first: name.clone(), now: name, mood: "folder", chance };
    }
    let (first, _) = names::playlist(&mut chance, genre, year);
    let (later, mood) = names::playlist(&mut chance, genre, year);
    let is_renamed = story(world, number).iter().any(|event| matches!(event.change, Change::Renamed));
    let now = if is_renamed { later } else { first.clone() };
    Name { first, now, mood, chance }
}

/// Columns of `playlists`.
pub(super) const LIST_COLUMNS: &str = "id, uuid, name, owner_id, visibility, is_collaborative, collaboration_mode, \
    voting_enabled, duplicate_policy, parent_id, folder_type, description, tags, is_dynamic, dynamic_rules, \
    rules_evaluated_at, play_count, like_count, share_count, follower_count, track_count, total_duration_ms, version, \
    last_modified_by, created_at, updated_at";

/// The row of one list.
pub(super) fn write_list(world: &World, number: u32, rows: &mut Rows) {
    let list = &world.lists.lists[number as usize];
    let Name { now, mood, mut chance, .. } = name(world, number);
    let events = story(world, number);
    let (last_at, last_by) = events.last().map_or((list.created, list.owner), |event| (event.at, event.by));
    rows.number(u64::from(number) + 1).value(chance.uuid().as_hyphenated()).text(&now);
    rows.number(u64::from(list.owner) + 1).word(list.visibility.name()).truth(list.is_collaborative);
    let entries = world.lists.entries_of(number);
    let is_gated = entries.iter().any(|entry| entry.status != Status::Active);
    rows.word(if is_gated {
        "approval_required"
    } else if list.is_collaborative {
        "open"
    } else {
        "invite_only"
    });
    rows.truth(list.has_votes).word(chance.weighted(&[("allow", 80.0), ("skip", 20.0)]));
    rows.optional_number((list.parent != NOBODY).then(|| u64::from(list.parent) + 1)).truth(list.is_folder);
    let genre = &GENRES[usize::from(list.genre)];
    let description = (!list.is_folder && chance.is(0.4)).then(|| format!("{}, {mood}.", genre.name));
    rows.optional_text(description.as_deref());
    if list.is_folder {
        rows.word("[]")
    } else {
        rows.list(&[genre.slug, mood])
    };
    rows.truth(list.is_dynamic);
    if list.is_dynamic {
        rows.json(
            &json!({"all": [{"field": "genre", "operator": "any_of", "value": [genre.slug]}], "sort": "-popularity"}),
        );
        rows.instant(last_at);
    } else {
        rows.null().null();
    }
    let known = u64::from(list.followers);
    let plays = known * 14 + (chance.tail() * 3.0) as u64;
    rows.number(if list.is_folder { 0 } else { plays }).number(known * 2 / 3).number(known / 6).number(known);
    let active = entries.iter().filter(|entry| entry.status == Status::Active);
    rows.number(active.clone().count() as u64);
    rows.number(active.map(|entry| u64::from(world.catalogue.tracks[entry.track as usize].duration_ms)).sum());
    rows.number(events.len() as u64);
    rows.optional_number((last_by != NOBODY).then(|| u64::from(last_by) + 1))
        .instant(list.created)
        .instant(last_at)
        .end();
}

/// Columns of `playlist_tracks`.
pub(super) const ENTRY_COLUMNS: &str = "id, playlist_id, track_id, position, status, added_by, added_at, upvotes, \
    downvotes, is_locked, custom_note, rejection_reason, start_time_ms, end_time_ms";

/// The rows of all entries, in the order of their keys.
pub(super) fn write_entries(world: &World, mut each: impl FnMut(Rows) -> bool) {
    let lists = &world.lists;
    // Of each entry its list, and its place among the active ones.
    let mut of_list = vec![0_u32; lists.entries.len()];
    let mut place = vec![0_u32; lists.entries.len()];
    for number in 0..lists.lists.len() as u32 {
        let mut active = 0;
        for entry in lists.range(number) {
            of_list[entry] = number;
            active += u32::from(lists.entries[entry].status == Status::Active);
            place[entry] = active;
        }
    }
    let mut order: Vec<u32> = vec![0; lists.entries.len()];
    for (entry, key) in lists.entry_keys.iter().enumerate() {
        order[*key as usize - 1] = entry as u32;
    }
    let mut rows = Rows::default();
    for (number, key) in order.into_iter().zip(1_u64..) {
        let entry = &lists.entries[number as usize];
        let mut chance = Chance::of(world.seed, Subject::Entry, key << 32 | 1);
        rows.number(key).number(u64::from(of_list[number as usize]) + 1).number(u64::from(entry.track) + 1);
        let is_active = entry.status == Status::Active;
        rows.optional_number(is_active.then(|| u64::from(place[number as usize]) * 1_024));
        rows.word(match entry.status {
            Status::Active => "active",
            Status::Proposed => "proposed",
            Status::Rejected => "rejected",
        });
        rows.optional_number((entry.by != NOBODY).then(|| u64::from(entry.by) + 1)).instant(i64::from(entry.at));
        rows.number(u64::from(entry.up)).number(u64::from(entry.down)).word("f");
        let note = chance.is(0.02).then(|| chance.pick(&["From the concert.", "The live version, please.", "Opener."]));
        rows.optional_text(note);
        rows.optional_text((entry.status == Status::Rejected).then_some(REJECTION));
        let length = world.catalogue.tracks[entry.track as usize].duration_ms;
        if chance.is(0.01) {
            rows.number(u64::from(length / 10)).number(u64::from(length / 10 * 9)).end();
        } else {
            rows.null().null().end();
        }
        if rows.text.len() > super::CHUNK && !each(std::mem::take(&mut rows)) {
            return;
        }
    }
    each(rows);
}

/// Columns of `playlist_collaborators`.
pub(super) const MEMBER_COLUMNS: &str = "playlist_id, user_id, role, can_invite_others, invited_by, invitation_status, \
    tracks_added, invited_at, joined_at, last_active_at";

/// The rows of a list's collaborators.
pub(super) fn write_members(world: &World, number: u32, rows: &mut Rows) {
    let members = world.lists.members_of(number);
    if members.is_empty() {
        return;
    }
    let list = &world.lists.lists[number as usize];
    let events = story(world, number);
    for (place, member) in members.iter().enumerate() {
        let mut chance = Chance::of(world.seed, Subject::List, u64::from(number) << 32 | (place as u64 + 2));
        let when =
            |wanted: &dyn Fn(&Change) -> bool| events.iter().find(|event| wanted(&event.change)).map(|event| event.at);
        let invited =
            when(&|change| matches!(change, Change::Invited(other) if *other == place)).unwrap_or(list.created);
        let joined = when(&|change| matches!(change, Change::Joined(other) if *other == place));
        let last = events.iter().rev().find(|event| event.by == member.person).map(|event| event.at);
        let added = world.lists.entries_of(number).iter().filter(|entry| entry.by == member.person);
        rows.number(u64::from(number) + 1).number(u64::from(member.person) + 1).word(member.role);
        if chance.is(0.1) {
            rows.truth(true)
        } else {
            rows.null()
        };
        rows.number(u64::from(list.owner) + 1);
        rows.word(if member.has_joined {
            "accepted"
        } else {
            chance.pick(&["pending", "pending", "declined", "expired"])
        });
        rows.number(added.count() as u64).instant(invited).optional_instant(joined).optional_instant(last).end();
    }
}

/// Columns of `playlist_track_votes`.
pub(super) const VOTE_COLUMNS: &str = "playlist_track_id, user_id, vote_type, voted_at";

/// The row of one vote.
pub(super) fn write_vote(world: &World, number: usize, rows: &mut Rows) {
    let vote = &world.lists.votes[number];
    rows.number(u64::from(world.lists.entry_keys[vote.entry as usize])).number(u64::from(vote.person) + 1);
    rows.word(if vote.is_for { "1" } else { "-1" }).instant(i64::from(vote.at)).end();
}

/// Columns of `playlist_follows`.
pub(super) const FOLLOW_COLUMNS: &str = "user_id, playlist_id, folder_id, notifications_enabled, followed_at";

/// The row of one follow; some lie in the follower's first folder.
pub(super) fn write_follow(world: &World, number: usize, rows: &mut Rows) {
    let follow = &world.lists.follows[number];
    let mut chance = Chance::of(world.seed, Subject::ListFollow, (number as u64) << 32 | 1);
    let own = world.lists.of_owner(follow.person);
    let folder = own.start;
    let has_folder = !own.is_empty() && world.lists.lists[folder as usize].is_folder && chance.is(0.3);
    rows.number(u64::from(follow.person) + 1).number(u64::from(follow.list) + 1);
    rows.optional_number(has_folder.then(|| u64::from(folder) + 1)).truth(chance.is(0.8)).instant(follow.at).end();
}
