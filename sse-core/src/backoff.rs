//! How long to wait before the next attempt (9.2.3 "reestablish the connection", step 3).

use crate::rules::Rules;

/// Counts failures in a row and says what the next attempt has to wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    failures: u32,
    random: u32,
}

impl Backoff {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            failures: 0,
            random: (seed ^ seed >> 32) as u32,
        }
    }

    /// An attempt came to nothing, or to a stream that neither brought anything nor lasted.
    pub(crate) fn fail(&mut self) {
        self.failures = self.failures.saturating_add(1);
    }

    /// The stream was good for something: the next failure is the first again.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    /// How many failures there have been since a stream was good.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// How many microseconds to wait: the reconnection time after a good stream and after the first
    /// failure, then twice as long with each one up to the ceiling, and somewhat longer by chance.
    /// Never shorter than the reconnection time, which is the server's to set.
    pub(crate) fn next_wait(&mut self, reconnection_time: u64, rules: &Rules) -> u64 {
        let base = reconnection_time
            .max(rules.retry_floor)
            .min(rules.retry_ceiling);
        if self.failures <= 1 {
            return base;
        }
        let ceiling = rules.backoff_ceiling.max(base);
        let mut wait = base;
        for _ in 1..self.failures.min(MAX_DOUBLINGS) {
            wait = (2 * wait).min(ceiling);
        }
        let per_mille = self.next_random() % (u32::from(rules.jitter_percent) * 10 + 1);
        wait + wait / 1000 * u64::from(per_mille)
    }

    /// A hash of a count: spreads clients apart, keeps no secret.
    fn next_random(&mut self) -> u32 {
        self.random = self.random.wrapping_add(0x9E37_79B9);
        let mut z = self.random;
        z = (z ^ (z >> 16)).wrapping_mul(0x21F0_AAAD);
        z = (z ^ (z >> 15)).wrapping_mul(0x735A_2D97);
        z ^ (z >> 15)
    }
}

/// From the shortest time to the longest.
const MAX_DOUBLINGS: u32 = 64;

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;
    use crate::{Config, time::micros};

    fn waits<const N: usize>(reconnection_time: Duration, config: &Config) -> [Duration; N] {
        let mut backoff = Backoff::new(config.seed);
        core::array::from_fn(|_| {
            backoff.fail();
            let wait = backoff.next_wait(micros(reconnection_time), &Rules::new(config));
            Duration::from_micros(wait)
        })
    }

    #[test]
    fn waits_double_up_to_the_ceiling() {
        let config = Config {
            jitter_percent: 0,
            ..Config::default()
        };
        let seconds = waits::<6>(Duration::from_secs(3), &config).map(|wait| wait.as_secs());
        assert_eq!(seconds, [3, 6, 12, 24, 30, 30]);
    }

    #[test]
    fn a_server_cannot_ask_for_a_storm_or_an_eternity() {
        let config = Config::default();
        assert_eq!(waits(Duration::ZERO, &config), [config.retry_floor]);
        let ceiling = [config.retry_ceiling];
        assert_eq!(
            waits(Duration::from_millis(99_999_999_999), &config),
            ceiling
        );
        assert_eq!(waits(Duration::MAX, &config), ceiling);
    }

    #[test]
    fn jitter_only_lengthens_and_only_after_a_second_failure() {
        for seed in 0..100 {
            let config = Config {
                seed,
                ..Config::default()
            };
            let [first, second] = waits(Duration::from_secs(1), &config);
            assert_eq!(first, Duration::from_secs(1));
            assert!(second >= Duration::from_secs(2) && second <= Duration::from_secs(3));
        }
    }

    #[test]
    fn a_reconnection_time_over_the_ceiling_is_kept() {
        let config = Config::default();
        let [first, second] = waits(Duration::from_secs(60), &config);
        assert_eq!(first, Duration::from_secs(60));
        assert!(second >= first);
    }

    #[test]
    fn a_reconnection_time_of_more_than_a_century_is_kept() {
        let config = Config {
            retry_ceiling: Duration::MAX,
            jitter_percent: u8::MAX,
            ..Config::default()
        };
        let century = Duration::from_secs(100 * 365 * 24 * 60 * 60);
        assert_eq!(waits(century, &config), [century]);
        for wait in waits::<3>(Duration::MAX, &config) {
            assert!(wait > century);
        }
    }
}
