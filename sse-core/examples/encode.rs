//! Writes an event stream from lines of JSON.
//!
//! Each line of the input is one message, `{"comment":…,"event":…,"id":…,"retry":…,"data":…}`,
//! with any of these or none; `retry` is in milliseconds. The first line that cannot become a
//! message ends the program with status 1 and `{"error":…}` on the error output.
//!
//! ```sh
//! echo '{"event":"tick","data":"1\n2"}' | cargo run -p sse-core --example encode
//! ```

use std::{
    error::Error,
    io::{self, BufRead, Write},
    process::ExitCode,
    time::Duration,
};

use serde::Deserialize;
use sse_core::{InvalidField, Message};

fn main() -> ExitCode {
    match encode_lines(io::stdin().lock(), io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", serde_json::json!({ "error": error.to_string() }));
            ExitCode::FAILURE
        }
    }
}

/// Writes and flushes each message before it reads the next line.
fn encode_lines(mut input: impl BufRead, mut output: impl Write) -> Result<(), Box<dyn Error>> {
    let (mut line, mut encoded) = (Vec::new(), Vec::new());
    while input.read_until(b'\n', &mut line)? > 0 {
        let object = line.trim_ascii();
        if !object.is_empty() {
            // Serde would also take an array of the values.
            if !object.starts_with(b"{") {
                return Err("expected a JSON object".into());
            }
            let fields: Fields = serde_json::from_slice(object)?;
            fields.message()?.encode_to_vec(&mut encoded)?;
            output.write_all(&encoded)?;
            output.flush()?;
            encoded.clear();
        }
        line.clear();
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    comment: Option<String>,
    event: Option<String>,
    id: Option<String>,
    retry: Option<u64>,
    data: Option<String>,
}

impl Fields {
    fn message(&self) -> Result<Message<'_>, InvalidField> {
        let mut message = self
            .data
            .as_deref()
            .map_or_else(Message::empty, Message::new);
        if let Some(comment) = &self.comment {
            message = message.with_comment(comment);
        }
        if let Some(event) = &self.event {
            message = message.event(event)?;
        }
        if let Some(id) = &self.id {
            message = message.id(id)?;
        }
        if let Some(milliseconds) = self.retry {
            message = message.retry(Duration::from_millis(milliseconds));
        }
        Ok(message)
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, io::Read};

    use super::*;

    #[test]
    fn lines_become_messages() {
        let input =
            br#"{"data":"1\r\n2","retry":18446744073709551615,"id":"","event":"e","comment":"c"}

            {"comment":"","data":null}
            {}
            {"data":""}"#;
        assert_eq!(
            encode(input),
            (
                ": c\nevent: e\nid:\nretry: 18446744073709551615\ndata: 1\ndata: 2\n\n\
                 :\n\n\
                 \n\
                 data: \n\n"
                    .to_owned(),
                None,
            ),
        );
    }

    #[test]
    fn refused_line_ends_the_stream_before_its_message() {
        let table: [(&[u8], &str); 10] = [
            (
                br#"{"data":"x","event":"a\nb"}"#,
                "line end in the event type",
            ),
            (br#"{"data":"x","id":"a\u0000"}"#, "NUL in the id"),
            (br#"{"date":"x"}"#, "unknown field"),
            (br#"{"data":1}"#, "invalid type"),
            (br#"{"retry":-1}"#, "invalid value"),
            (br#"{"retry":18446744073709551616}"#, "invalid type"),
            (br#"["c","e","1",5,"x"]"#, "expected a JSON object"),
            (br#"{"data":"x"} {}"#, "trailing characters"),
            (br#"{"data":"x","data":"y"}"#, "duplicate field"),
            (b"{\"data\":\"\xFF\"}", "invalid unicode"),
        ];
        for (line, message) in table {
            let input = [
                b"{\"data\":\"before\"}\n",
                line,
                b"\n{\"data\":\"after\"}\n",
            ]
            .concat();
            let (output, error) = encode(&input);
            assert_eq!(output, "data: before\n\n");
            assert!(
                error.as_ref().is_some_and(|error| error.contains(message)),
                "{error:?}"
            );
        }
    }

    #[test]
    fn message_is_out_before_the_next_line_is_read() {
        struct Script<'a>(&'a RefCell<Vec<u8>>, Vec<&'static [u8]>);

        impl Read for Script<'_> {
            fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
                let Some(line) = self.1.pop() else {
                    assert_eq!(*self.0.borrow(), b"data: 1\n\ndata: 2\n\n");
                    return Ok(0);
                };
                if self.1.is_empty() {
                    assert_eq!(*self.0.borrow(), b"data: 1\n\n");
                }
                buf[..line.len()].copy_from_slice(line);
                Ok(line.len())
            }
        }

        struct Seen<'a>(&'a RefCell<Vec<u8>>);

        impl Write for Seen<'_> {
            fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
                self.0.borrow_mut().write(buf)
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }

        let seen = RefCell::new(Vec::new());
        let script = Script(&seen, vec![b"{\"data\":\"2\"}\n", b"{\"data\":\"1\"}\n"]);
        let output = io::BufWriter::new(Seen(&seen));
        assert!(encode_lines(io::BufReader::new(script), output).is_ok());
    }

    fn encode(input: &[u8]) -> (String, Option<String>) {
        let mut output = Vec::new();
        let error = encode_lines(input, &mut output)
            .err()
            .map(|error| error.to_string());
        (String::from_utf8_lossy(&output).into_owned(), error)
    }
}
