//! Events into anything that bytes can be written to.

use core::fmt;

use embedded_io_async::Write;
use sse_core::{Data, EncodeError, Message};

/// Writes a stream of events: the body of a response of another server's, or a serial line.
///
/// Only a [`Message`] becomes an event, so nothing in data, type or id can add another field.
///
/// ```
/// use core::time::Duration;
/// use sse_embedded::{EventWriter, Message};
///
/// # embassy_futures::block_on(async {
/// let (mut out, mut buffer) = ([0; 128], [0; 64]);
/// let mut rest = &mut out[..];
/// let mut writer = EventWriter::new(&mut rest, &mut buffer);
/// writer.send(&Message::empty().retry(Duration::from_secs(5))).await?;
/// writer.send(&Message::new("21.5\n22").event("readings")?.id("7")?).await?;
/// writer.send(&Message::comment("")).await?;
/// let left = rest.len();
/// assert_eq!(
///     &out[..128 - left],
///     b"retry: 5000\n\nevent: readings\nid: 7\ndata: 21.5\ndata: 22\n\n:\n\n",
/// );
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct EventWriter<'b, W> {
    out: W,
    buffer: &'b mut [u8],
}

impl<'b, W: Write> EventWriter<'b, W> {
    /// Writes to `out`; a message must fit `buffer` when it is encoded.
    pub const fn new(out: W, buffer: &'b mut [u8]) -> Self {
        Self { out, buffer }
    }

    /// Sends a message, and flushes.
    ///
    /// # Errors
    /// [`WriteError`]: only [`Out`](WriteError::Out) is the end.
    ///
    /// # Cancel safety
    /// A part of the message may have been written when the future is dropped. Then the stream
    /// must break off there.
    pub async fn send<D: Data>(
        &mut self,
        message: &Message<'_, D>,
    ) -> Result<(), WriteError<W::Error>> {
        let len = message.encode_to_slice(self.buffer)?;
        let encoded = &self.buffer[..len];
        self.out.write_all(encoded).await.map_err(WriteError::Out)?;
        self.out.flush().await.map_err(WriteError::Out)
    }
}

/// A message was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum WriteError<E> {
    /// It does not fit the buffer, or its data cannot be written. Nothing was sent.
    Encode(EncodeError),
    /// Whatever it was sent to failed.
    Out(E),
}

impl<E> From<EncodeError> for WriteError<E> {
    fn from(error: EncodeError) -> Self {
        Self::Encode(error)
    }
}

impl<E> fmt::Display for WriteError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Encode(_) => "message cannot be encoded",
            Self::Out(_) => "message cannot be sent",
        })
    }
}

impl<E: core::error::Error + 'static> core::error::Error for WriteError<E> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Encode(error) => Some(error),
            Self::Out(error) => Some(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use embedded_io_async::{ErrorKind, ErrorType};

    use super::*;

    /// Takes this much, then fails.
    struct Takes(usize);

    impl ErrorType for Takes {
        type Error = ErrorKind;
    }

    impl Write for Takes {
        async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
            match self.0.min(bytes.len()) {
                0 => Err(ErrorKind::BrokenPipe),
                n => {
                    self.0 -= n;
                    Ok(n)
                }
            }
        }

        async fn flush(&mut self) -> Result<(), ErrorKind> {
            Ok(())
        }
    }

    #[test]
    fn what_does_not_fit_is_not_begun_and_what_fails_is_told() {
        embassy_futures::block_on(async {
            let (mut out, mut buffer) = (Takes(20), [0; 16]);
            let mut writer = EventWriter::new(&mut out, &mut buffer);
            let too_small = WriteError::Encode(EncodeError::TooSmall { needed: 18 });
            let sent = writer.send(&Message::new("0123456789")).await;
            assert_eq!(sent, Err(too_small));
            assert_eq!(writer.send(&Message::new("01234567")).await, Ok(()));
            let broken = WriteError::Out(ErrorKind::BrokenPipe);
            assert_eq!(writer.send(&Message::new("0")).await, Err(broken));
            assert_eq!(out.0, 0);
        });
    }
}
