//! Why a connection was lost, and why a source is closed for good.

use core::fmt;

use crate::http::{BadChunk, BadFraming, BadHead, RequestError, UrlError};

/// Why a connection, or an attempt at one, is over. The source goes on: it connects again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Lost {
    /// No connection could be made.
    Connect,
    /// The response head was not there by the connect deadline.
    ConnectTimeout,
    /// The connection ended before the response head did.
    NoResponse,
    /// The response is not HTTP.
    BadHead(BadHead),
    /// The server ended the stream.
    Ended,
    /// The stream broke off: before the end its framing tells, or, where there is no framing,
    /// within an event.
    Cut,
    /// The chunks of the stream are malformed.
    BadChunk(BadChunk),
    /// The stream was silent for longer than the idle deadline.
    Idle,
    /// The server refused with a status that may pass, and the policy is to try again.
    Status(u16),
}

/// Why a source is closed for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Closed {
    /// The user closed it.
    ByUser,
    /// No connection can be made, and trying again would not help: the driver has the reason.
    Connect,
    /// The server answered 204: there is nothing more to come.
    NoContent,
    /// The server answered with this status instead of 200.
    Status(u16),
    /// The response is no `text/event-stream`.
    ContentType,
    /// The response has a content coding, which was not asked for.
    ContentEncoding,
    /// A redirect leads nowhere: its `Location` is no http URL, or does not fit.
    Redirect(UrlError),
    /// More redirects in a row than allowed.
    TooManyRedirects,
    /// The response head is larger than the limit or the buffer.
    HeadTooLarge,
    /// It cannot be told where the body of the response ends.
    Framing(BadFraming),
    /// The request cannot be sent.
    Request(RequestError),
    /// As many failures in a row as allowed; this was the last.
    Failures(Lost),
    /// The stream of a request that is not sent twice has come to its end.
    Ended,
    /// The stream of a request that is not sent twice was lost before its end.
    Lost(Lost),
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect => f.write_str("no connection could be made"),
            Self::ConnectTimeout => f.write_str("no response by the connect deadline"),
            Self::NoResponse => f.write_str("connection ended before the response head did"),
            Self::BadHead(bad) => write!(f, "response is not HTTP: {bad}"),
            Self::Ended => f.write_str("server ended the stream"),
            Self::Cut => f.write_str("stream broke off"),
            Self::BadChunk(bad) => write!(f, "chunks of the stream are malformed: {bad}"),
            Self::Idle => f.write_str("stream silent for longer than the idle deadline"),
            Self::Status(status) => write!(f, "server answered {status} for now"),
        }
    }
}

impl core::error::Error for Lost {}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByUser => f.write_str("closed by the user"),
            Self::Connect => f.write_str("no connection can be made"),
            Self::NoContent => f.write_str("server answered 204: no more events"),
            Self::Status(status) => write!(f, "server answered {status} instead of 200"),
            Self::ContentType => f.write_str("response is no text/event-stream"),
            Self::ContentEncoding => f.write_str("response has a content coding"),
            Self::Redirect(error) => write!(f, "redirect to an unusable location: {error}"),
            Self::TooManyRedirects => f.write_str("too many redirects in a row"),
            Self::HeadTooLarge => f.write_str("response head larger than the limit"),
            Self::Framing(bad) => write!(f, "end of the response unknown: {bad}"),
            Self::Request(error) => write!(f, "request cannot be sent: {error}"),
            Self::Failures(last) => write!(f, "too many failures in a row, the last: {last}"),
            Self::Ended => f.write_str("stream has ended"),
            Self::Lost(lost) => write!(f, "stream lost: {lost}"),
        }
    }
}

impl core::error::Error for Closed {}
