//! One conversation for all adapters: what a server does, what a source must make of it.
//!
//! Scenes are plain data and the server is plain threads, so that any runtime can play them.

#![allow(dead_code, unused_imports)] // Each test takes what it needs.

mod anything;
#[path = "../../../sse-core/tests/common/random.rs"]
mod random;
mod scenes;
mod server;

pub(crate) use anything::{Anything, see, some_polls};
pub(crate) use random::Random;
pub(crate) use scenes::SCENES;
pub(crate) use server::{Act, PATIENCE, Server};

use std::time::Duration;

use sse_core::{Closed, Config, Lost, Update};

/// A server's side of a conversation, and what the source shall say and ask.
pub(crate) struct Scene {
    pub(crate) name: &'static str,
    pub(crate) method: &'static str,
    pub(crate) body: &'static str,
    /// The last event ID to begin with.
    pub(crate) id: &'static str,
    /// Changes to [`config`].
    pub(crate) configure: fn(&mut Config),
    /// What the server does, one list for each connection; a connection ends with its list.
    pub(crate) answers: &'static [&'static [Act]],
    /// What the source says before it closes.
    pub(crate) said: &'static [Said],
    pub(crate) closed: Closed,
    /// The body of the refused response that comes with it.
    pub(crate) refusal: Option<&'static str>,
    /// The requests: first line, and `Last-Event-ID`.
    pub(crate) asked: &'static [(&'static str, Option<&'static str>)],
}

impl Scene {
    /// A GET that the server ends with a 204.
    pub(crate) const fn new(name: &'static str) -> Self {
        Self {
            name,
            method: "GET",
            body: "",
            id: "",
            configure: |_| {},
            answers: &[],
            said: &[],
            closed: Closed::NoContent,
            refusal: Some(""),
            asked: &[],
        }
    }

    pub(crate) fn config(&self) -> Config {
        let mut config = config();
        (self.configure)(&mut config);
        config
    }

    pub(crate) fn server(&self) -> Server {
        Server::new(self.answers.iter().map(|acts| acts.to_vec()))
    }

    /// Takes down what a source says. One that says too much, as it does when it has lost its
    /// place in the script, would go on for ever.
    pub(crate) fn note(&self, update: Update<'_>, said: &mut Vec<Said<String>>) {
        said.push(Said::new(update));
        assert!(said.len() <= self.said.len(), "{}: {said:?}", self.name);
    }

    /// Holds what a source has said, and what it has asked of `server`, against what it should
    /// have; `known` is what an adapter that knows less can tell of a loss.
    pub(crate) fn check(&self, heard: &Heard, server: &Server, known: impl Fn(Lost) -> Lost) {
        let name = self.name;
        let said = |said: &Said| match said {
            Said::Lost(lost) => Said::Lost(known(*lost)),
            other => other.into(),
        };
        let expected: Vec<Said<String>> = self.said.iter().map(said).collect();
        assert_eq!(heard.said, expected, "{name}");
        let closed = match self.closed {
            Closed::Lost(lost) => Closed::Lost(known(lost)),
            Closed::Failures(lost) => Closed::Failures(known(lost)),
            other => other,
        };
        assert_eq!(heard.closed, closed, "{name}");
        assert_eq!(heard.closed_again, closed, "{name}: for ever");
        assert_eq!(heard.refusal.as_deref(), self.refusal, "{name}");

        let seen = server.all_seen();
        let asked: Vec<_> = seen
            .iter()
            .map(|seen| {
                let id = seen.header("last-event-id");
                (seen.line.as_str(), id.map(|id| str::from_utf8(id).unwrap()))
            })
            .collect();
        assert_eq!(asked, self.asked, "{name}");
        for seen in &seen {
            assert_eq!(seen.header("accept"), Some(&b"text/event-stream"[..]));
            assert_eq!(seen.header("cache-control"), Some(&b"no-cache"[..]));
            assert_eq!(seen.body, self.body, "{name}");
        }
    }
}

/// What a source has made of a scene.
pub(crate) struct Heard {
    pub(crate) said: Vec<Said<String>>,
    pub(crate) closed: Closed,
    /// Why it is closed when it is asked once more.
    pub(crate) closed_again: Closed,
    /// The body of the refused response.
    pub(crate) refusal: Option<String>,
}

/// Short waits, and comments.
pub(crate) fn config() -> Config {
    let mut config = Config::default();
    config.retry = Duration::from_millis(1);
    config.retry_floor = Duration::from_millis(1);
    config.backoff_ceiling = Duration::from_millis(1);
    config.comments = true;
    config
}

/// An [`Update`] that can be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said<S = &'static str> {
    Opened,
    Event {
        event_type: S,
        data: S,
        last_event_id: S,
    },
    Comment(S),
    TooLarge,
    Lost(Lost),
}

impl Said<String> {
    pub(crate) fn new(update: Update<'_>) -> Self {
        match update {
            Update::Opened => Self::Opened,
            Update::Event(event) => Self::Event {
                event_type: event.event_type.into(),
                data: event.data.into(),
                last_event_id: event.last_event_id.into(),
            },
            Update::Comment(comment) => {
                Self::Comment(String::from_utf8_lossy(comment.text).into_owned())
            }
            Update::TooLarge => Self::TooLarge,
            Update::Reconnecting { lost, .. } => Self::Lost(lost),
        }
    }
}

impl From<&Said> for Said<String> {
    fn from(said: &Said) -> Self {
        match said {
            Said::Opened => Self::Opened,
            Said::Event {
                event_type,
                data,
                last_event_id,
            } => Self::Event {
                event_type: (*event_type).into(),
                data: (*data).into(),
                last_event_id: (*last_event_id).into(),
            },
            Said::Comment(text) => Self::Comment((*text).into()),
            Said::TooLarge => Self::TooLarge,
            Said::Lost(lost) => Self::Lost(*lost),
        }
    }
}

const fn event(event_type: &'static str, data: &'static str, last_event_id: &'static str) -> Said {
    Said::Event {
        event_type,
        data,
        last_event_id,
    }
}

const fn message(data: &'static str, last_event_id: &'static str) -> Said {
    event("message", data, last_event_id)
}
