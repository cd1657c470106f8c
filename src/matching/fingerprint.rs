//! Acoustic fingerprints in their written form.
//!
//! A Chromaprint fingerprint is a row of 32-bit items. Written, it is compressed: each item is
//! XORed with the one before, the distances between set bits are packed in three bits each, those
//! of 7 and more go on in five bits of a second part; before them stand the algorithm and the
//! number of items; all of it in URL-safe base64 without padding.
//! Source: Chromaprint, `fingerprint_compressor.cpp` (the format, not the code).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The algorithm that `fpcalc` uses unless told otherwise ("test2").
pub const DEFAULT_ALGORITHM: u8 = 1;

/// The largest distance that three bits hold; it says that five more bits follow.
const ESCAPE: u8 = 7;
const NORMAL_BITS: u32 = 3;
const EXCEPTIONAL_BITS: u32 = 5;
/// Items that the three bytes of the count can tell.
const MAX_ITEMS: usize = 0x00FF_FFFF;

/// The written form of a fingerprint, as `fpcalc` prints it. Items beyond 16,777,215 are left out.
#[must_use]
pub fn encode(items: &[i32], algorithm: u8) -> String {
    let items = items.get(..MAX_ITEMS.min(items.len())).unwrap_or_default();
    let (mut normal, mut exceptional) = (Vec::new(), Vec::new());
    let mut previous = 0_u32;
    for item in items {
        let item = item.cast_unsigned();
        let mut rest = item ^ previous;
        previous = item;
        let (mut bit, mut last) = (1_u8, 0_u8);
        while rest != 0 {
            if rest & 1 == 1 {
                let distance = bit - last;
                last = bit;
                normal.push(distance.min(ESCAPE));
                if distance >= ESCAPE {
                    exceptional.push(distance - ESCAPE);
                }
            }
            rest >>= 1;
            bit += 1;
        }
        normal.push(0);
    }
    let count = u32::try_from(items.len()).unwrap_or(0).to_be_bytes();
    let mut bytes = vec![algorithm, count[1], count[2], count[3]];
    pack(&normal, NORMAL_BITS, &mut bytes);
    pack(&exceptional, EXCEPTIONAL_BITS, &mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The algorithm and the items of a written fingerprint; none when it is damaged or cut short.
#[must_use]
pub fn decode(text: &str) -> Option<(u8, Vec<i32>)> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
    let [algorithm, a, b, c, packed @ ..] = bytes.as_slice() else { return None };
    let count = u32::from_be_bytes([0, *a, *b, *c]) as usize;
    // Every item ends with three zero bits at least: a count beyond that is a lie.
    if count > packed.len() * 8 / NORMAL_BITS as usize {
        return None;
    }
    let mut reader = Bits { bytes: packed, at: 0 };
    let mut distances: Vec<Vec<u8>> = Vec::with_capacity(count);
    while distances.len() < count {
        let mut item = Vec::new();
        loop {
            match reader.take(NORMAL_BITS)? {
                0 => break,
                distance => item.push(distance),
            }
            if item.len() > 32 {
                return None;
            }
        }
        distances.push(item);
    }
    // The second part begins on a whole byte.
    reader.at = reader.at.div_ceil(8) * 8;
    let mut items = Vec::with_capacity(count);
    let mut previous = 0_u32;
    for item in distances {
        let mut bit = 0_u32;
        for distance in item {
            let more = if distance == ESCAPE { reader.take(EXCEPTIONAL_BITS)? } else { 0 };
            bit += u32::from(distance) + u32::from(more);
            previous ^= 1_u32.checked_shl(bit.checked_sub(1)?)?;
        }
        items.push(previous.cast_signed());
    }
    Some((*algorithm, items))
}

/// Packs small values, the first in the lowest bits; begins on a whole byte.
fn pack(values: &[u8], width: u32, bytes: &mut Vec<u8>) {
    let (mut buffer, mut filled) = (0_u32, 0_u32);
    for value in values {
        buffer |= u32::from(*value) << filled;
        filled += width;
        while filled >= 8 {
            bytes.push((buffer & 0xFF) as u8);
            buffer >>= 8;
            filled -= 8;
        }
    }
    if filled > 0 {
        bytes.push((buffer & 0xFF) as u8);
    }
}

struct Bits<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, width: u32) -> Option<u8> {
        let mut value = 0;
        for offset in 0..width {
            let byte = self.bytes.get(self.at / 8)?;
            value |= ((byte >> (self.at % 8)) & 1) << offset;
            self.at += 1;
        }
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_item_has_the_published_form() {
        // Chromaprint's own examples: a single item 1 is 0x00 0x00 0x00 0x01 0x01 with algorithm 0.
        assert_eq!(encode(&[1], 0), URL_SAFE_NO_PAD.encode([0, 0, 0, 1, 1]));
        assert_eq!(encode(&[7], 0), URL_SAFE_NO_PAD.encode([0, 0, 0, 1, 73, 0]));
        assert_eq!(encode(&[1 << 6], 0), URL_SAFE_NO_PAD.encode([0, 0, 0, 1, 7, 0]));
        assert_eq!(encode(&[1, 0], 0), URL_SAFE_NO_PAD.encode([0, 0, 0, 2, 65, 0]));
    }

    #[test]
    fn a_fingerprint_that_is_cut_short_is_refused() {
        let whole = encode(&(0..200).map(|n| n * 7919).collect::<Vec<i32>>(), DEFAULT_ALGORITHM);
        assert!(decode(&whole[..whole.len() / 2]).is_none());
        assert!(decode("").is_none());
    }

    proptest! {
        #[test]
        fn any_items_survive_the_round_trip(items in prop::collection::vec(any::<i32>(), 0..300), algorithm in 0_u8..5) {
            prop_assert_eq!(decode(&encode(&items, algorithm)), Some((algorithm, items)));
        }

        #[test]
        fn any_text_is_read_without_failing(text in "[A-Za-z0-9_-]{0,200}") {
            let _ = decode(&text);
        }
    }
}
