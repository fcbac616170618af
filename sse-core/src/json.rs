//! JSON as data, serialized while the message is written.

use core::fmt;

use serde::Serialize;

use crate::{Data, Message};

/// Data that is serialized as compact JSON while the message is written.
///
/// Made by [`Message::json`](crate::Message::json).
#[derive(Debug)]
pub struct Json<'a, T: ?Sized>(&'a T);

impl<T: ?Sized> Clone for Json<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Json<'_, T> {}

impl<'a, T: Serialize + ?Sized> Message<'a, Json<'a, T>> {
    /// An event whose data is `value` as JSON, serialized straight into the output each time the
    /// message is encoded.
    ///
    /// Without the feature `std` the JSON passes through a `String`.
    ///
    /// ```
    /// # use sse_core::Message;
    /// assert_eq!(Message::json(&[1, 2]).to_string(), "data: [1,2]\n\n");
    /// ```
    pub const fn json(value: &'a T) -> Self {
        Self::block(Some(Json(value)))
    }
}

impl<T: Serialize + ?Sized> Data for Json<'_, T> {
    fn write_to(&self, out: &mut impl fmt::Write) -> fmt::Result {
        write_json(self.0, out)
    }
}

#[cfg(feature = "std")]
fn write_json(value: &(impl Serialize + ?Sized), out: &mut impl fmt::Write) -> fmt::Result {
    let mut pieces = Pieces {
        out,
        held: [0; 256],
        len: 0,
    };
    serde_json::to_writer(&mut pieces, value).map_err(|_| fmt::Error)?;
    pieces.write_held()
}

/// `serde_json` has no public writer without `std`, so here the text is made first.
#[cfg(not(feature = "std"))]
fn write_json(value: &(impl Serialize + ?Sized), out: &mut impl fmt::Write) -> fmt::Result {
    out.write_str(&serde_json::to_string(value).map_err(|_| fmt::Error)?)
}

/// Puts `serde_json`'s pieces, most of them a quote or a comma, together before they are searched
/// for line ends: it takes a quarter of the time.
///
/// Each piece is UTF-8 on its own, and none is taken apart.
#[cfg(feature = "std")]
struct Pieces<'w, W> {
    out: &'w mut W,
    held: [u8; 256],
    len: usize,
}

#[cfg(feature = "std")]
impl<W: fmt::Write> Pieces<'_, W> {
    fn write_held(&mut self) -> fmt::Result {
        let held = str::from_utf8(&self.held[..self.len]).map_err(|_| fmt::Error)?;
        self.len = 0;
        self.out.write_str(held)
    }

    #[inline]
    fn write(&mut self, piece: &[u8]) -> fmt::Result {
        match self.held[self.len..].get_mut(..piece.len()) {
            Some(free) => {
                free.copy_from_slice(piece);
                self.len += piece.len();
                Ok(())
            }
            None => self.write_through(piece),
        }
    }

    #[cold]
    fn write_through(&mut self, piece: &[u8]) -> fmt::Result {
        self.write_held()?;
        self.out
            .write_str(str::from_utf8(piece).map_err(|_| fmt::Error)?)
    }
}

#[cfg(feature = "std")]
impl<W: fmt::Write> std::io::Write for Pieces<'_, W> {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        self.write_all(piece).map(|()| piece.len())
    }

    #[inline]
    fn write_all(&mut self, piece: &[u8]) -> std::io::Result<()> {
        Pieces::write(self, piece).map_err(|fmt::Error| std::io::ErrorKind::Other.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
