//! The conversation of all adapters, as far as the contract can tell a client to have it.

use serde_json::{Value, json};
use sse_core::{Closed, Lost};

use super::{
    Harness, comment,
    conversation::{self, SCENES, Said, Scene, Server},
    endpoint::Endpoint,
    event,
};

#[test]
fn scenes_are_heard_as_they_are_seen() {
    let scenes: Vec<_> = SCENES.iter().filter(|scene| can_be_told(scene)).collect();
    assert!(scenes.len() >= 12, "only {} scenes", scenes.len());
    let harness = Harness::new();
    for scene in scenes {
        play(&harness, scene);
    }
}

/// Whether the parameters can say how the scene is configured.
fn can_be_told(scene: &Scene) -> bool {
    let mut told = conversation::config();
    told.idle_timeout = scene.config().idle_timeout;
    told.resend = scene.method != "GET";
    scene.config() == told
}

fn play(harness: &Harness, scene: &Scene) {
    let name = scene.name;
    let server = Server::new(scene.answers.iter().map(|acts| acts.to_vec()));
    let idle_timeout = scene.config().idle_timeout;
    let parameters = json!({
        "initialDelayMs": 0,
        "readTimeoutMs": idle_timeout.map(|timeout| timeout.as_millis() as u64),
        "method": scene.method,
        "body": scene.body,
        "lastEventId": scene.id,
    });
    let client = harness.client_of(Endpoint::new(), &server.url("/events"), parameters);
    for (line, id) in scene.asked {
        let seen = server.seen();
        assert_eq!(seen.line, *line, "{name}");
        assert_eq!(
            seen.header("last-event-id"),
            id.map(str::as_bytes),
            "{name}"
        );
        assert_eq!(seen.body, scene.body, "{name}");
    }
    let end = match scene.closed {
        Closed::NoContent => None,
        _ => Some(Heard::Error),
    };
    let said = scene
        .said
        .iter()
        .zip(scene.said.iter().skip(1).map(Some).chain([None]));
    let expected = said
        .filter_map(|(said, next)| Heard::new(said, next))
        .chain(end);
    for expected in expected {
        let heard = client.heard();
        match expected {
            Heard::Exactly(message) => assert_eq!(heard, message, "{name}"),
            Heard::Error => assert_eq!(heard["kind"], "error", "{name}"),
        }
    }
    client.delete();
    assert_eq!(client.heard_more(), [] as [Value; 0], "{name}");
}

/// What the harness hears of what a source says.
enum Heard {
    Exactly(Value),
    Error,
}

impl Heard {
    fn new(said: &Said, next: Option<&Said>) -> Option<Self> {
        match said {
            // It never came to its end.
            Said::Comment(_) if matches!(next, Some(Said::Lost(_))) => None,
            Said::Event {
                event_type,
                data,
                last_event_id,
            } => Some(Self::Exactly(event(event_type, data, last_event_id))),
            Said::Comment(text) => Some(Self::Exactly(comment(text))),
            Said::TooLarge => Some(Self::Error),
            Said::Opened | Said::Lost(Lost::Ended | Lost::Cut) => None,
            Said::Lost(_) => Some(Self::Error),
        }
    }
}
