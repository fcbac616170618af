//! Times for many that must not all be the same.

use core::{ops::RangeInclusive, time::Duration};

/// A time within the range for the one of this number.
///
/// Numbers that follow each other fill the range evenly, however many there are: clients that are
/// sent away with such times do not all come back in the same moment.
///
/// ```
/// use core::time::Duration;
/// use sse_core::adapter::spread;
///
/// let range = Duration::from_secs(1)..=Duration::from_secs(3);
/// let times = [0, 1, 2, 3].map(|n| spread(&range, n).as_millis());
/// assert_eq!(times, [1000, 2236, 1472, 2708]);
/// ```
#[must_use]
pub fn spread(range: &RangeInclusive<Duration>, number: u64) -> Duration {
    let width = range.end().saturating_sub(*range.start());
    // Multiples of the golden ratio fill it so.
    let fraction = number.wrapping_mul(GOLDEN_RATIO) >> 32;
    let within = (width.as_nanos() * u128::from(fraction)) >> 32;
    let within = Duration::from_nanos(u64::try_from(within).unwrap_or(u64::MAX));
    range.start().saturating_add(within)
}

/// 2⁶⁴ divided by the golden ratio.
const GOLDEN_RATIO: u64 = 0x9E37_79B9_7F4A_7C15;
