//! Those who encode, each behind one function: the same events in, each message to the same sink.

use std::panic::{self, AssertUnwindSafe};

pub(crate) use trial::trial;

use crate::{corpus::Block, reference::reference};

#[cfg(feature = "peers")]
mod actix;
#[cfg(feature = "peers")]
mod axum;
mod ours;
#[cfg(feature = "peers")]
mod poem;
#[cfg(feature = "peers")]
mod sse_stream;
mod trial;
#[cfg(feature = "peers")]
mod warp;

/// What is to be written; it lives as long as the program, as servers' streams must.
pub(crate) type Blocks = &'static [Block];

/// A way to encode events.
#[derive(Clone, Copy)]
pub(crate) struct Encoder {
    pub(crate) name: &'static str,
    /// Consumes the lengths of messages.
    pub(crate) lengths: fn(Blocks) -> Option<usize>,
    /// Consumes the messages. `None` is a refusal.
    pub(crate) bytes: fn(Blocks) -> Option<Vec<u8>>,
}

/// Takes messages.
pub(crate) trait Out: Default {
    /// Takes one message.
    fn message(&mut self, bytes: &[u8]);
}

impl Out for usize {
    fn message(&mut self, bytes: &[u8]) {
        *self += bytes.len();
    }
}

impl Out for Vec<u8> {
    fn message(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Names an encoder; `$encode` is a `fn(Blocks, &mut impl Out) -> Option<()>`.
macro_rules! encoder {
    ($name:literal, $encode:path) => {
        Encoder {
            name: $name,
            lengths: |blocks| into(blocks, $encode),
            bytes: |blocks| into(blocks, $encode),
        }
    };
}

/// Ours first.
pub(crate) const ENCODERS: &[Encoder] = &[
    encoder!("reused buffer", ours::reused),
    encoder!("Frame", ours::frame),
    #[cfg(feature = "peers")]
    encoder!("sse-stream", sse_stream::encode),
    #[cfg(feature = "peers")]
    encoder!("axum", axum::encode),
    #[cfg(feature = "peers")]
    encoder!("warp", warp::encode),
    #[cfg(feature = "peers")]
    encoder!("poem", poem::encode),
    #[cfg(feature = "peers")]
    encoder!("actix-sse", actix::encode),
];

/// Our encoders.
pub(crate) const OURS: &[Encoder] = ENCODERS.split_at(2).0;

/// The encoder of this name.
pub(crate) fn find(name: &str) -> Option<&'static Encoder> {
    ENCODERS.iter().find(|encoder| encoder.name == name)
}

/// Runs `encode` into a sink of its own.
fn into<O: Out>(blocks: Blocks, encode: impl FnOnce(Blocks, &mut O) -> Option<()>) -> Option<O> {
    let mut out = O::default();
    encode(blocks, &mut out)?;
    Some(out)
}

/// How many of the hard cases the encoder gets right, and of how many: what a client reads is what
/// was to be written, or nothing was written where it cannot be.
pub(crate) fn score(encoder: &Encoder) -> (usize, usize) {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let cases = hard_cases();
    let right = |case: &&'static Case| {
        let blocks: Blocks = std::slice::from_ref(&case.block);
        let written = panic::catch_unwind(AssertUnwindSafe(|| (encoder.bytes)(blocks)));
        match (written, &case.read) {
            (Err(_), _) => false,
            (Ok(None), read) => read.is_none(),
            (Ok(Some(_)), None) => false,
            (Ok(Some(bytes)), Some(data)) => {
                let events = reference(&bytes, "").events;
                matches!(&*events, [(_, seen, _)] if seen == data)
            }
        }
    };
    let score = cases.iter().filter(right).count();
    panic::set_hook(hook);
    (score, cases.len())
}

/// Something to write, and the data that a client must read; `None` if it cannot be written.
struct Case {
    block: Block,
    read: Option<&'static str>,
}

fn hard_cases() -> &'static [Case] {
    let data = [
        ("a\nb", "a\nb"),
        ("a\rb", "a\nb"),
        ("a\r\nb", "a\nb"),
        ("a\r\rb", "a\n\nb"),
        ("", ""),
        (" a", " a"),
        ("a\n", "a\n"),
        ("\n", "\n"),
        ("a\r\ndata: b\r\rid: c", "a\ndata: b\n\nid: c"),
    ];
    let data = data.map(|(data, read)| Case {
        block: Block {
            data: data.to_owned(),
            ..Block::default()
        },
        read: Some(read),
    });
    let names = [
        ("a\ndata: b", ""),
        ("a\rdata: b", ""),
        ("", "1\ndata: b"),
        ("", "1\rdata: b"),
        ("", "1\0"),
    ];
    let names = names.map(|(event, id)| Case {
        block: Block {
            event,
            id: id.to_owned(),
            data: "a".to_owned(),
            ..Block::default()
        },
        read: None,
    });
    data.into_iter().chain(names).collect::<Vec<_>>().leak()
}
