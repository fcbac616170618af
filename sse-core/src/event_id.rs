//! What names an event in a log: its number, or an id of its own.

#[cfg(feature = "std")]
use alloc::sync::Arc;

/// Names an event: by its number, and by its id where that is another.
#[cfg(feature = "std")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventId {
    pub(crate) number: u64,
    pub(crate) own: Option<Arc<str>>,
}

#[cfg(feature = "std")]
impl EventId {
    pub(crate) const fn numbered(number: u64) -> Self {
        Self { number, own: None }
    }

    /// Of an event that has no number here.
    pub(crate) const fn foreign(id: Arc<str>) -> Self {
        Self {
            number: 0,
            own: Some(id),
        }
    }

    pub(crate) fn is(&self, id: &str) -> bool {
        match &self.own {
            Some(own) => **own == *id,
            None => decimal(id) == Some(self.number),
        }
    }

    /// The id as it is sent; `memory` is for the digits of a number.
    pub(crate) fn text<'a>(&'a self, memory: &'a mut [u8; 20]) -> &'a str {
        match &self.own {
            Some(own) => own,
            None => digits(self.number, memory),
        }
    }
}

/// The number nearest to this that a log may begin with: at least 1, and with 2⁶³ left to count.
pub(crate) const fn first_number(number: u64) -> u64 {
    match number {
        0 => 1,
        number if number > 1 << 63 => 1 << 63,
        number => number,
    }
}

/// Reads a number only in the form in which it would have been written.
pub(crate) fn decimal(id: &str) -> Option<u64> {
    if id.is_empty() || (id.len() > 1 && id.starts_with('0')) {
        return None;
    }
    id.bytes().try_fold(0_u64, |number, digit| match digit {
        b'0'..=b'9' => number.checked_mul(10)?.checked_add((digit - b'0').into()),
        _ => None,
    })
}

/// The number in decimal, without the weight of `core::fmt`.
pub(crate) fn digits(mut number: u64, memory: &mut [u8; 20]) -> &str {
    let mut start = memory.len();
    for (at, digit) in memory.iter_mut().enumerate().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
        start = at;
        if number == 0 {
            break;
        }
    }
    str::from_utf8(memory.get(start..).unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_it_is_written_and_in_no_other_form() {
        for number in [0, 9, 10, 4_294_967_296, u64::MAX] {
            let mut memory = [0; 20];
            let text = digits(number, &mut memory);
            assert_eq!(decimal(text), Some(number));
        }
        assert_eq!(digits(u64::MAX, &mut [0; 20]), "18446744073709551615");
        assert_eq!(digits(0, &mut [0; 20]), "0");
        for not_one in ["", "00", "08", "+8", "8 ", "-1", "18446744073709551616"] {
            assert_eq!(decimal(not_one), None);
        }
    }
}
