//! A live page: a ticker and notices that survive lost connections and a killed server.
//!
//! ```text
//! cargo run --release -p sse-tokio --example live -- --help
//! ```

#[cfg(test)]
#[path = "../../tests/conversation/mod.rs"]
mod conversation;
mod follow;
mod journal;
mod metrics;
mod server;

use std::{ffi::OsString, path::PathBuf, process::ExitCode, time::Duration};

use lexopt::{Arg, Parser, ValueExt as _};

#[tokio::main]
async fn main() -> ExitCode {
    let result = match options() {
        Ok(Some(Job::Serve(options))) => server::run(options).await,
        Ok(Some(Job::Follow(stream))) => tokio::select! {
            result = follow::follow(&stream.url, &stream.last_event_id, stream.json) => result,
            () = server::interrupted() => Ok(()),
        },
        Ok(None) => {
            print!("{HELP}");
            Ok(())
        }
        Err(error) => Err(error.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("live: {error}");
            ExitCode::FAILURE
        }
    }
}

enum Job {
    Serve(Options),
    Follow(Stream),
}

struct Stream {
    url: String,
    last_event_id: String,
    json: bool,
}

struct Options {
    port: u16,
    interval: Option<Duration>,
    journal: Option<PathBuf>,
}

/// None if only help is asked for.
fn options() -> Result<Option<Job>, lexopt::Error> {
    let mut options = Options {
        port: 8080,
        interval: Some(Duration::from_millis(200)),
        journal: None,
    };
    let (mut url, mut last_event_id, mut json) = (None, String::new(), false);
    let mut arguments = Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("port") => options.port = arguments.value()?.parse()?,
            Arg::Long("interval-ms") => {
                let milliseconds: u32 = arguments.value()?.parse()?;
                options.interval = match milliseconds {
                    0 => None,
                    some => Some(Duration::from_millis(some.into())),
                };
            }
            Arg::Long("log") => {
                let path: OsString = arguments.value()?;
                options.journal = Some(path.into());
            }
            Arg::Long("connect") => url = Some(arguments.value()?.string()?),
            Arg::Long("last-event-id") => last_event_id = arguments.value()?.string()?,
            Arg::Long("json") => json = true,
            Arg::Short('h') | Arg::Long("help") => return Ok(None),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Some(match url {
        Some(url) => Job::Follow(Stream {
            url,
            last_event_id,
            json,
        }),
        None => Job::Serve(options),
    }))
}

const HELP: &str = "\
A live page over Server-Sent Events, at http://127.0.0.1:8080/

  --port N         listen on another port of 127.0.0.1; 0 takes any that is free
  --interval-ms N  time between two ticks, 200 unless told; 0 stops the ticker
  --log PATH       where events are kept for the next start; a file for this port
                   in the directory for temporary files unless told
  --connect URL    serve nothing; follow the stream at URL, and print its events
  --json           print them as JSON objects, one a line
  --last-event-id ID  go on after the event with this ID
  --help           this text
";
