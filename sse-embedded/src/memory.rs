//! The memory of a source or of a reader of events: plain arrays of the caller's.

use sse_core::{Buffers, Client, Config, Parser, SliceBuffer, http::UrlError};

/// Memory for one [`EventSource`](crate::EventSource) or one [`Events`](crate::Events), in a
/// `static` or on a stack: `RX + DATA + 3 * FIELD + 2 * URL` bytes and no more.
///
/// ```
/// use sse_embedded::Memory;
///
/// const SMALL: usize = size_of::<Memory<128, 384, 24, 64>>();
/// assert_eq!(SMALL, 712);
/// ```
///
/// - `RX` bytes are read at a time: 64 or more; 0 does not compile. The larger, the fewer reads and
///   the more data that is lent without being copied. Redirects are resolved in it, so it should
///   not be less than `URL`.
/// - `DATA` bytes hold the data of an event that does not lie whole in `RX`, and before that the
///   request, then the head of the response: 512 or more for what servers send today. An event
///   with more data is skipped ([`Update::TooLarge`](crate::Update::TooLarge)); a larger head
///   closes the source.
/// - `FIELD` bytes hold an event type, an ID in the making (beside an earlier one of the same
///   event, if there is), and the last event ID, each. An event with more is skipped.
/// - `URL` bytes hold the address in normal form, and as much the address that redirects lead to.
///   `Events` needs none of them: make it 0.
#[derive(Debug)]
pub struct Memory<
    const RX: usize = 512,
    const DATA: usize = 1024,
    const FIELD: usize = 64,
    const URL: usize = 128,
> {
    pub(crate) rx: [u8; RX],
    data: [u8; DATA],
    fields: [[u8; FIELD]; 3],
    urls: [[u8; URL]; 2],
}

impl<const RX: usize, const DATA: usize, const FIELD: usize, const URL: usize>
    Memory<RX, DATA, FIELD, URL>
{
    /// Memory that holds nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            rx: [0; RX],
            data: [0; DATA],
            fields: [[0; FIELD]; 3],
            urls: [[0; URL]; 2],
        }
    }

    pub(crate) fn client(
        &mut self,
        url: &str,
        method: &str,
        config: Config,
    ) -> Result<Client<SliceBuffer<'_>>, UrlError> {
        const { assert!(RX > 0, "a read of nothing looks like the end") }
        let [event_type, id, last_event_id] = &mut self.fields;
        let [home, redirect] = &mut self.urls;
        let buffers = Buffers {
            rx: SliceBuffer::new(&mut self.rx),
            data: SliceBuffer::new(&mut self.data),
            event_type: SliceBuffer::new(event_type),
            id: SliceBuffer::new(id),
            last_event_id: SliceBuffer::new(last_event_id),
            url: SliceBuffer::new(home),
            redirect: SliceBuffer::new(redirect),
        };
        Client::with_buffers(url, method, buffers, config)
    }

    /// A parser, and what it reads from.
    pub(crate) fn parser(&mut self) -> (Parser<SliceBuffer<'_>>, &mut [u8]) {
        const { assert!(RX > 0, "a read of nothing looks like the end") }
        let [event_type, id, last_event_id] = &mut self.fields;
        let parser = Parser::with_buffers(
            SliceBuffer::new(&mut self.data),
            SliceBuffer::new(event_type),
            SliceBuffer::new(id),
            SliceBuffer::new(last_event_id),
        );
        (parser, &mut self.rx)
    }
}

impl<const RX: usize, const DATA: usize, const FIELD: usize, const URL: usize> Default
    for Memory<RX, DATA, FIELD, URL>
{
    fn default() -> Self {
        Self::new()
    }
}
