//! Codes by which the outside world knows things: valid in form, given to nobody.

use super::chance::Chance;

const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Countries of artists and people, with how many come from each.
pub(super) const COUNTRIES: &[(&str, f64)] = &[
    ("US", 24.0),
    ("GB", 12.0),
    ("DE", 9.0),
    ("FR", 7.0),
    ("SE", 4.0),
    ("JP", 6.0),
    ("KR", 4.0),
    ("BR", 5.0),
    ("CA", 4.0),
    ("AU", 3.0),
    ("NL", 3.0),
    ("ES", 3.0),
    ("IT", 3.0),
    ("MX", 3.0),
    ("NG", 2.0),
    ("PL", 2.0),
    ("NO", 1.5),
    ("IS", 0.6),
    ("AR", 1.5),
    ("IN", 2.5),
    ("ZA", 1.2),
    ("TR", 1.2),
    ("GR", 0.8),
    ("UA", 0.8),
    ("EG", 0.8),
    ("JM", 0.7),
    ("CO", 1.0),
];

/// Services that a track, record or artist is found at, with how often each has it.
pub(super) const SERVICES: &[(&str, f64)] = &[
    ("spotify", 0.62),
    ("youtube", 0.70),
    ("deezer", 0.28),
    ("apple_music", 0.30),
    ("tidal", 0.12),
    ("soundcloud", 0.14),
    ("bandcamp", 0.12),
];

/// The ISRC of the number-th track: country, registrant, year and number, each track its own.
pub(super) fn isrc(number: u64, country: &str, year: i64) -> String {
    // The registrant goes on when the 100,000 numbers of a year are used up.
    let registrant = 1_296 * 13 + number / 100_000;
    let digit = |place: u64| char::from(DIGITS[(registrant / place % 36) as usize]);
    format!("{country}{}{}{}{:02}{:05}", digit(1_296), digit(36), digit(1), year.rem_euclid(100), number % 100_000)
}

/// An EAN-13 for the number-th record, with its check digit (GS1 General Specifications, 7.9).
pub(super) fn barcode(number: u64) -> String {
    let body = format!("{:012}", 200_000_000_000 + number % 99_999_999_999);
    let sum: u32 = body
        .bytes()
        .enumerate()
        .map(|(place, digit)| u32::from(digit - b'0') * if place % 2 == 0 { 1 } else { 3 })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// An id and an address of one thing at a service; `what` is `track`, `album` or `artist`. Ids of a
/// kind do not repeat, since they end with the thing's number.
pub(super) fn at_service(chance: &mut Chance, service: &str, what: &str, number: u64) -> (String, String) {
    let coded = |chance: &mut Chance, length: usize| {
        let mut text: Vec<u8> = (0..length).map(|_| chance.pick(LETTERS)).collect();
        let mut left = number;
        // The last five letters are the number.
        for place in (length - 5..length).rev() {
            text[place] = LETTERS[(left % 62) as usize];
            left /= 62;
        }
        text.into_iter().map(char::from).collect::<String>()
    };
    match service {
        "spotify" => {
            let id = coded(chance, 22);
            let uri = format!("https://open.spotify.com/{what}/{id}");
            (id, uri)
        }
        "youtube" => {
            let id = if what == "track" { coded(chance, 11) } else { format!("UC{}", coded(chance, 22)) };
            let path = if what == "track" { "watch?v=" } else { "channel/" };
            let uri = format!("https://www.youtube.com/{path}{id}");
            (id, uri)
        }
        "deezer" => {
            (format!("{}", 100_000_000 + number), format!("https://www.deezer.com/{what}/{}", 100_000_000 + number))
        }
        "apple_music" => {
            let id = 1_400_000_000 + number;
            (id.to_string(), format!("https://music.apple.com/us/{}/{id}", if what == "track" { "song" } else { what }))
        }
        "tidal" => {
            (format!("{}", 50_000_000 + number), format!("https://tidal.com/browse/{what}/{}", 50_000_000 + number))
        }
        other => {
            let id = format!("{what}-{}", coded(chance, 9).to_lowercase()) + &number.to_string();
            let uri = format!("https://{other}.com/{id}");
            (id, uri)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::world::chance::Subject;
    use std::collections::HashSet;

    #[test]
    fn codes_have_their_form_and_are_given_once() {
        let mut seen = HashSet::new();
        for number in 0..300_000 {
            let isrc = isrc(number, "DE", 2024);
            assert!(isrc.len() == 12 && isrc.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()));
            assert!(seen.insert(isrc));
        }
        assert_eq!(barcode(0), "2000000000008");
        let mut chance = Chance::of(1, Subject::TrackSource, 0);
        for (service, _) in SERVICES {
            let (one, uri) = at_service(&mut chance, service, "track", 1);
            let (other, _) = at_service(&mut chance, service, "track", 2);
            assert!(one != other && uri.starts_with("https://") && uri.contains(&one), "{service} {uri}");
        }
    }
}
