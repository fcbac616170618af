//! How long to wait before the next attempt (9.2.3 "reestablish the connection", step 3).

use core::time::Duration;

use crate::Config;

/// Counts failures in a row and says what the next attempt has to wait.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    failures: u32,
    random: u64,
}

impl Backoff {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            failures: 0,
            random: seed,
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

    /// The reconnection time after a good stream and after the first failure, then twice as long
    /// with each one up to the ceiling, and somewhat longer by chance. Never shorter than the
    /// reconnection time, which is the server's to set.
    pub(crate) fn next_wait(&mut self, reconnection_time: Duration, config: &Config) -> Duration {
        let base = reconnection_time
            .max(config.retry_floor)
            .min(config.retry_ceiling);
        let doublings = self.failures.saturating_sub(1).min(MAX_DOUBLINGS);
        if doublings == 0 {
            return base;
        }
        // In nanoseconds, five centuries at most: that is less code than `Duration`'s arithmetic.
        let shortest = nanos(base);
        let wait = shortest
            .saturating_mul(1 << doublings)
            .min(nanos(config.backoff_ceiling).max(shortest));
        let per_mille = self.next_random() % (u32::from(config.jitter_percent) * 10 + 1);
        let jitter = (wait / 1000).saturating_mul(per_mille.into());
        Duration::from_nanos(wait.saturating_add(jitter)).max(base)
    }

    /// SplitMix64: spreads clients apart, keeps no secret.
    fn next_random(&mut self) -> u32 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z >> 32) as u32
    }
}

/// Far over any ceiling, far below overflow.
fn nanos(time: Duration) -> u64 {
    let seconds = time.as_secs().saturating_mul(1_000_000_000);
    seconds.saturating_add(time.subsec_nanos().into())
}

const MAX_DOUBLINGS: u32 = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn waits<const N: usize>(reconnection_time: Duration, config: &Config) -> [Duration; N] {
        let mut backoff = Backoff::new(config.seed);
        core::array::from_fn(|_| {
            backoff.fail();
            backoff.next_wait(reconnection_time, config)
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
    fn a_reconnection_time_of_more_than_centuries_is_kept() {
        let config = Config {
            retry_ceiling: Duration::MAX,
            ..Config::default()
        };
        assert_eq!(waits(Duration::MAX, &config), [Duration::MAX; 3]);
    }
}
