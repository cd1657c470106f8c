//! Musical keys: names, pitch classes and the Camelot wheel.
//!
//! A key is a pitch class (0 = C, 1 = C♯/D♭ … 11 = B) and a mode (0 = minor, 1 = major), as in
//! `tracks.audio_features`. Source of the codes: the Camelot wheel of Mixed In Key, on which 8B is
//! C major, 8A is its relative A minor, and each step up is a fifth up. Pure: no SQL.

/// Major or minor; the number is what `tracks.audio_features->'mode'` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// 0, the A side of the Camelot wheel.
    Minor = 0,
    /// 1, the B side of the Camelot wheel.
    Major = 1,
}

/// A key that exists: one of twelve pitch classes in one of two modes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MusicalKey {
    pitch_class: u8,
    mode: Mode,
}

/// Names by pitch class as people write them: sharps where F♯ and C♯ minor keys use them, flats
/// where the flat signature is the shorter one.
const MAJOR_NAMES: [&str; 12] = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];
const MINOR_NAMES: [&str; 12] = ["Cm", "C#m", "Dm", "Ebm", "Em", "Fm", "F#m", "Gm", "G#m", "Am", "Bbm", "Bm"];
/// Camelot codes by pitch class; every column is the formula of [`MusicalKey::from_camelot`].
const MAJOR_CODES: [&str; 12] = ["8B", "3B", "10B", "5B", "12B", "7B", "2B", "9B", "4B", "11B", "6B", "1B"];
const MINOR_CODES: [&str; 12] = ["5A", "12A", "7A", "2A", "9A", "4A", "11A", "6A", "1A", "8A", "3A", "10A"];

impl Mode {
    /// The mode of a stored number: 0 is minor, 1 is major, anything else is none.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        match number {
            0 => Some(Self::Minor),
            1 => Some(Self::Major),
            _ => None,
        }
    }

    /// The mode named by `m`, `min`, `minor`, `M`, `maj` or `major`.
    ///
    /// Only the single letter minds its case, as in chord names.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "m" => return Some(Self::Minor),
            "M" => return Some(Self::Major),
            _ => {}
        }
        match name.to_ascii_lowercase().as_str() {
            "min" | "minor" => Some(Self::Minor),
            "maj" | "major" => Some(Self::Major),
            _ => None,
        }
    }
}

impl MusicalKey {
    /// The key of stored numbers: pitch class 0 to 11, mode 0 or 1; none outside of these.
    #[must_use]
    pub fn new(pitch_class: i64, mode: i64) -> Option<Self> {
        let mode = Mode::from_number(mode)?;
        let pitch_class = u8::try_from(pitch_class).ok().filter(|class| *class < 12)?;
        Some(Self { pitch_class, mode })
    }

    /// The pitch class, 0 (C) to 11 (B).
    #[must_use]
    pub fn pitch_class(self) -> u8 {
        self.pitch_class
    }

    /// Major or minor.
    #[must_use]
    pub fn mode(self) -> Mode {
        self.mode
    }

    /// The short name, `C` for a major and `Am` for a minor key; [`MusicalKey::parse`] reads it.
    #[must_use]
    pub fn name(self) -> &'static str {
        let index = usize::from(self.pitch_class % 12);
        match self.mode {
            Mode::Major => MAJOR_NAMES[index],
            Mode::Minor => MINOR_NAMES[index],
        }
    }

    /// The code on the Camelot wheel, `1A` to `12B`.
    #[must_use]
    pub fn camelot(self) -> &'static str {
        let index = usize::from(self.pitch_class % 12);
        match self.mode {
            Mode::Major => MAJOR_CODES[index],
            Mode::Minor => MINOR_CODES[index],
        }
    }

    /// The key of a Camelot code: `8A`, `8a` or `08A`.
    #[must_use]
    pub fn from_camelot(code: &str) -> Option<Self> {
        let (digits, mode, base) = if let Some(digits) = code.strip_suffix(['A', 'a']) {
            (digits, Mode::Minor, 9)
        } else {
            (code.strip_suffix(['B', 'b'])?, Mode::Major, 0)
        };
        if digits.is_empty() || digits.len() > 2 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let number: u8 = digits.parse().ok().filter(|n| (1..=12).contains(n))?;
        // Number 8 is the base; a step is a fifth, seven semitones. 12 - 8 keeps it positive.
        let pitch_class = (base + 7 * (number + 4)) % 12;
        Some(Self { pitch_class, mode })
    }

    /// The key a person wrote: `Am`, `A minor`, `C#`, `Db maj`, `F♯m`, or a Camelot code.
    ///
    /// A note alone is a major key, as in chord names.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(key) = Self::from_camelot(text) {
            return Some(key);
        }
        let (pitch_class, mode) = parse_note(text)?;
        let mode = mode.unwrap_or(Mode::Major);
        Some(Self { pitch_class, mode })
    }

    /// The same pitch class in another mode.
    #[must_use]
    pub fn in_mode(self, mode: Mode) -> Self {
        Self { mode, ..self }
    }
}

/// The pitch class and, where it is written, the mode: `A` is `(9, None)`, `Am` is `(9, Minor)`.
#[must_use]
pub fn parse_note(text: &str) -> Option<(u8, Option<Mode>)> {
    let mut characters = text.trim().chars();
    let natural: u8 = match characters.next()?.to_ascii_uppercase() {
        'C' => 0,
        'D' => 2,
        'E' => 4,
        'F' => 5,
        'G' => 7,
        'A' => 9,
        'B' => 11,
        _ => return None,
    };
    let rest = characters.as_str();
    let (shift, rest) = if let Some(rest) = rest.strip_prefix(['#', '♯']) {
        (1, rest)
    } else if let Some(rest) = rest.strip_prefix(['b', '♭']) {
        (11, rest)
    } else {
        (0, rest)
    };
    let rest = rest.trim_start_matches([' ', '-', '_']);
    let mode = if rest.is_empty() { None } else { Some(Mode::from_name(rest)?) };
    Some(((natural + shift) % 12, mode))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_key() -> impl Iterator<Item = MusicalKey> {
        (0..12).flat_map(|class| (0..2).map(move |mode| MusicalKey::new(class, mode).expect("a key")))
    }

    #[test]
    fn every_key_is_found_again_by_its_name_and_by_its_camelot_code() {
        for key in every_key() {
            assert_eq!(MusicalKey::parse(key.name()), Some(key));
            assert_eq!(MusicalKey::parse(key.camelot()), Some(key));
        }
    }

    #[test]
    fn a_step_on_the_wheel_is_a_fifth_and_the_two_sides_are_relative() {
        for key in every_key() {
            let (number, side) = key.camelot().split_at(key.camelot().len() - 1);
            let next = number.parse::<u8>().expect("a key") % 12 + 1;
            let fifth = MusicalKey::from_camelot(&format!("{next}{side}")).expect("a key");
            assert_eq!(fifth.pitch_class(), (key.pitch_class() + 7) % 12);
            if key.mode() == Mode::Minor {
                let relative = MusicalKey::from_camelot(&format!("{number}B")).expect("a key");
                assert_eq!(relative.pitch_class(), (key.pitch_class() + 3) % 12);
            }
        }
        assert_eq!(MusicalKey::new(0, 1).expect("a key").camelot(), "8B");
        assert_eq!(MusicalKey::new(9, 0).expect("a key").camelot(), "8A");
    }

    #[test]
    fn people_write_keys_in_many_ways() {
        for (text, name) in [
            ("Am", "Am"),
            ("a minor", "Am"),
            ("A-min", "Am"),
            ("AM", "A"),
            ("C#", "Db"),
            ("Db maj", "Db"),
            ("D♭", "Db"),
            ("F#m", "F#m"),
            ("Gbm", "F#m"),
            ("bb", "Bb"),
            ("Cb", "B"),
            ("08a", "Am"),
            ("12B", "E"),
        ] {
            assert_eq!(MusicalKey::parse(text).map(MusicalKey::name), Some(name), "{text}");
        }
        for text in ["", "H", "0A", "13B", "Amx", "8C", "A A", "é", "1", "+8A"] {
            assert_eq!(MusicalKey::parse(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_outside_their_range_are_no_key() {
        assert_eq!(MusicalKey::new(12, 0), None);
        assert_eq!(MusicalKey::new(-1, 1), None);
        assert_eq!(MusicalKey::new(3, 2), None);
    }
}
