//! Invented names: of artists, records, tracks, people and lists.
//!
//! Built from lists of plain words and syllables; whoever is called so by chance is not meant.

use super::chance::Chance;

const ADJECTIVES: &[&str] = &[
    "Silent", "Golden", "Hollow", "Electric", "Crooked", "Distant", "Velvet", "Broken", "Midnight", "Paper", "Burning",
    "Frozen", "Wild", "Quiet", "Neon", "Bitter", "Gentle", "Restless", "Scarlet", "Heavy", "Lonely", "Lucky", "Second",
    "Northern", "Hidden", "Slow", "Bright", "Salt", "Copper", "Young", "Endless", "Sleeping", "Pale", "Strange",
    "Holy", "Plastic", "Summer", "Winter", "Concrete", "Faded", "Careless", "Blue", "Green", "Black", "White", "Last",
    "First", "Small", "Giant", "Secret",
];
const NOUNS: &[&str] = &[
    "River",
    "Mirror",
    "Engine",
    "Garden",
    "Window",
    "Harbour",
    "Signal",
    "Mountain",
    "Orchard",
    "Lantern",
    "Shadow",
    "Machine",
    "Ocean",
    "Station",
    "Feather",
    "Thunder",
    "Island",
    "Letter",
    "Bridge",
    "Valley",
    "Circle",
    "Forest",
    "Street",
    "Comet",
    "Desert",
    "Candle",
    "Ghost",
    "Horizon",
    "Kingdom",
    "Morning",
    "Needle",
    "Parade",
    "Queen",
    "Radio",
    "Satellite",
    "Tiger",
    "Umbrella",
    "Violet",
    "Whale",
    "Fox",
    "Winter",
    "Ballroom",
    "Carousel",
    "Diamond",
    "Echo",
    "Fever",
    "Glacier",
    "Heart",
    "Ivory",
    "Jungle",
    "Kite",
    "Ladder",
    "Meadow",
    "Night",
    "Owl",
    "Piano",
    "Quarry",
    "Road",
    "Sailor",
    "Tower",
    "Unison",
    "Voyage",
    "Wolf",
    "Yard",
    "Zero",
    "Anchor",
    "Balcony",
    "Cathedral",
    "Dancer",
    "Elevator",
];
const VERBS: &[&str] = &[
    "Waiting",
    "Running",
    "Falling",
    "Dancing",
    "Driving",
    "Dreaming",
    "Calling",
    "Leaving",
    "Burning",
    "Looking",
    "Sleeping",
    "Walking",
    "Breathing",
    "Drifting",
    "Praying",
    "Sailing",
    "Counting",
    "Coming Home",
    "Turning",
    "Fading",
];
const PHRASES: &[&str] = &[
    "for You",
    "in the Rain",
    "All Night",
    "Without You",
    "at the Window",
    "Again",
    "by the Sea",
    "on My Own",
    "Tonight",
    "in Slow Motion",
    "Through the Static",
    "Under the Bridge Lights",
    "to the Morning",
    "Before the Snow",
    "After Hours",
    "Like Water",
    "in Reverse",
    "at Half Past Four",
    "with the Radio On",
    "Out of Town",
];
const OPENINGS: &[&str] = &[
    "I Never Told You About",
    "Don't Wake",
    "Give Me",
    "This Is Not",
    "Somebody Stole",
    "Take Me to",
    "Waiting on",
    "Postcard from",
    "A Song for",
    "Notes on",
    "Letters to",
    "Nobody Owns",
    "Half of",
    "Inside",
];
const STARTS: &[&str] = &[
    "ka", "mi", "to", "ra", "lu", "ve", "so", "ni", "da", "el", "or", "an", "be", "ko", "sa", "ta", "jo", "li", "ma",
    "ne", "ol", "pe", "ri", "si", "tha", "um", "va", "wi", "ya", "ze", "bra", "cle", "dro", "fri", "gla", "sto", "tri",
    "mar",
];
const MIDDLES: &[&str] =
    &["la", "ri", "no", "ve", "mi", "ta", "re", "lo", "sha", "di", "na", "ko", "ber", "lin", "mon", "ster"];
const ENDS: &[&str] = &[
    "n", "s", "ra", "lle", "ck", "na", "rt", "th", "mo", "dis", "va", "l", "nne", "ro", "x", "ka", "sson", "ner", "li",
    "m",
];

/// Words of other scripts: plain words of everyday, for titles and names now and then.
const SCRIPTS: &[&[&str]] = &[
    &["ночь", "река", "город", "снег", "ветер", "голос", "дорога", "утро", "зеркало", "море", "огонь", "письмо"],
    &["νύχτα", "θάλασσα", "δρόμος", "φως", "ουρανός", "καρδιά", "βροχή", "όνειρο", "σιωπή", "νησί"],
    &["夜", "海", "光", "風", "雨音", "東京の朝", "夢", "月", "花火", "星空", "線路", "手紙"],
    &["밤", "바다", "별", "바람", "비", "꿈", "도시", "편지", "거울", "겨울"],
    &["ليل", "بحر", "قمر", "ريح", "حلم", "مدينة", "مطر", "نور", "طريق"],
    &["noče", "žluť", "śnieg", "été", "größe", "coração", "ångström", "año", "føroyar", "île", "işık", "hűség"],
];

/// How a name is written: 0 in Latin letters, from 1 in a script of [`SCRIPTS`].
pub(super) type Script = u8;

/// Which script somebody's names are in: mostly Latin.
pub(super) fn script(chance: &mut Chance) -> Script {
    if chance.is(0.9) { 0 } else { 1 + chance.below(SCRIPTS.len()) as Script }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// An invented word of two to four syllables, in small letters.
pub(super) fn word(chance: &mut Chance) -> String {
    let mut word = chance.pick(STARTS).to_owned();
    for _ in 0..chance.lasting(0.6, 2) {
        word += chance.pick(MIDDLES);
    }
    word + chance.pick(ENDS)
}

fn foreign(chance: &mut Chance, script: Script) -> String {
    let words = SCRIPTS[usize::from(script) - 1];
    let first = chance.pick(words);
    if chance.is(0.5) {
        return capital(first);
    }
    let second = chance.pick(words);
    // Japanese is written without spaces.
    if script == 3 { format!("{first}{second}") } else { format!("{} {second}", capital(first)) }
}

/// First and last name of a person, in Latin letters.
pub(super) fn person(chance: &mut Chance) -> (String, String) {
    (capital(&word(chance)), capital(&word(chance)))
}

/// An artist's name; `is_band` for a group.
pub(super) fn artist(chance: &mut Chance, script: Script, is_band: bool) -> String {
    if script > 0 && chance.is(0.7) {
        return foreign(chance, script);
    }
    if !is_band {
        let (first, last) = person(chance);
        return match chance.below(10) {
            0..=5 => format!("{first} {last}"),
            6 => format!("DJ {first}"),
            7 => first,
            8 => format!("{first} {}. {last}", (b'A' + chance.below(26) as u8) as char),
            _ => format!("{} {first}", chance.pick(ADJECTIVES)),
        };
    }
    match chance.below(9) {
        0 => format!("The {} {}s", chance.pick(ADJECTIVES), chance.pick(NOUNS)),
        1 => format!("{} {}", chance.pick(ADJECTIVES), chance.pick(NOUNS)),
        2 => format!("{} {}", capital(&word(chance)), chance.pick(NOUNS)),
        3 => capital(&word(chance)),
        4 => format!("The {}s of {}", chance.pick(NOUNS), capital(&word(chance))),
        5 => format!("{} and the {}s", person(chance).0, chance.pick(NOUNS)),
        6 => format!("{} & {}", capital(&word(chance)), capital(&word(chance))),
        7 => format!(
            "{} {} {}",
            chance.pick(NOUNS),
            chance.pick(NOUNS),
            chance.pick(&["Club", "Collective", "Trio", "Quartet", "Orchestra"])
        ),
        _ => format!("{}{}", capital(&word(chance)), chance.pick(ENDS)),
    }
}

/// The title of a track or a record.
pub(super) fn title(chance: &mut Chance, script: Script) -> String {
    if script > 0 && chance.is(0.75) {
        return foreign(chance, script);
    }
    match chance.below(16) {
        0..=2 => format!("{} {}", chance.pick(ADJECTIVES), chance.pick(NOUNS)),
        3 => chance.pick(NOUNS).to_owned(),
        4 => format!("{}s", chance.pick(NOUNS)),
        5 => format!("{} of {}", chance.pick(NOUNS), capital(&word(chance))),
        6 => format!("The {}", chance.pick(NOUNS)),
        7 => format!("{} {}", chance.pick(VERBS), chance.pick(PHRASES)),
        8 => format!("{} the {}", chance.pick(OPENINGS), chance.pick(NOUNS)),
        9 => format!("{} {}", chance.pick(OPENINGS), capital(&word(chance))),
        10 => format!("{} and {}", chance.pick(NOUNS), chance.pick(NOUNS)),
        11 => capital(&word(chance)),
        12 => format!("{} {}", capital(&word(chance)), chance.pick(NOUNS)),
        13 => format!("{} {} {}", chance.pick(ADJECTIVES), chance.pick(NOUNS), chance.pick(PHRASES)),
        14 => format!("{} in {}", chance.pick(NOUNS), capital(&word(chance))),
        _ => format!("{} {}", chance.pick(NOUNS), chance.between(2, 99)),
    }
}

/// A record company.
pub(super) fn label(chance: &mut Chance) -> String {
    let end = chance.pick(&["Records", "Recordings", "Tapes", "Music", "Sound", "Discs"]);
    if chance.is(0.5) { format!("{} {end}", chance.pick(NOUNS)) } else { format!("{} {end}", capital(&word(chance))) }
}

/// The name of a playlist about a genre; and of what mood it is.
pub(super) fn playlist(chance: &mut Chance, genre: &str, year: i64) -> (String, &'static str) {
    const MOODS: &[&str] =
        &["focus", "running", "sunday", "party", "rain", "road", "late night", "morning", "dinner", "summer"];
    let mood = chance.pick(MOODS);
    let name = match chance.below(10) {
        0 => format!("{genre} for {}", capital(mood)),
        1 => format!("Best of {genre} {year}"),
        2 => format!("{} {}", capital(mood), chance.pick(NOUNS)),
        3 => format!("{} {}", chance.pick(ADJECTIVES), chance.pick(NOUNS)),
        4 => format!("{}'s {genre}", person(chance).0),
        5 => format!("{genre}, {}", mood),
        6 => format!("{} {year}", capital(mood)),
        7 => capital(&word(chance)),
        8 => format!("{} {}", chance.pick(ADJECTIVES), genre),
        _ => format!("{} {}", chance.pick(VERBS), chance.pick(PHRASES)),
    };
    (name, mood)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::world::chance::Subject;
    use std::collections::HashSet;

    #[test]
    fn names_are_many_and_not_too_long() {
        let mut chance = Chance::of(1, Subject::Artist, 0);
        let mut seen = HashSet::new();
        for number in 0..10_000 {
            let script = script(&mut chance);
            let name = artist(&mut chance, script, number % 2 == 0);
            let title = title(&mut chance, script);
            assert!((1..=120).contains(&name.chars().count()) && (1..=120).contains(&title.chars().count()));
            assert!(name.trim() == name && !name.contains("  "), "{name:?}");
            seen.insert(name);
        }
        assert!(seen.len() > 7_500, "{} of 10000 names are different", seen.len());
    }
}
