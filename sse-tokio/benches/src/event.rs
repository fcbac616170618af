//! The event that every server sends: its number, when it was published, and padding.

use std::{iter, time::Duration};

use rustix::time::{ClockId, clock_gettime};

/// Bytes of an encoded event, whatever its id.
pub const LEN: usize = 100;

/// The data of event `number`, for an id of so many characters.
pub fn data(number: u64, id_len: usize) -> String {
    let mut data = format!("{number} {} ", now().as_nanos());
    let rest = (LEN - "id: \ndata: \n\n".len()).saturating_sub(id_len + data.len());
    data.extend(iter::repeat_n('x', rest));
    data
}

/// Event `number` as it is sent; its number is its id.
pub fn encoded(number: u64) -> String {
    let id = number.to_string();
    format!("id: {id}\ndata: {}\n\n", data(number, id.len()))
}

/// The number in an event's data, and when it was published.
pub fn read(data: &str) -> Option<(u64, Duration)> {
    let mut words = data.split(' ');
    let number = words.next()?.parse().ok()?;
    let at = words.next()?.parse().ok()?;
    Some((number, Duration::from_nanos(at)))
}

/// A clock that all processes share.
pub fn now() -> Duration {
    let now = clock_gettime(ClockId::Monotonic);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec as u32)
}
