//! Time as the machines see it: an argument, never a clock.

use core::{ops::Add, time::Duration};

/// A point in time: what has passed since an epoch of the driver's own.
///
/// The machines in this crate read no clock. Whoever drives them says how late it is, and any
/// monotonic clock will do: `tokio::time::Instant::elapsed`, a hardware tick counter, or a number
/// that a test advances by hand. It counts microseconds, and no time longer than 136 years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Instant(u64);

impl Instant {
    /// The epoch itself.
    pub const ZERO: Self = Self(0);

    /// The instant this long after the epoch.
    #[must_use]
    pub const fn since_epoch(elapsed: Duration) -> Self {
        Self(micros(elapsed))
    }

    /// The instant this many microseconds after the epoch.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// How many microseconds after the epoch this is.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// How long after the epoch this is.
    #[must_use]
    pub const fn elapsed(self) -> Duration {
        Duration::from_micros(self.0)
    }

    /// The time from `earlier` to here; zero if `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }

    pub(crate) const fn after(self, micros: u64) -> Self {
        Self(self.0.saturating_add(micros))
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    /// Saturates at the end of time.
    fn add(self, rhs: Duration) -> Self {
        self.after(micros(rhs))
    }
}

/// A time in microseconds, rounded up: less code calculates with them than with `Duration`. They are
/// few enough for that not to overflow.
#[inline(always)]
pub(crate) const fn micros(time: Duration) -> u64 {
    match time.as_secs() {
        LONGEST.. => LONGEST * 1_000_000,
        seconds => seconds as u32 as u64 * 1_000_000 + time.subsec_nanos().div_ceil(1_000) as u64,
    }
}

/// In seconds; less than this has 32 bits.
const LONGEST: u64 = 1 << 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_time_is_never_counted_shorter() {
        let times = [
            (0, 0),
            (0, 1),
            (0, 1_001),
            (1, 0),
            (LONGEST - 1, 999_999_999),
            (LONGEST, 0),
            (LONGEST, 500_000_000),
            (u64::MAX, 999_999_999),
        ];
        let counted = times.map(|(seconds, nanos)| micros(Duration::new(seconds, nanos)));
        assert!(counted.is_sorted(), "{counted:?}");
        assert_eq!(counted[..4], [0, 1, 2, 1_000_000]);
        assert_eq!(counted[7], counted[5]);
    }
}
