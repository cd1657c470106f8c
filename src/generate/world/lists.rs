//! The playlists' plan: whose they are, what is in them, and who works and votes on them.

use std::collections::HashSet;
use std::ops::Range;

use super::calendar::DAY;
use super::catalogue::Catalogue;
use super::chance::{Chance, Subject, share_out};
use super::genres::GENRES;
use super::people::Person;
use super::size::WorldSize;

/// Whose an entry is when a rule put it there, and where a list lies that lies in no folder.
pub(super) const NOBODY: u32 = u32::MAX;

/// Most entries of one list.
const MAX_ENTRIES: f64 = 10_000.0;

/// How a list is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Visibility {
    Private,
    Unlisted,
    Public,
}

impl Visibility {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Unlisted => "unlisted",
            Self::Public => "public",
        }
    }
}

/// A list's place in the plan. Numbered from 0; the key is one higher. A person's lists follow one
/// another, folders first.
#[derive(Debug, Clone, Copy)]
pub(super) struct ListPlan {
    pub owner: u32,
    pub created: i64,
    pub genre: u8,
    pub visibility: Visibility,
    pub is_folder: bool,
    pub is_dynamic: bool,
    pub is_collaborative: bool,
    pub has_votes: bool,
    /// Folder that it lies in.
    pub parent: u32,
    pub followers: u32,
    first_entry: u32,
    first_member: u32,
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Active,
    Proposed,
    Rejected,
}

/// An entry of a list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub track: u32,
    pub by: u32,
    /// Seconds since 1970.
    pub at: u32,
    pub status: Status,
    pub up: u16,
    pub down: u16,
}

/// Somebody who works on a list of another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub person: u32,
    /// Whether the invitation was taken up.
    pub has_joined: bool,
    pub role: &'static str,
}

/// A vote for or against an entry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Vote {
    pub entry: u32,
    pub person: u32,
    pub at: u32,
    pub is_for: bool,
}

/// Somebody follows a list.
#[derive(Debug, Clone, Copy)]
pub(super) struct ListFollow {
    pub person: u32,
    pub list: u32,
    pub at: i64,
}

/// All playlists.
#[derive(Debug, Default)]
pub(super) struct Lists {
    pub lists: Vec<ListPlan>,
    first_of_owner: Vec<u32>,
    pub entries: Vec<Entry>,
    /// Keys of the entries, which are given in the order of time.
    pub entry_keys: Vec<u32>,
    members: Vec<Member>,
    /// By list, then by entry.
    pub votes: Vec<Vote>,
    pub follows: Vec<ListFollow>,
    /// Public lists of each genre, the oldest first: they are the best known.
    pub public: Vec<Vec<u32>>,
}

impl Lists {
    /// Plans all lists.
    pub(super) fn plan(seed: u64, size: &WorldSize, catalogue: &Catalogue, people: &[Person], until: i64) -> Self {
        let mut plan = Self { public: vec![Vec::new(); GENRES.len()], ..Self::default() };
        let weights = plan.plan_lists(seed, people, until);
        let borders = share_out(size.playlist_entries, weights);
        for number in 0..plan.lists.len() {
            plan.plan_members(seed, number, people);
            plan.lists[number].first_entry = plan.entries.len() as u32;
            let count = (borders[number + 1] - borders[number]) as usize;
            plan.plan_entries(seed, number, count, catalogue, people, until);
        }
        for number in 0..plan.lists.len() as u32 {
            plan.plan_votes(seed, number, until);
        }
        plan.give_keys();
        for (number, list) in plan.lists.iter().enumerate() {
            if list.visibility == Visibility::Public && !list.is_folder {
                plan.public[usize::from(list.genre)].push(number as u32);
            }
        }
        for lists in &mut plan.public {
            lists.sort_by_key(|number| plan.lists[*number as usize].created);
        }
        plan.plan_follows(seed, catalogue, people, until);
        plan
    }

    /// The lists of everybody; gives how many of all entries each has, in proportion.
    fn plan_lists(&mut self, seed: u64, people: &[Person], until: i64) -> Vec<f64> {
        let mut weights = Vec::new();
        for (owner, person) in people.iter().enumerate() {
            let first = self.lists.len() as u32;
            self.first_of_owner.push(first);
            let mut chance = Chance::of(seed, Subject::Lists, owner as u64);
            let folders = if chance.is(0.12) { 1 + chance.below(2) } else { 0 };
            let count = folders + 1 + chance.lasting(0.35, 40);
            for place in 0..count {
                let is_folder = place < folders;
                let is_dynamic = !is_folder && chance.is(0.04);
                let is_collaborative = !is_folder && !is_dynamic && chance.is(0.15);
                let age = chance.unit();
                let created = person.created + ((until - 2 * DAY - person.created) as f64 * age * age) as i64;
                let visibility = match chance.below(10) {
                    _ if is_folder => Visibility::Private,
                    0..=4 => Visibility::Private,
                    5 => Visibility::Unlisted,
                    _ => Visibility::Public,
                };
                let is_inside = !is_folder && folders > 0 && chance.is(0.5);
                let parent = match place {
                    // The second folder lies in the first now and then.
                    1 if is_folder && chance.is(0.4) => first,
                    _ if is_inside => first + chance.below(folders) as u32,
                    _ => NOBODY,
                };
                let likes = person.likes();
                self.lists.push(ListPlan {
                    owner: owner as u32,
                    created: if is_folder { person.created + 60 } else { created.max(person.created + 120) },
                    genre: likes[chance.rank(likes.len())],
                    visibility,
                    is_folder,
                    is_dynamic,
                    is_collaborative,
                    has_votes: is_collaborative && chance.is(0.5),
                    parent,
                    followers: 0,
                    first_entry: 0,
                    first_member: 0,
                });
                let weight = if is_folder || chance.is(0.02) { 0.0 } else { chance.tail().min(300.0) };
                weights.push(weight);
            }
        }
        self.first_of_owner.push(self.lists.len() as u32);
        weights
    }

    fn plan_members(&mut self, seed: u64, number: usize, people: &[Person]) {
        self.lists[number].first_member = self.members.len() as u32;
        let list = self.lists[number];
        if !list.is_collaborative {
            return;
        }
        let mut chance = Chance::of(seed, Subject::List, number as u64);
        let first = self.members.len();
        for _ in 0..1 + chance.below(6) {
            let person = chance.below(people.len()) as u32;
            let is_there = people[person as usize].created + DAY < list.created;
            let is_new = person != list.owner && self.members[first..].iter().all(|member| member.person != person);
            let (has_joined, role) =
                (chance.is(0.85), chance.weighted(&[("editor", 75.0), ("viewer", 15.0), ("admin", 10.0)]));
            if is_there && is_new {
                self.members.push(Member { person, has_joined, role });
            }
        }
    }

    fn plan_entries(
        &mut self,
        seed: u64,
        number: usize,
        count: usize,
        catalogue: &Catalogue,
        people: &[Person],
        until: i64,
    ) {
        let list = self.lists[number];
        let mut chance = Chance::of(seed, Subject::Entry, number as u64);
        let owner = &people[list.owner as usize];
        let hands: Vec<u32> = self.members[list.first_member as usize..]
            .iter()
            .filter(|member| member.has_joined && member.role != "viewer")
            .map(|member| member.person)
            .collect();
        let mut inside: HashSet<u32> = HashSet::with_capacity(count.min(MAX_ENTRIES as usize));
        // Everybody has joined two hours after the beginning; the owner begins at once.
        let worked = (until - DAY - list.created).min(20 * DAY * (1 + count as i64 / 8));
        let mut times: Vec<i64> = Vec::new();
        let mut left = count;
        let mut batches: Vec<usize> = Vec::new();
        while left > 0 {
            let batch = (1 + chance.lasting(0.3, count / 6 + 2)).min(left);
            batches.push(batch);
            let way = chance.unit();
            times.push(list.created + 10 + ((worked - 10).max(0) as f64 * way * way) as i64);
            left -= batch;
        }
        times.sort_unstable();
        let is_gated = list.is_collaborative && list.genre.is_multiple_of(3);
        for (batch, at) in batches.into_iter().zip(times) {
            let is_joint = !hands.is_empty() && at > list.created + 7_200 && chance.is(0.6);
            let by = match () {
                () if list.is_dynamic => NOBODY,
                () if is_joint => chance.pick(&hands),
                () => list.owner,
            };
            let status = match chance.below(10) {
                0 if is_gated && is_joint => Status::Rejected,
                1..=2 if is_gated && is_joint => Status::Proposed,
                _ => Status::Active,
            };
            for _ in 0..batch {
                let mut track = 0;
                for _ in 0..6 {
                    track = if chance.is(0.4) && !list.is_dynamic {
                        owner.favourite(seed, list.owner, chance.rank(owner.favourites()), catalogue)
                    } else {
                        catalogue.draw(&mut chance, list.genre)
                    };
                    if catalogue.available(track) <= at && !inside.contains(&track) {
                        break;
                    }
                }
                inside.insert(track);
                self.entries.push(Entry { track, by, at: at as u32, status, up: 0, down: 0 });
            }
        }
    }

    fn plan_votes(&mut self, seed: u64, number: u32, until: i64) {
        let list = self.lists[number as usize];
        if !list.has_votes {
            return;
        }
        let mut voters = vec![list.owner];
        voters.extend(self.members_of(number).iter().filter(|member| member.has_joined).map(|member| member.person));
        let mut chance = Chance::of(seed, Subject::Vote, u64::from(number));
        for entry in self.range(number) {
            if !chance.is(0.5) {
                continue;
            }
            for person in &voters {
                if !chance.is(0.4) || self.entries[entry].by == *person {
                    continue;
                }
                let is_for = chance.is(0.78);
                let added = i64::from(self.entries[entry].at);
                let at = chance.between(added + 60, (added + 10 * DAY).min(until - 60)) as u32;
                self.votes.push(Vote { entry: entry as u32, person: *person, at, is_for });
                let entry = &mut self.entries[entry];
                if is_for {
                    entry.up += 1
                } else {
                    entry.down += 1
                };
            }
        }
    }

    /// Keys go by time, as they would have been given.
    fn give_keys(&mut self) {
        let mut order: Vec<u32> = (0..self.entries.len() as u32).collect();
        order.sort_by_key(|entry| (self.entries[*entry as usize].at, *entry));
        self.entry_keys = vec![0; order.len()];
        for (place, entry) in order.into_iter().enumerate() {
            self.entry_keys[entry as usize] = place as u32 + 1;
        }
    }

    fn plan_follows(&mut self, seed: u64, catalogue: &Catalogue, people: &[Person], until: i64) {
        for (number, person) in people.iter().enumerate() {
            let mut chance = Chance::of(seed, Subject::ListFollow, number as u64);
            let mut followed: Vec<u32> = Vec::new();
            for _ in 0..chance.lasting(0.18, 40) {
                let genre = person.genre(&mut chance, catalogue);
                let public = &self.public[usize::from(genre)];
                let Some(list) = public.get(chance.rank(public.len())) else { continue };
                let plan = &mut self.lists[*list as usize];
                if plan.owner == number as u32 || followed.contains(list) {
                    continue;
                }
                followed.push(*list);
                plan.followers += 1;
                let at = chance.between(plan.created.max(person.created) + 3_600, until - 60);
                self.follows.push(ListFollow { person: number as u32, list: *list, at });
            }
        }
        self.follows.sort_by_key(|follow| (follow.at, follow.person, follow.list));
    }

    /// The lists of one person.
    pub(super) fn of_owner(&self, person: u32) -> Range<u32> {
        self.first_of_owner[person as usize]..self.first_of_owner[person as usize + 1]
    }

    /// Where the entries of a list are.
    pub(super) fn range(&self, number: u32) -> Range<usize> {
        let next = self.lists.get(number as usize + 1);
        let end = next.map_or(self.entries.len(), |next| next.first_entry as usize);
        self.lists[number as usize].first_entry as usize..end
    }

    /// The entries of a list, in their order.
    pub(super) fn entries_of(&self, number: u32) -> &[Entry] {
        &self.entries[self.range(number)]
    }

    /// Who works on a list beside its owner.
    pub(super) fn members_of(&self, number: u32) -> &[Member] {
        let next = self.lists.get(number as usize + 1);
        let end = next.map_or(self.members.len(), |next| next.first_member as usize);
        &self.members[self.lists[number as usize].first_member as usize..end]
    }

    /// The votes on the entries of a list.
    pub(super) fn votes_of(&self, number: u32) -> &[Vote] {
        let range = self.range(number);
        let from = self.votes.partition_point(|vote| (vote.entry as usize) < range.start);
        let until = self.votes.partition_point(|vote| (vote.entry as usize) < range.end);
        &self.votes[from..until]
    }
}
