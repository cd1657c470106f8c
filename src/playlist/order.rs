//! Places in a list as sparse keys: an entry goes between two others without moving them.
//!
//! Keys of new entries stand [`GAP`] apart. A gap can be halved some thirty times; when it is used
//! up, the entries around it are spread anew, and only as many as it takes. Pure: no SQL.

use std::collections::HashMap;

/// Distance between the keys of entries that follow each other at an end of a list.
pub const GAP: i64 = 1 << 32;

/// Entries on either side that are spread anew at first, where a gap is used up.
const REACH: usize = 16;

/// The least distance that spreading anew leaves, so that it is not needed again at once.
const LEAST_STEP: i128 = 16;

/// As many keys as asked for, in order, between two keys or beyond one; none where there is no room.
#[must_use]
pub fn between(before: Option<i64>, after: Option<i64>, count: usize) -> Option<Vec<i64>> {
    spread(before, after, count, 1)
}

fn spread(before: Option<i64>, after: Option<i64>, count: usize, least_step: i128) -> Option<Vec<i64>> {
    let wanted = i128::try_from(count).ok()?;
    let (first, step) = match (before.map(i128::from), after.map(i128::from)) {
        (None, None) => (0, i128::from(GAP)),
        (Some(before), None) => {
            let step = i128::from(GAP).min((i128::from(i64::MAX) - before) / (wanted + 1));
            (before + step, step)
        }
        (None, Some(after)) => {
            let step = i128::from(GAP).min((after - i128::from(i64::MIN)) / (wanted + 1));
            (after - step * wanted, step)
        }
        (Some(before), Some(after)) => {
            let step = (after - before) / (wanted + 1);
            (before + step, step)
        }
    };
    if step < least_step {
        return None;
    }
    (0..wanted).map(|number| i64::try_from(first + step * number).ok()).collect()
}

/// The entries that need another key, and their keys, so that the order of the keys is the wanted
/// one; entries without a key get one. As few as can be: whatever stands right already stays.
///
/// `bounds` are the keys around all of them. None where there is no room within.
#[must_use]
pub fn rearranged(
    bounds: (Option<i64>, Option<i64>),
    current: &[(i64, i64)],
    wanted: &[i64],
) -> Option<Vec<(i64, i64)>> {
    let current: HashMap<i64, i64> = current.iter().copied().collect();
    let mut keys: Vec<Option<i64>> = wanted.iter().map(|id| current.get(id).copied()).collect();
    let standing = longest_increasing(&keys);
    for (place, key) in keys.iter_mut().enumerate() {
        if standing.binary_search(&place).is_err() {
            *key = None;
        }
    }
    let (mut at, mut reach, mut least_step) = (0, REACH, 1);
    while let Some(start) = keys.iter().skip(at).position(Option::is_none).map(|found| at + found) {
        let end = keys.iter().skip(start).position(Option::is_some).map_or(keys.len(), |found| start + found);
        let before = start.checked_sub(1).and_then(|place| keys.get(place).copied()?).or(bounds.0);
        let after = keys.get(end).copied().flatten().or(bounds.1);
        if let Some(new) = spread(before, after, end - start, least_step) {
            keys.iter_mut().skip(start).zip(new).for_each(|(key, new)| *key = Some(new));
            (at, reach, least_step) = (end, REACH, 1);
            continue;
        }
        if start == 0 && end == keys.len() {
            return None;
        }
        at = start.saturating_sub(reach);
        keys.iter_mut().take(end.saturating_add(reach)).skip(at).for_each(|key| *key = None);
        (reach, least_step) = (reach.saturating_mul(2), LEAST_STEP);
    }
    let changed = wanted.iter().zip(keys).filter_map(|(id, key)| {
        let key = key?;
        (current.get(id) != Some(&key)).then_some((*id, key))
    });
    Some(changed.collect())
}

/// The places of the longest part whose keys grow, in order. After Schensted (1961), in n log n.
fn longest_increasing(keys: &[Option<i64>]) -> Vec<usize> {
    // The place that ends the best part of each length, and the place before each place.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous: Vec<Option<usize>> = vec![None; keys.len()];
    for (place, key) in keys.iter().enumerate() {
        let Some(key) = key else { continue };
        let length = ends.partition_point(|end| keys.get(*end).copied().flatten().is_some_and(|other| other < *key));
        if let (Some(slot), Some(before)) = (previous.get_mut(place), length.checked_sub(1)) {
            *slot = ends.get(before).copied();
        }
        match ends.get_mut(length) {
            Some(end) => *end = place,
            None => ends.push(place),
        }
    }
    let mut part = Vec::with_capacity(ends.len());
    let mut place = ends.last().copied();
    while let Some(here) = place {
        part.push(here);
        place = previous.get(here).copied().flatten();
    }
    part.reverse();
    part
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_stand_apart_at_the_ends_and_evenly_in_between() {
        assert_eq!(between(None, None, 2), Some(vec![0, GAP]));
        assert_eq!(between(Some(7), None, 2), Some(vec![7 + GAP, 7 + 2 * GAP]));
        assert_eq!(between(None, Some(7), 2), Some(vec![7 - 2 * GAP, 7 - GAP]));
        assert_eq!(between(Some(0), Some(9), 2), Some(vec![3, 6]));
        assert_eq!(between(Some(0), Some(2), 2), None);
        assert!(between(Some(i64::MAX - 5), None, 2).is_some_and(|keys| keys.iter().all(|key| *key > i64::MAX - 5)));
        assert_eq!(between(Some(i64::MAX), None, 1), None);
    }

    #[test]
    fn one_that_moves_is_the_only_one_that_gets_another_key() {
        let current: Vec<_> = (0..100).map(|id| (id, id * GAP)).collect();
        let mut wanted: Vec<i64> = (0..100).collect();
        let moved = wanted.remove(80);
        wanted.insert(3, moved);
        assert_eq!(rearranged((None, None), &current, &wanted), Some(vec![(80, 2 * GAP + GAP / 2)]));
    }

    #[test]
    fn a_gap_that_is_used_up_is_made_by_its_neighbours() {
        let current: Vec<_> = (0..1_000).map(|id| (id, if id < 500 { id } else { id + 1_000_000 })).collect();
        let mut wanted: Vec<i64> = (0..1_000).collect();
        wanted.insert(490, 5_000);
        let changed = rearranged((None, None), &current, &wanted).expect("there is room");
        assert!(changed.len() < 100, "{} entries", changed.len());
    }

    fn order_of(current: &[(i64, i64)], changed: &[(i64, i64)]) -> Vec<i64> {
        let mut keys: HashMap<i64, i64> = current.iter().copied().collect();
        keys.extend(changed.iter().copied());
        let mut all: Vec<_> = keys.into_iter().collect();
        all.sort_unstable_by_key(|(_, key)| *key);
        assert!(all.windows(2).all(|two| two[0].1 < two[1].1), "a key twice: {all:?}");
        all.into_iter().map(|(id, _)| id).collect()
    }

    proptest! {
        #[test]
        fn any_order_can_be_made_and_is_the_wanted_one(
            gaps in prop::collection::vec(1_i64..50, 1..60),
            shuffle in prop::collection::vec(0_usize..60, 0..60),
            news in 0_i64..5,
        ) {
            let mut key = 0;
            let current: Vec<_> = gaps.iter().zip(0..).map(|(gap, id)| { key += gap; (id, key) }).collect();
            let mut wanted: Vec<i64> = current.iter().map(|(id, _)| *id).chain((0..news).map(|new| -1 - new)).collect();
            for (from, to) in shuffle.iter().enumerate() {
                let (from, to) = (from % wanted.len(), to % wanted.len());
                wanted.swap(from, to);
            }
            let changed = rearranged((None, None), &current, &wanted).expect("there is room without bounds");
            prop_assert_eq!(order_of(&current, &changed), wanted.clone());
            if let Some(changed) = rearranged((Some(0), Some(key + 10)), &current, &wanted) {
                prop_assert_eq!(order_of(&current, &changed), wanted);
                prop_assert!(changed.iter().all(|(_, new)| 0 < *new && *new < key + 10));
            }
        }
    }
}
