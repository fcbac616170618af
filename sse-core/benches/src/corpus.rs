//! Streams to decode: made from a seed, the same on every run.

use crate::{
    held_back::HELD_BACK,
    random::Random,
    tally::{Digest, Sink as _},
};

/// A kind of stream.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    /// Makes the event of this number.
    pub(crate) block: fn(&mut Random, usize) -> Block,
}

/// An event as a server writes it.
#[derive(Clone, Default)]
pub(crate) struct Block {
    /// Whole lines that come first.
    pub(crate) before: String,
    pub(crate) id: String,
    pub(crate) event: &'static str,
    /// Lines, with LF between them.
    pub(crate) data: String,
    pub(crate) crlf: bool,
}

/// A stream, and what a client must see of it.
pub(crate) struct Corpus {
    /// What was written, in order.
    pub(crate) blocks: Vec<Block>,
    pub(crate) bytes: Vec<u8>,
    /// Where each event ends.
    pub(crate) ends: Vec<usize>,
    pub(crate) expected: Digest,
}

impl Corpus {
    /// Events of this kind until there are at least so many bytes, and more than a few events: what
    /// a decoder needs to begin with is not to count for more than it does in a stream.
    pub(crate) fn new(kind: Kind, least: usize) -> Self {
        let mut random = Random(1);
        let mut corpus = Self {
            blocks: Vec::new(),
            bytes: Vec::new(),
            ends: Vec::new(),
            expected: Digest::default(),
        };
        while corpus.bytes.len() < least || corpus.ends.len() < FEWEST_EVENTS {
            let block = (kind.block)(&mut random, corpus.blocks.len());
            block.write(&mut corpus.bytes);
            corpus.ends.push(corpus.bytes.len());
            corpus
                .expected
                .text(block.event_type(), &block.data, &block.id);
            corpus.blocks.push(block);
        }
        corpus
    }

    /// The lengths of data and IDs in UTF-16, as JavaScript has them.
    pub(crate) fn utf16(&self) -> usize {
        let texts = self
            .blocks
            .iter()
            .flat_map(|block| [&block.data, &block.id]);
        texts.map(|text| text.encode_utf16().count()).sum()
    }
}

impl Block {
    fn of(data: String) -> Self {
        Self {
            data,
            ..Self::default()
        }
    }

    fn event_type(&self) -> &str {
        match self.event {
            "" => "message",
            named => named,
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut line = |parts: &[&str]| {
            parts.iter().for_each(|part| out.extend(part.as_bytes()));
            out.extend_from_slice(if self.crlf { b"\r\n" } else { b"\n" });
        };
        for text in self.before.lines() {
            line(&[text]);
        }
        for (name, value) in [("id: ", &*self.id), ("event: ", self.event)] {
            if !value.is_empty() {
                line(&[name, value]);
            }
        }
        for text in self.data.split('\n') {
            line(&["data: ", text]);
        }
        line(&[]);
    }
}

const FEWEST_EVENTS: usize = 5;

/// All kinds.
pub(crate) const KINDS: &[Kind] = &[
    Kind {
        name: "openai",
        description: "OpenAI-like: 240 B of JSON",
        block: |random, _| openai(random),
    },
    Kind {
        name: "anthropic",
        description: "Anthropic-like: a type and 95 B of JSON",
        block: |random, _| anthropic(random),
    },
    Kind {
        name: "tiny",
        description: "4 to 16 B of data",
        block: |random, _| {
            let length = 4 + random.below(13);
            Block::of(text(random, length))
        },
    },
    Kind {
        name: "ticker",
        description: "ID, type and 60 B of JSON",
        block: ticker,
    },
    Kind {
        name: "lines",
        description: "20 lines of 10 to 70 B",
        block: |random, _| {
            let mut line = |_| {
                let length = 10 + random.below(60);
                text(random, length)
            };
            Block::of((0..20).map(&mut line).collect::<Vec<_>>().join("\n"))
        },
    },
    LONG,
    Kind {
        name: "comments",
        description: "20 keep-alive comments and 20 B of data",
        block: |random, _| Block {
            before: ": keep-alive\n\n".repeat(20),
            ..Block::of(text(random, 20))
        },
    },
    Kind {
        name: "crlf",
        description: "Anthropic-like, with CRLF",
        block: |random, _| Block {
            crlf: true,
            ..anthropic(random)
        },
    },
    Kind {
        name: "cjk",
        description: "80 Chinese characters",
        block: |random, _| {
            let mut character = |_| CJK.chars().nth(random.below(CJK.chars().count()));
            Block::of((0..80).filter_map(&mut character).collect())
        },
    },
    HELD_BACK,
];

/// Lines that take many chunks.
pub(crate) const LONG: Kind = Kind {
    name: "long",
    description: "lines of 1 MiB",
    block: |random, _| Block::of(text(random, 1024 * 1024)),
};

/// Lines of twice the length, to see what length costs.
pub(crate) const LONGER: Kind = Kind {
    name: "longer",
    description: "lines of 2 MiB",
    block: |random, _| Block::of(text(random, 2 * 1024 * 1024)),
};

fn openai(random: &mut Random) -> Block {
    let word = WORDS[random.below(WORDS.len())];
    Block::of(format!(
        r#"{{"id":"chatcmpl-BRh1nGXcbvZ3lLhE","object":"chat.completion.chunk","created":1764039335,"model":"gpt-4o-2024-08-06","system_fingerprint":"fp_44709d6fcb","choices":[{{"index":0,"delta":{{"content":" {word}"}},"logprobs":null,"finish_reason":null}}]}}"#
    ))
}

fn anthropic(random: &mut Random) -> Block {
    let word = WORDS[random.below(WORDS.len())];
    Block {
        event: "content_block_delta",
        ..Block::of(format!(
            r#"{{"type":"content_block_delta","index":0,"delta":{{"type":"text_delta","text":" {word}"}}}}"#
        ))
    }
}

fn ticker(random: &mut Random, number: usize) -> Block {
    let symbol = SYMBOLS[random.below(SYMBOLS.len())];
    let mut digits = |bound| random.below(bound);
    Block {
        id: (1_764_039_335_000 + number * 7).to_string(),
        event: "trade",
        ..Block::of(format!(
            r#"{{"s":"{symbol}","p":"{:05}.{:02}","q":"{}.{:04}","t":1764039335{:03}}}"#,
            digits(100_000),
            digits(100),
            digits(10),
            digits(10_000),
            digits(1000),
        ))
    }
}

/// `length` bytes of words.
pub(crate) fn text(random: &mut Random, length: usize) -> String {
    let mut text = String::new();
    while text.len() < length {
        text.push_str(WORDS[random.below(WORDS.len())]);
        text.push(' ');
    }
    text.truncate(length);
    text
}

const WORDS: &[&str] = &[
    "the",
    "of",
    "and",
    "stream",
    "a",
    "to",
    "in",
    "server",
    "is",
    "event",
    "that",
    "it",
    "with",
    "for",
    "response",
    "as",
    "was",
    "on",
    "be",
    "at",
    "by",
    "this",
    "have",
    "from",
    "or",
    "one",
    "had",
    "not",
    "but",
    "what",
    "all",
    "were",
    "when",
    "connection",
    "we",
    "there",
    "can",
    "an",
];

const SYMBOLS: &[&str] = &["BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT", "ADAUSDT"];

const CJK: &str =
    "的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生";
