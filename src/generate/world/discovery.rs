//! Sessions of discovery: what was proposed to whom, why, and what came of it.

use std::collections::HashSet;

use serde_json::json;

use super::World;
use super::calendar::{DAY, listening_instant};
use super::chance::{Chance, Subject, share_out};
use super::genres::GENRES;
use super::people::Person;
use super::row::Rows;
use super::size::WorldSize;

/// A session's place in the plan; numbered by time from 0, the key is one higher.
#[derive(Debug, Clone, Copy)]
pub(super) struct SessionPlan {
    pub person: u32,
    pub start: i64,
    pub end: i64,
    is_active: bool,
    tracks: u32,
    kind: u8,
}

/// Kinds of sessions, and how many of a hundred are so.
const KINDS: [(&str, f64); 6] = [
    ("radio", 34.0),
    ("daily_mix", 26.0),
    ("discover_weekly", 16.0),
    ("genre_explore", 10.0),
    ("dig", 9.0),
    ("sonic_path", 5.0),
];

/// Seconds between two tracks of a session.
const PACE: i64 = 150;

/// All sessions, in the order of their beginnings. Those of one person follow one another.
pub(super) fn plan(seed: u64, size: &WorldSize, people: &[Person], begin: i64, until: i64) -> Vec<SessionPlan> {
    let borders = share_out(size.discovery_tracks, people.iter().map(|person| f64::from(person.activity.sqrt())));
    let mut sessions = Vec::new();
    for (number, person) in people.iter().enumerate() {
        let mut chance = Chance::of(seed, Subject::Session, number as u64);
        let tracks = borders[number + 1] - borders[number];
        let count = (tracks / 25).max(1);
        let parts = share_out(tracks, (0..count).map(|_| 0.4 + chance.unit()));
        let from = person.created.max(begin);
        let slot = (until - from) / count as i64;
        for place in 0..count as usize {
            let tracks = (parts[place + 1] - parts[place]) as u32;
            if tracks == 0 {
                continue;
            }
            let long = i64::from(tracks) * PACE;
            let first = from + slot * place as i64;
            let last = first + slot - long - 1;
            let start =
                if last > first { listening_instant(&mut chance, first, last, i64::from(person.zone)) } else { first };
            let kinds: Vec<(u8, f64)> = KINDS.iter().enumerate().map(|(at, (_, weight))| (at as u8, *weight)).collect();
            sessions.push(SessionPlan {
                person: number as u32,
                start,
                end: (start + long).min(first + slot).min(until),
                is_active: place + 1 == count as usize && chance.is(0.2),
                tracks,
                kind: chance.weighted(&kinds),
            });
        }
    }
    sessions.sort_by_key(|session| (session.start, session.person));
    sessions
}

/// A proposal and what came of it.
struct Proposal {
    track: u32,
    at: i64,
    score: f64,
    reason: usize,
    heard_ms: u64,
    was_played: bool,
    was_skipped: bool,
    was_liked: bool,
    was_saved: bool,
    verdict: Option<&'static str>,
}

const REASONS: [(&str, &str); 5] = [
    ("genre_match", "You like the genre."),
    ("similar_users", "Others like you play it."),
    ("co_listened", "Often heard with yours."),
    ("never_heard", "New to you."),
    ("not_heard_lately", "Not heard for long."),
];

/// What was proposed in a session; no track twice.
fn proposals(world: &World, number: usize) -> Vec<Proposal> {
    let session = world.sessions[number];
    let person = &world.people[session.person as usize];
    let mut chance = Chance::of(world.seed, Subject::Proposal, number as u64);
    let mut inside: HashSet<u32> = HashSet::new();
    let all = world.catalogue.tracks.len() as u32;
    // A session that goes on has been heard half-way.
    let reached = if session.is_active { session.tracks / 2 } else { session.tracks };
    let pace = ((session.end - 1 - session.start) / i64::from(session.tracks)).clamp(0, PACE);
    (0..session.tracks)
        .map(|place| {
            let mut track = 0;
            for _ in 0..12 {
                track = person.track(&mut chance, &world.catalogue);
                if world.catalogue.available(track) <= session.start && !inside.contains(&track) {
                    break;
                }
            }
            while !inside.insert(track) {
                track = (track + 1) % all;
            }
            let roll = if place < reached { chance.unit() } else { 1.0 };
            let (was_played, was_skipped) = (roll < 0.7, (0.7..0.92).contains(&roll));
            let part = if roll < 0.55 { 1.0 } else { 0.1 + 0.6 * chance.unit() };
            let length = f64::from(world.catalogue.tracks[track as usize].duration_ms);
            Proposal {
                track,
                at: session.start + i64::from(place) * pace,
                score: chance.around(0.72, 0.13, 0.2, 1.0),
                reason: chance.rank(REASONS.len()),
                heard_ms: (length * part) as u64,
                was_played,
                was_skipped,
                was_liked: roll < 0.16,
                was_saved: roll < 0.07,
                verdict: match roll {
                    _ if KINDS[usize::from(session.kind)].0 != "dig" || roll >= 1.0 => None,
                    ..0.16 => Some("gold"),
                    ..0.7 => Some("maybe"),
                    _ => Some("no"),
                },
            }
        })
        .collect()
}

/// Columns of `discovery_sessions`.
pub(super) const COLUMNS: &str = "id, uuid, user_id, session_type, session_name, seed_type, seed_data, discovery_params, \
    random_seed, algorithm_version, tracks_presented, tracks_played, tracks_skipped, tracks_liked, \
    tracks_added_to_library, total_play_time_ms, average_play_percentage, discovery_score, user_satisfaction, is_active, \
    current_position, started_at, ended_at, last_interaction_at";

/// The row of one session.
pub(super) fn write(world: &World, number: usize, rows: &mut Rows) {
    let session = world.sessions[number];
    let person = &world.people[session.person as usize];
    let all = proposals(world, number);
    let mut chance = Chance::of(world.seed, Subject::Session, (number as u64) << 32 | 1);
    let count = |is: &dyn Fn(&Proposal) -> bool| all.iter().filter(|proposal| is(proposal)).count() as u64;
    let played: Vec<&Proposal> = all.iter().filter(|proposal| proposal.was_played).collect();
    let heard: u64 = played.iter().map(|proposal| proposal.heard_ms).sum();
    let percent: f64 = played
        .iter()
        .map(|proposal| {
            proposal.heard_ms as f64 * 100.0 / f64::from(world.catalogue.tracks[proposal.track as usize].duration_ms)
        })
        .sum();
    let genre = &GENRES[usize::from(person.genre(&mut chance, &world.catalogue))];
    let kind = KINDS[usize::from(session.kind)].0;
    rows.number(number as u64 + 1)
        .value(chance.uuid().as_hyphenated())
        .number(u64::from(session.person) + 1)
        .word(kind);
    let name = chance.is(0.4).then(|| match kind {
        "radio" => format!("{} radio", genre.name),
        "dig" => format!("Digging for {}", genre.name),
        _ => format!("{} and around", genre.name),
    });
    rows.optional_text(name.as_deref()).word(if kind == "daily_mix" { "library" } else { "genre" });
    rows.json(&json!([{"type": "genre", "slug": genre.slug}]))
        .word("{}")
        .number(chance.below(1 << 40) as u64)
        .word("1");
    let (liked, skipped) = (count(&|proposal| proposal.was_liked), count(&|proposal| proposal.was_skipped));
    rows.number(all.len() as u64).number(played.len() as u64).number(skipped).number(liked);
    rows.number(count(&|proposal| proposal.was_saved)).number(heard);
    rows.value(format_args!("{:.1}", (percent / played.len().max(1) as f64).min(100.0)));
    rows.value(format_args!("{:.2}", liked as f64 / (played.len() as u64 + skipped).max(1) as f64));
    let satisfaction =
        (!session.is_active && chance.is(0.3)).then(|| format!("{:.2}", chance.around(0.68, 0.18, 0.0, 1.0)));
    rows.optional(satisfaction).truth(session.is_active);
    let reached = played.len() as u64 + skipped;
    rows.number(reached.saturating_sub(1)).instant(session.start);
    rows.optional_instant((!session.is_active).then_some(session.end));
    rows.optional_instant(played.last().map(|proposal| proposal.at)).end();
}

/// Columns of `discovery_session_tracks`.
pub(super) const TRACK_COLUMNS: &str = "id, session_id, track_id, position, recommendation_score, recommendation_reasons, \
    verdict, was_played, play_duration_ms, was_skipped, skip_time_ms, was_liked, was_added_to_library, presented_at, \
    interacted_at";

/// The rows of what was presented from `start` to `end`, the first with the key `first`.
pub(super) fn write_tracks(world: &World, start: i64, end: i64, first: u64, mut each: impl FnMut(Rows) -> bool) {
    // A session that began in the month before may reach into this one.
    let from = world.sessions.partition_point(|session| session.start < start - 7 * DAY);
    let until = world.sessions.partition_point(|session| session.start < end);
    let mut key = first;
    let mut rows = Rows::default();
    for number in from..until {
        if world.sessions[number].end < start {
            continue;
        }
        for (place, proposal) in proposals(world, number).iter().enumerate() {
            if !(start..end).contains(&proposal.at) {
                continue;
            }
            write_proposal(key, number, place, proposal, &mut rows);
            key += 1;
        }
        if rows.text.len() > super::CHUNK && !each(std::mem::take(&mut rows)) {
            return;
        }
    }
    each(rows);
}

fn write_proposal(key: u64, session: usize, place: usize, proposal: &Proposal, rows: &mut Rows) {
    rows.number(key).number(session as u64 + 1).number(u64::from(proposal.track) + 1).number(place as u64);
    rows.value(format_args!("{:.2}", proposal.score));
    let (code, text) = REASONS[proposal.reason];
    rows.value(format_args!("[{{\"code\": \"{code}\", \"text\": \"{text}\", \"weight\": {:.2}}}]", proposal.score));
    rows.optional_text(proposal.verdict).truth(proposal.was_played);
    rows.optional_number(proposal.was_played.then_some(proposal.heard_ms)).truth(proposal.was_skipped);
    rows.optional_number(proposal.was_skipped.then_some(proposal.heard_ms)).truth(proposal.was_liked);
    rows.truth(proposal.was_saved).instant(proposal.at);
    rows.optional_instant((proposal.was_played || proposal.was_skipped).then_some(proposal.at)).end();
}
