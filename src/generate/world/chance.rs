//! Chance with a memory: every draw follows from the seed, on every machine and in every release.
//!
//! The generator is SplitMix64 (Steele, Lea and Flood, 2014), written out here so that no crate's
//! new version changes a world. The distributions use only operations that IEEE 754 rounds exactly
//! (no logarithm, no power), for the same reason.

/// The step of SplitMix64: 2^64 divided by the golden ratio, made odd.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// What a stream of draws is for: streams of two subjects have nothing to do with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub(super) enum Subject {
    Artist = 1,
    Discography,
    Album,
    Track,
    Pull,
    Fingerprint,
    ArtistSource,
    AlbumSource,
    TrackSource,
    Person,
    Profile,
    Favourite,
    Month,
    List,
    Lists,
    Entry,
    Vote,
    Story,
    Library,
    Follow,
    Collection,
    ListFollow,
    Session,
    Proposal,
}

/// A stream of draws.
#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

impl Chance {
    /// The stream of one thing: of an artist, of a person's month.
    pub(super) fn of(seed: u64, subject: Subject, thing: u64) -> Self {
        Self(mix(mix(seed ^ GOLDEN) ^ mix((subject as u64).wrapping_mul(GOLDEN)) ^ mix(thing.wrapping_add(GOLDEN))))
    }

    /// The next 64 bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// A number from 0 up to, not including, 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exactly what a float holds")]
    pub(super) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number from 0 up to, not including, `end`; 0 for an end of 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        // The high half of the product; the bias is below end / 2^64.
        ((u128::from(self.bits()) * end as u128) >> 64) as usize
    }

    /// A whole number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).max(1) as usize) as i64
    }

    /// Whether something of this likelihood happens.
    pub(super) fn is(&mut self, likelihood: f64) -> bool {
        self.unit() < likelihood
    }

    /// One of several, all as likely.
    pub(super) fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        among[self.below(among.len())]
    }

    /// One of several, each as likely as its weight says against the sum of all.
    pub(super) fn weighted<T: Copy>(&mut self, among: &[(T, f64)]) -> T {
        let total: f64 = among.iter().map(|(_, weight)| weight).sum();
        let mut left = self.unit() * total;
        for (thing, weight) in among {
            left -= weight;
            if left < 0.0 {
                return *thing;
            }
        }
        among[among.len() - 1].0
    }

    /// About normal: the sum of four even draws, so never farther than 3.5 deviations away.
    pub(super) fn normal(&mut self, mean: f64, deviation: f64) -> f64 {
        let sum: f64 = (0..4).map(|_| self.unit()).sum();
        mean + deviation * (sum - 2.0) * 1.732_050_807_568_877_2
    }

    /// About normal, kept within borders.
    pub(super) fn around(&mut self, mean: f64, deviation: f64, low: f64, high: f64) -> f64 {
        self.normal(mean, deviation).clamp(low, high)
    }

    /// A size with a long tail, from 1: of four, one is above 2.8, of a hundred, one above 31.6
    /// (Pareto with exponent 4/3).
    pub(super) fn tail(&mut self) -> f64 {
        let root = (1.0 - self.unit()).sqrt();
        1.0 / (root * root.sqrt())
    }

    /// A rank below `end`, the likelihood of rank r in proportion to 1 / (r + 1), as words, hits and
    /// habits are spread (Zipf). Within an octave of ranks all are as likely.
    pub(super) fn rank(&mut self, end: usize) -> usize {
        if end <= 1 {
            return 0;
        }
        let places = end as u64 + 1;
        let octave = places.ilog2();
        let begin = 1_u64 << octave;
        let octaves = f64::from(octave) + (places - begin) as f64 / begin as f64;
        let at = self.unit() * octaves;
        let place = (1_u64 << at as u32) as f64 * (1.0 + at.fract());
        (place as usize - 1).min(end - 1)
    }

    /// How often something goes on that ends each time with this likelihood; at most `most`.
    pub(super) fn lasting(&mut self, end: f64, most: usize) -> usize {
        (0..most).find(|_| self.is(end)).unwrap_or(most)
    }

    /// A version 4 UUID.
    pub(super) fn uuid(&mut self) -> uuid::Uuid {
        uuid::Builder::from_random_bytes(((u128::from(self.bits()) << 64) | u128::from(self.bits())).to_be_bytes())
            .into_uuid()
    }
}

/// A choice among many of given weights in constant time: Walker's alias method, built after
/// Vose (1991).
#[derive(Debug, Clone, Default)]
pub(super) struct Lottery {
    /// How much of each field is its own, and whose the rest is.
    fields: Vec<(f32, u32)>,
}

impl Lottery {
    /// One field for each weight.
    pub(super) fn new(weights: &[f64]) -> Self {
        let total: f64 = weights.iter().sum();
        let count = weights.len();
        let mut share: Vec<f64> = weights.iter().map(|weight| weight * count as f64 / total).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..count).partition(|field| share[*field] < 1.0);
        let mut fields: Vec<(f32, u32)> = (0..count).map(|field| (1.0, field as u32)).collect();
        while let (Some(low), Some(high)) = (small.pop(), large.pop()) {
            fields[low] = (share[low] as f32, high as u32);
            share[high] -= 1.0 - share[low];
            if share[high] < 1.0 { &mut small } else { &mut large }.push(high);
        }
        Self { fields }
    }

    /// The number of the weight that was drawn; none when there are no weights.
    pub(super) fn draw(&self, chance: &mut Chance) -> Option<usize> {
        if self.fields.is_empty() {
            return None;
        }
        let field = chance.below(self.fields.len());
        let (own, other) = self.fields[field];
        Some(if chance.unit() < f64::from(own) { field } else { other as usize })
    }
}

/// Shares a whole number out by weights: the parts are whole and their sum is exactly the total.
///
/// Gives the sums of the parts before each, and the total as the last item.
pub(super) fn share_out(total: u64, weights: impl IntoIterator<Item = f64>) -> Vec<u64> {
    let mut borders = vec![0.0];
    let mut sum = 0.0;
    for weight in weights {
        sum += weight;
        borders.push(sum);
    }
    let last = borders.len() - 1;
    let scale = if sum > 0.0 { total as f64 / sum } else { 0.0 };
    let mut shares: Vec<u64> = borders.iter().map(|border| (border * scale) as u64).collect();
    shares[last] = if last == 0 { 0 } else { total };
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_known_by_its_seed_subject_and_thing() {
        let first = |seed, subject, thing| Chance::of(seed, subject, thing).bits();
        assert_eq!(first(1, Subject::Track, 7), first(1, Subject::Track, 7));
        assert_ne!(first(1, Subject::Track, 7), first(2, Subject::Track, 7));
        assert_ne!(first(1, Subject::Track, 7), first(1, Subject::Album, 7));
        assert_ne!(first(1, Subject::Track, 7), first(1, Subject::Track, 8));
    }

    /// SplitMix64 from state 0 as its authors give it: a change here changes every world.
    #[test]
    fn the_generator_is_splitmix() {
        let mut chance = Chance(0);
        assert_eq!(chance.bits(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(chance.bits(), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn low_ranks_are_the_most_frequent() {
        let mut chance = Chance::of(1, Subject::Track, 0);
        let mut counts = [0_u32; 100];
        for _ in 0..100_000 {
            counts[chance.rank(100)] += 1;
        }
        assert!(counts[0] > 13_000 && counts[0] < 17_000, "{}", counts[0]);
        assert!(counts[..10].iter().sum::<u32>() > 45_000);
        assert!(counts.iter().all(|count| *count > 0));
    }

    #[test]
    fn a_lottery_draws_by_weight() {
        let lottery = Lottery::new(&[1.0, 0.0, 6.0, 3.0]);
        let mut chance = Chance::of(1, Subject::Track, 0);
        let mut counts = [0_u32; 4];
        for _ in 0..10_000 {
            counts[lottery.draw(&mut chance).expect("there are weights")] += 1;
        }
        assert!((900..1_100).contains(&counts[0]) && counts[1] == 0, "{counts:?}");
        assert!((5_800..6_200).contains(&counts[2]) && (2_800..3_200).contains(&counts[3]), "{counts:?}");
        assert_eq!(Lottery::new(&[]).draw(&mut chance), None);
    }

    #[test]
    fn shares_are_whole_and_add_up() {
        let shares = share_out(100, [1.0, 1.0, 1.0, 0.0, 4.0]);
        assert_eq!(shares, [0, 14, 28, 42, 42, 100]);
        assert_eq!(share_out(7, []), [0]);
    }

    #[test]
    fn a_tail_is_long_and_a_bell_is_not() {
        let mut chance = Chance::of(3, Subject::Person, 0);
        let tail: Vec<f64> = (0..10_000).map(|_| chance.tail()).collect();
        assert!(tail.iter().all(|size| *size >= 1.0) && tail.iter().any(|size| *size > 300.0));
        let bell: Vec<f64> = (0..10_000).map(|_| chance.normal(10.0, 2.0)).collect();
        let mean = bell.iter().sum::<f64>() / 10_000.0;
        assert!((mean - 10.0).abs() < 0.1 && bell.iter().all(|value| (2.9..17.1).contains(value)));
    }
}
