//! What a parser hands out for a stream: through any of its doors, delivered in any pieces.

use sse_core::{Buffer, Chunk, Event, Input, Item, Parser, TooLarge};

/// Event type, data and last event ID.
pub(crate) type Owned = (String, String, String);

/// A way to ask the parser for events.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Door {
    Event,
    Raw,
    Item,
    /// As `Event`, with text checked ahead.
    Chunk,
}

impl Door {
    pub(crate) const ALL: [Self; 4] = [Self::Event, Self::Raw, Self::Item, Self::Chunk];

    /// The next event in `input`.
    pub(crate) fn next<'i, D: Buffer, F: Buffer>(
        self,
        parser: &mut Parser<D, F>,
        input: &mut impl Input<'i>,
    ) -> Result<Option<Owned>, TooLarge> {
        match self {
            Self::Event | Self::Chunk => Ok(parser.next_event(input)?.map(owned)),
            Self::Raw => Ok(parser.next_raw(input)?.map(|event| {
                let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
                let id = event.last_event_id.to_owned();
                (text(event.event_type), text(event.data), id)
            })),
            Self::Item => loop {
                match parser.next_item(input)? {
                    Some(Item::Comment(_)) => {}
                    Some(Item::Event(event)) => return Ok(Some(owned(event))),
                    None => return Ok(None),
                }
            },
        }
    }
}

fn owned(event: Event<'_>) -> Owned {
    (
        event.event_type.to_owned(),
        event.data.to_owned(),
        event.last_event_id.to_owned(),
    )
}

/// All that was seen of a stream.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) events: Vec<Result<Owned, TooLarge>>,
    pub(crate) last_event_id: String,
    /// In milliseconds.
    pub(crate) retry: Option<u128>,
}

/// Delivers `stream` cut at the offsets `cuts`. Also returns, for each of the events, how many
/// bytes had been delivered when it was out.
pub(crate) fn see<D: Buffer, F: Buffer>(
    parser: &mut Parser<D, F>,
    door: Door,
    stream: &[u8],
    cuts: impl IntoIterator<Item = usize>,
) -> (Seen, Vec<usize>) {
    let (mut events, mut due, mut start) = (Vec::new(), Vec::new(), 0);
    for end in cuts.into_iter().chain([stream.len()]) {
        let (mut slice, mut chunk) = (&stream[start..end], Chunk::new(&stream[start..end]));
        while let Some(event) = match door {
            Door::Chunk => door.next(parser, &mut chunk).transpose(),
            Door::Event | Door::Raw | Door::Item => door.next(parser, &mut slice).transpose(),
        } {
            events.push(event);
            due.push(end);
        }
        let rest = match door {
            Door::Chunk => chunk.rest(),
            Door::Event | Door::Raw | Door::Item => slice,
        };
        assert_eq!(rest, b"", "None means that all was taken");
        start = end;
    }
    let seen = Seen {
        events,
        last_event_id: parser.last_event_id().to_owned(),
        retry: parser.retry().map(|time| time.as_millis()),
    };
    (seen, due)
}
