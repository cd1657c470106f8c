//! Identifiers that music carries outside of any service: ISRC of recordings, barcodes of releases.
//!
//! Both are stored normalised, so that two spellings of one identifier are equal. Pure: no SQL.

/// The ISRC in its stored form: upper-case, without hyphens and spaces; none when the shape is wrong.
///
/// Source: ISO 3901, `^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$`, the CHECK of `tracks.isrc`. An ISRC is not
/// unique: one may sit on several recordings and one recording may carry several.
#[must_use]
pub fn isrc(text: &str) -> Option<String> {
    let isrc: String = text.chars().filter(|c| !matches!(c, '-' | ' ')).map(|c| c.to_ascii_uppercase()).collect();
    let is_shaped = isrc.len() == 12
        && isrc.bytes().enumerate().all(|(place, byte)| match place {
            0..2 => byte.is_ascii_uppercase(),
            2..5 => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            _ => byte.is_ascii_digit(),
        });
    is_shaped.then_some(isrc)
}

/// The barcode in its stored form: digits only; none when its length or check digit is wrong.
///
/// Source: GS1 General Specifications, 7.9: GTIN-8, -12 (UPC), -13 (EAN) and -14, digits weighted
/// 3, 1, 3 … from the right before the check digit, modulo 10. `albums.barcode`.
#[must_use]
pub fn barcode(text: &str) -> Option<String> {
    let barcode: String = text.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    if !matches!(barcode.len(), 8 | 12 | 13 | 14) || !barcode.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let weighted: u32 = barcode
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| u32::from(byte - b'0') * if place % 2 == 1 { 3 } else { 1 })
        .sum();
    weighted.is_multiple_of(10).then_some(barcode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_isrc_loses_hyphens_and_gains_capitals() {
        assert_eq!(isrc("us-rc1-76-07839").as_deref(), Some("USRC17607839"));
        assert_eq!(isrc("USRC17607839").as_deref(), Some("USRC17607839"));
        for text in ["", "USRC1760783", "USRC176078390", "1SRC17607839", "USRC1760783O", "ÜSRC17607839"] {
            assert_eq!(isrc(text), None, "{text}");
        }
    }

    #[test]
    fn a_barcode_needs_its_check_digit() {
        assert_eq!(barcode("0 36000-29145 2"), Some("036000291452".to_owned()));
        for text in ["4006381333931", "96385074", "036000291452", "10012345678902"] {
            assert_eq!(barcode(text).as_deref(), Some(text));
        }
        for text in ["", "4006381333932", "12345", "0360002914521", "٠36000291452"] {
            assert_eq!(barcode(text), None, "{text}");
        }
    }
}
