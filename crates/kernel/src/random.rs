//! Frozen generators: a stream for arrivals, a hash for what belongs to one request or message.

/// Anything that yields uniformly distributed 64-bit words.
pub trait Source {
    /// The next word.
    fn word(&mut self) -> u64;

    /// A number in (0, 1], a multiple of 2^-53: its logarithm is always finite.
    #[inline(always)]
    fn unit(&mut self) -> f64 {
        ((self.word() >> 11) + 1) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// An integer in `0..bound` (Lemire's multiply-shift; bias below `bound` / 2^32).
    /// `bound` must not be zero.
    #[inline(always)]
    fn below(&mut self, bound: u32) -> u32 {
        debug_assert!(bound > 0, "an empty range has no member");
        (((self.word() >> 32) * u64::from(bound)) >> 32) as u32
    }

    /// True with the given probability; draws nothing when it is 0 or 1.
    #[inline(always)]
    fn chance(&mut self, probability: f64) -> bool {
        probability > 0.0 && (probability >= 1.0 || self.unit() <= probability)
    }
}

const GOLDEN_GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// The finaliser of SplitMix64 (Stafford's variant 13): a bijection in which every input bit
/// changes every output bit with probability near one half.
#[inline(always)]
pub const fn mix(word: u64) -> u64 {
    let mut z = word;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// SplitMix64 (Steele, Lea, Flood 2014): seeds the other generators and serves short hash draws.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// A generator whose first word is `mix(seed + gamma)`.
    #[inline(always)]
    pub const fn seeded(seed: u64) -> Self {
        SplitMix64(seed)
    }
}

impl Source for SplitMix64 {
    #[inline(always)]
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN_GAMMA);
        mix(self.0)
    }
}

/// xoshiro256++ 1.0 (Blackman, Vigna 2019), seeded by SplitMix64: the streams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Xoshiro256 {
    state: [u64; 4],
}

impl Xoshiro256 {
    /// The stream of a seed; equal seeds give equal streams for ever.
    pub fn seeded(seed: u64) -> Self {
        let mut fill = SplitMix64::seeded(seed);
        Xoshiro256 {
            state: [fill.word(), fill.word(), fill.word(), fill.word()],
        }
    }

    /// A generator in a given state, which must not be all zero.
    pub fn from_state(state: [u64; 4]) -> Self {
        assert!(state != [0; 4], "the all-zero state never leaves itself");
        Xoshiro256 { state }
    }
}

impl Source for Xoshiro256 {
    #[inline(always)]
    fn word(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }
}

/// A counter hash: the root of all draws that belong to an identity rather than to a moment.
///
/// Two variants of a system, or a run and its shrunk copy, ask in different orders; a draw keyed by
/// (seed, replication, identity, attempt, purpose) gives both the same demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw(u64);

impl Draw {
    /// The root of one replication of one seed.
    pub const fn root(seed: u64, replication: u64) -> Draw {
        Draw(mix(
            mix(seed ^ 0x6473_7475_6469_6F31).wrapping_add(replication.wrapping_mul(GOLDEN_GAMMA))
        ))
    }

    /// The draw of a named part: an identity, an attempt number, a purpose.
    #[inline(always)]
    pub const fn of(self, part: u64) -> Draw {
        Draw(mix(self.0 ^ part.wrapping_add(1).wrapping_mul(GOLDEN_GAMMA)))
    }

    /// The hash itself, to store with a request.
    #[inline(always)]
    pub const fn key(self) -> u64 {
        self.0
    }

    /// The draw that [`Draw::key`] was taken from.
    #[inline(always)]
    pub const fn from_key(key: u64) -> Draw {
        Draw(key)
    }

    /// A source of words for this draw: equal draws give equal words.
    #[inline(always)]
    pub const fn source(self) -> SplitMix64 {
        SplitMix64::seeded(self.0)
    }

    /// The stream of this draw, for long sequences such as arrivals.
    pub fn stream(self) -> Xoshiro256 {
        Xoshiro256::seeded(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reference: the authors' C programs (prng.di.unimi.it), seed 0 and state 1, 2, 3, 4.
    #[test]
    fn published_sequences() {
        let mut split = SplitMix64::seeded(0);
        assert_eq!(split.word(), 0xE220_A839_7B1D_CDAF);
        assert_eq!(split.word(), 0x6E78_9E6A_A1B9_65F4);
        assert_eq!(split.word(), 0x06C4_5D18_8009_454F);
        let mut xoshiro = Xoshiro256::from_state([1, 2, 3, 4]);
        let words: Vec<u64> = (0..6).map(|_| xoshiro.word()).collect();
        assert_eq!(
            words,
            [
                41943041,
                58720359,
                3588806011781223,
                3591011842654386,
                9228616714210784205,
                9973669472204895162
            ]
        );
    }

    #[test]
    fn golden_draws() {
        let draw = Draw::root(1, 0).of(7).of(2);
        assert_eq!(draw, Draw::from_key(draw.key()));
        let mut source = draw.source();
        let words = [
            draw.key(),
            source.word(),
            source.word(),
            draw.stream().word(),
        ];
        assert_eq!(words, GOLDEN);
    }
    const GOLDEN: [u64; 4] = [
        10029227123956102817,
        16853925198391982717,
        1700598020634716493,
        7466670316715492534,
    ];

    #[test]
    fn neighbouring_identities_are_unrelated() {
        // Correlation of the draws of neighbouring identities: 4 standard errors of zero.
        let root = Draw::root(3, 1);
        let value = |id| root.of(id).source().unit() - 0.5;
        let n = 100_000;
        let sum: f64 = (0..n).map(|id| value(id) * value(id + 1)).sum();
        assert!((sum / n as f64).abs() < 4.0 / 12.0 / (n as f64).sqrt());
    }

    #[test]
    fn ranges_are_kept() {
        let mut source = Xoshiro256::seeded(9);
        let mut counts = [0u32; 7];
        for _ in 0..70_000 {
            counts[source.below(7) as usize] += 1;
            let unit = source.unit();
            assert!(unit > 0.0 && unit <= 1.0);
        }
        assert!(counts.iter().all(|&c| (9_600..10_400).contains(&c)));
        assert!(!source.chance(0.0) && source.chance(1.0));
    }
}
