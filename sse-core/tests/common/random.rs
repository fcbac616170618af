//! Random text from a seed, the same on every run.

/// The SplitMix64 generator.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below `bound`, which is small and not zero.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }

    /// Up to `most` pieces of `alphabet`, one after another.
    pub(crate) fn text(&mut self, alphabet: &[&str], most: usize) -> String {
        (0..self.below(most + 1))
            .map(|_| alphabet[self.below(alphabet.len())])
            .collect()
    }
}
