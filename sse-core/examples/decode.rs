//! Reads an event stream and writes what a client sees of it, as lines of JSON.
//!
//! An event is `{"type":…,"data":…,"last_event_id":…}`, written as soon as it is complete. The last
//! line is `{"end":true,"last_event_id":…,"retry_ms":…,"too_large":…}`: the ID for a reconnect, the
//! reconnection time in milliseconds (null if none was asked for, 2^64 - 1 if more was), and how
//! many events were skipped for their size.
//!
//! ```sh
//! printf 'data: 1\ndata: 2\n\n' | cargo run -p sse-core --example decode -- --chunk 1
//! ```
//!
//! - `--chunk N`: the parser gets the stream in pieces of N bytes, not as it arrives.
//! - `--split 3,17,…`: it gets it cut at these offsets.
//! - `--limit BYTES`: the most bytes that an event's data, type or ID may have.
//!
//! Other arguments end the program with status 2; a failure to read or write, with 1.

use std::{
    collections::VecDeque,
    env,
    io::{self, Read, Write},
    process::ExitCode,
};

use serde::Serialize;
use sse_core::{DEFAULT_LIMIT, Parser, TooLarge};

fn main() -> ExitCode {
    let options = match Options::parse(env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("decode: {message}");
            return ExitCode::from(2);
        }
    };
    match decode(io::stdin().lock(), io::stdout().lock(), options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("decode: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Writes and flushes each event before more is read.
fn decode(mut input: impl Read, mut output: impl Write, options: Options) -> io::Result<()> {
    let mut parser = Parser::new().with_limit(options.limit);
    let mut delivery = options.delivery;
    let mut piece = Vec::new();
    let mut too_large = 0;
    while delivery.next_piece(&mut input, &mut piece)? {
        let mut rest = &piece[..];
        loop {
            match parser.next_event(&mut rest) {
                Ok(Some(event)) => write_line(
                    &mut output,
                    &EventLine {
                        event_type: event.event_type,
                        data: event.data,
                        last_event_id: event.last_event_id,
                    },
                )?,
                Ok(None) => break,
                Err(TooLarge) => too_large += 1,
            }
        }
    }
    write_line(
        &mut output,
        &EndLine {
            end: true,
            last_event_id: parser.last_event_id(),
            retry_ms: parser.retry().map(|time| time.as_millis()),
            too_large,
        },
    )
}

fn write_line(output: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    output.write_all(&text)?;
    output.flush()
}

#[derive(Serialize)]
struct EventLine<'a> {
    #[serde(rename = "type")]
    event_type: &'a str,
    data: &'a str,
    last_event_id: &'a str,
}

#[derive(Serialize)]
struct EndLine<'a> {
    end: bool,
    last_event_id: &'a str,
    retry_ms: Option<u128>,
    too_large: u64,
}

#[derive(Debug, PartialEq)]
struct Options {
    delivery: Delivery,
    limit: usize,
}

/// How the parser gets the stream.
#[derive(Debug, PartialEq)]
enum Delivery {
    AsItArrives,
    Chunks(usize),
    /// The sizes of the pieces to come; what is behind the last is delivered as it arrives.
    Pieces(VecDeque<usize>),
}

impl Options {
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut delivery, mut limit) = (None, None);
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or_else(|| format!("{arg} needs a value"));
            let given_twice = match &*arg {
                "--chunk" => delivery.replace(Delivery::chunks(&value()?)?).is_some(),
                "--split" => delivery.replace(Delivery::split(&value()?)?).is_some(),
                "--limit" => limit.replace(number(&value()?)?).is_some(),
                _ => return Err(format!("unknown argument {arg:?}")),
            };
            if given_twice {
                return Err(format!("{arg} contradicts an earlier argument"));
            }
        }
        Ok(Self {
            delivery: delivery.unwrap_or(Delivery::AsItArrives),
            limit: limit.unwrap_or(DEFAULT_LIMIT),
        })
    }
}

impl Delivery {
    fn chunks(size: &str) -> Result<Self, String> {
        match number(size)? {
            0 => Err("a chunk has at least one byte".into()),
            size => Ok(Self::Chunks(size)),
        }
    }

    fn split(offsets: &str) -> Result<Self, String> {
        let mut sizes = VecDeque::new();
        let mut start = 0;
        for offset in offsets.split(',') {
            let end = number(offset)?;
            let size = end.checked_sub(start).ok_or("offsets must ascend")?;
            sizes.push_back(size);
            start = end;
        }
        Ok(Self::Pieces(sizes))
    }

    /// Reads the next piece, which the end of the stream may cut short; `false` if it has ended.
    fn next_piece(&mut self, input: &mut impl Read, piece: &mut Vec<u8>) -> io::Result<bool> {
        piece.clear();
        let size = match self {
            Self::AsItArrives => None,
            Self::Chunks(size) => Some(*size),
            Self::Pieces(sizes) => sizes.pop_front(),
        };
        match size {
            Some(size) => {
                let read = input.take(size as u64).read_to_end(piece)?;
                Ok(read > 0 || size == 0)
            }
            None => {
                piece.resize(64 * 1024, 0);
                let read = loop {
                    match input.read(piece) {
                        Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                        read => break read?,
                    }
                };
                piece.truncate(read);
                Ok(read > 0)
            }
        }
    }
}

fn number(digits: &str) -> Result<usize, String> {
    digits
        .parse()
        .map_err(|_| format!("{digits:?} is not a number of bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &[u8] = b"retry: 5\nid: 1\ndata: a\n\nid\ndata: \"\xFF\"\n\ndata: abcdefgh\n\n";
    const LINES: &str = "{\"type\":\"message\",\"data\":\"a\",\"last_event_id\":\"1\"}\n\
        {\"type\":\"message\",\"data\":\"\\\"\u{FFFD}\\\"\",\"last_event_id\":\"\"}\n\
        {\"end\":true,\"last_event_id\":\"\",\"retry_ms\":5,\"too_large\":1}\n";

    fn options(args: &str) -> Result<Options, String> {
        Options::parse(args.split_whitespace().map(str::to_owned))
    }

    fn decoded(input: &[u8], args: &str) -> String {
        let mut output = Vec::new();
        decode(input, &mut output, options(args).unwrap()).unwrap();
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn lines_are_the_same_for_every_delivery() {
        for delivery in [
            "",
            "--chunk 1",
            "--chunk 7",
            "--split 9,9,30",
            "--split 0,1000",
        ] {
            let args = format!("{delivery} --limit 7");
            assert_eq!(decoded(STREAM, &args), LINES, "{delivery}");
        }
    }

    #[test]
    fn retry_is_a_number_up_to_the_largest() {
        let end = |retry| {
            format!(
                "{{\"end\":true,\"last_event_id\":\"\",\"retry_ms\":{retry},\"too_large\":0}}\n"
            )
        };
        assert_eq!(decoded(b"", ""), end("null"));
        assert_eq!(
            decoded(b"retry:9007199254740993\n", ""),
            end("9007199254740993")
        );
        let largest = "18446744073709551615";
        let larger = format!("retry:{largest}0\n");
        assert_eq!(decoded(larger.as_bytes(), ""), end(largest));
    }

    #[test]
    fn pieces_are_cut_where_asked() {
        for (args, expected) in [
            ("--chunk 4", &["0123", "4567", "89"][..]),
            ("--split 0,3,3", &["", "012", "", "3456789"]),
            ("--split 4,20", &["0123", "456789"]),
            ("", &["0123456789"]),
        ] {
            let mut delivery = options(args).unwrap().delivery;
            let (mut input, mut piece, mut pieces) = (&b"0123456789"[..], Vec::new(), Vec::new());
            while delivery.next_piece(&mut input, &mut piece).unwrap() {
                pieces.push(String::from_utf8(piece.clone()).unwrap());
            }
            assert_eq!(pieces, expected, "{args}");
        }
    }

    #[test]
    fn bad_arguments_are_refused() {
        for (args, message) in [
            ("--chunk", "--chunk needs a value"),
            ("--chunk 0", "a chunk has at least one byte"),
            ("--limit -1", "\"-1\" is not a number of bytes"),
            ("--split 3,", "\"\" is not a number of bytes"),
            ("--split 3,2", "offsets must ascend"),
            (
                "--chunk 1 --split 2",
                "--split contradicts an earlier argument",
            ),
            ("file", "unknown argument \"file\""),
        ] {
            assert_eq!(options(args), Err(message.to_owned()));
        }
    }
}
