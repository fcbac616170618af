//! JSON as data, serialized into memory of the caller's.

use core::fmt;

use serde::Serialize;

/// Serializes a value into `memory`, as the data of a [`Message`](crate::Message).
///
/// ```
/// use sse_embedded::{Message, json};
///
/// #[derive(serde::Serialize)]
/// struct Reading {
///     sensor: &'static str,
///     millikelvin: u32,
/// }
///
/// let reading = Reading { sensor: "boiler", millikelvin: 294_650 };
/// let mut memory = [0; 64];
/// let message = Message::new(json(&reading, &mut memory)?).event("reading")?;
/// assert_eq!(
///     message.to_string(),
///     "event: reading\ndata: {\"sensor\":\"boiler\",\"millikelvin\":294650}\n\n",
/// );
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// Floats bring a formatter with tables of its own into a firmware; integers do not.
///
/// # Errors
/// [`NotSerialized`].
pub fn json<'m, T: Serialize + ?Sized>(
    value: &T,
    memory: &'m mut [u8],
) -> Result<&'m str, NotSerialized> {
    let len = serde_json_core::to_slice(value, memory).map_err(|_| NotSerialized)?;
    str::from_utf8(memory.get(..len).unwrap_or_default()).map_err(|_| NotSerialized)
}

/// The JSON of a value is larger than the memory for it, or its own `Serialize` failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct NotSerialized;

impl fmt::Display for NotSerialized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON larger than its memory, or value not serializable")
    }
}

impl core::error::Error for NotSerialized {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_one_line_and_fits_or_fails() {
        let mut memory = [0; 12];
        assert_eq!(json("a\n\r\"b", &mut memory), Ok("\"a\\n\\r\\\"b\""));
        assert_eq!(json("0123456789", &mut memory), Ok("\"0123456789\""));
        assert_eq!(json("0123456789a", &mut memory), Err(NotSerialized));
    }
}
