//! The scenes.

use std::time::Duration;

use sse_core::{Closed, Lost};

use super::{Act::*, Said::*, Scene, event, message};

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
const CHUNKED: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
const NO_CONTENT: &str = "HTTP/1.1 204 No Content\r\n\r\n";

const GET: (&str, Option<&str>) = ("GET /events HTTP/1.1", None);
const GET_AFTER_7: (&str, Option<&str>) = ("GET /events HTTP/1.1", Some("7"));

const fn redirected(target: &'static str) -> (&'static str, Option<&'static str>) {
    (target, None)
}

pub(crate) const SCENES: &[Scene] = &[
    Scene {
        answers: &[
            &[
                Send(HEAD),
                Send(": hi\n\ndata: a\n\nevent: tick\ndata: b\ndata: c\nid: 7\n\n\u{feff}: x\n\n"),
                Send("data: d\r\rdata: e\r\n\r\n"),
            ],
            &[Send(NO_CONTENT)],
        ],
        said: &[
            Opened,
            Comment(" hi"),
            message("a", ""),
            event("tick", "b\nc", "7"),
            message("d", "7"),
            message("e", "7"),
            Lost(Lost::Ended),
        ],
        asked: &[GET, GET_AFTER_7],
        ..Scene::new("events until a 204")
    },
    Scene {
        id: "7",
        answers: &[&[Send(NO_CONTENT)]],
        asked: &[GET_AFTER_7],
        ..Scene::new("an ID to begin with")
    },
    Scene {
        answers: &[
            &[Send(HEAD), Send("id: 7\ndata: a\n\nid: 8\ndata: b")],
            &[Send(HEAD), Send("data: c\n\n")],
            &[Send(HEAD), Send("id\ndata: d\n\n")],
            &[Send(NO_CONTENT)],
        ],
        said: &[
            Opened,
            message("a", "7"),
            Lost(Lost::Cut),
            Opened,
            message("c", "7"),
            Lost(Lost::Ended),
            Opened,
            message("d", ""),
            Lost(Lost::Ended),
        ],
        asked: &[GET, GET_AFTER_7, GET_AFTER_7, GET],
        ..Scene::new("an end within an event, which is lost with its ID")
    },
    Scene {
        answers: &[
            &[Send(CHUNKED), Send("10\r\nid: 7\ndata: a\n\n:\r\n")],
            &[
                Send(CHUNKED),
                Send("5;x=y\r\ndata:\r\n4\r\n b\n\n\r\n0\r\nTrailer: x\r\n\r\n"),
            ],
            &[Send(NO_CONTENT)],
        ],
        said: &[
            Opened,
            message("a", "7"),
            Lost(Lost::Cut),
            Opened,
            message("b", "7"),
            Lost(Lost::Ended),
        ],
        asked: &[GET, GET_AFTER_7, GET_AFTER_7],
        ..Scene::new("chunks that are cut, and chunks that end")
    },
    Scene {
        answers: &[
            &[Send("HTTP/1.1 200 OK\r\nContent-Type: text/event-str")],
            &[],
            &[Reset],
            &[Send(NO_CONTENT)],
        ],
        said: &[
            Lost(Lost::NoResponse),
            Lost(Lost::NoResponse),
            Lost(Lost::NoResponse),
        ],
        asked: &[GET, GET, GET, GET],
        ..Scene::new("no head, or half a head")
    },
    Scene {
        answers: &[
            &[Send(HEAD), Send("id: käse→\ndata: a\n\n")],
            &[Send(NO_CONTENT)],
        ],
        said: &[Opened, message("a", "käse→"), Lost(Lost::Ended)],
        asked: &[GET, ("GET /events HTTP/1.1", Some("käse→"))],
        ..Scene::new("an ID beyond ASCII")
    },
    Scene {
        answers: &[
            &[Send(HEAD), Send("id: 7\n\nid: \u{1}\ndata: a\n\n")],
            &[Send(NO_CONTENT)],
        ],
        said: &[Opened, message("a", "\u{1}"), Lost(Lost::Ended)],
        asked: &[GET, GET],
        ..Scene::new("an ID that HTTP cannot carry")
    },
    Scene {
        answers: &[
            &[Send(
                "HTTP/1.1 307 Over There\r\nLocation: ../a?b\r\nContent-Length: 0\r\n\r\n",
            )],
            &[Send(
                "HTTP/1.1 302 Found\r\nLocation: {origin}/c#d\r\nContent-Length: 0\r\n\r\n",
            )],
            &[Send(HEAD), Send("data: a\n\n")],
            &[Send(NO_CONTENT)],
        ],
        said: &[Opened, message("a", ""), Lost(Lost::Ended)],
        asked: &[
            GET,
            redirected("GET /a?b HTTP/1.1"),
            redirected("GET /c HTTP/1.1"),
            GET,
        ],
        ..Scene::new("redirects, relative and absolute, which a reconnect starts anew")
    },
    Scene {
        configure: |config| config.max_redirects = 2,
        answers: &[
            &[Send(
                "HTTP/1.1 302 Found\r\nLocation: /events\r\nContent-Length: 0\r\n\r\n",
            )],
            &[Send(
                "HTTP/1.1 302 Found\r\nLocation: /events\r\nContent-Length: 0\r\n\r\n",
            )],
            &[Send(
                "HTTP/1.1 302 Found\r\nLocation: /events\r\nContent-Length: 0\r\n\r\n",
            )],
        ],
        closed: Closed::TooManyRedirects,
        asked: &[GET, GET, GET],
        ..Scene::new("redirects without end")
    },
    Scene {
        answers: &[&[
            Send("HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\n"),
            Send("no stream and more"),
            UntilGone,
        ]],
        closed: Closed::Status(404),
        refusal: Some("no stream"),
        asked: &[GET],
        ..Scene::new("a refusal with its reason")
    },
    Scene {
        configure: |config| config.refused_body = 4,
        answers: &[&[
            Send("HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n"),
            Send("2\r\nno\r\n3\r\npe!\r\n"),
            UntilGone,
        ]],
        closed: Closed::Status(500),
        refusal: Some("nope"),
        asked: &[GET],
        ..Scene::new("a refusal longer than what is kept")
    },
    Scene {
        configure: |config| config.connect_timeout = Some(Duration::from_secs(1)),
        answers: &[&[
            Send("HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\nbecause"),
            UntilGone,
        ]],
        closed: Closed::Status(403),
        refusal: Some("because"),
        asked: &[GET],
        ..Scene::new("a refusal that is never told to its end")
    },
    Scene {
        answers: &[&[Send(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 8\r\n\r\ndata: a\n",
        )]],
        closed: Closed::ContentType,
        refusal: Some("data: a\n"),
        asked: &[GET],
        ..Scene::new("another type")
    },
    Scene {
        answers: &[
            &[
                Send("HTTP/1.1 200 OK\r\n"),
                Send("Content-Type: Text/Event-Stream; charset=\"x,y\"\r\n\r\n"),
                Send("data: a\n\n"),
            ],
            &[Send(NO_CONTENT)],
        ],
        said: &[Opened, message("a", ""), Lost(Lost::Ended)],
        asked: &[GET, GET],
        ..Scene::new("the type in other words")
    },
    Scene {
        configure: |config| config.event_limit = 8,
        answers: &[
            &[
                Send(HEAD),
                Send("id: 7\ndata: 12345678\n\nid: 8\ndata: 123456789\n\ndata: a\n\n"),
            ],
            &[Send(NO_CONTENT)],
        ],
        said: &[
            Opened,
            message("12345678", "7"),
            TooLarge,
            message("a", "7"),
            Lost(Lost::Ended),
        ],
        asked: &[GET, GET_AFTER_7],
        ..Scene::new("an event over the limit, and on")
    },
    Scene {
        configure: |config| config.idle_timeout = Some(Duration::from_secs(1)),
        answers: &[
            &[Send(HEAD), Send("id: 7\ndata: a\n\n: x"), UntilGone],
            &[Send(NO_CONTENT)],
        ],
        said: &[Opened, message("a", "7"), Comment(" x"), Lost(Lost::Idle)],
        asked: &[GET, GET_AFTER_7],
        ..Scene::new("silence")
    },
    Scene {
        configure: |config| config.connect_timeout = Some(Duration::from_secs(1)),
        answers: &[&[UntilGone], &[Send(NO_CONTENT)]],
        said: &[Lost(Lost::ConnectTimeout)],
        asked: &[GET, GET],
        ..Scene::new("no answer")
    },
    Scene {
        method: "POST",
        body: "{\"stream\":true}",
        answers: &[
            &[Send(CHUNKED), Send("9\r\ndata: a\n\n\r\n0\r\n\r\n")],
            &[Send(NO_CONTENT)],
        ],
        said: &[Opened, message("a", "")],
        closed: Closed::Ended,
        refusal: None,
        asked: &[("POST /events HTTP/1.1", None)],
        ..Scene::new("a POST whose stream ends")
    },
    Scene {
        method: "POST",
        body: "{\"stream\":true}",
        answers: &[
            &[Send(CHUNKED), Send("9\r\ndata: a\n\n\r\n9\r\nda")],
            &[Send(NO_CONTENT)],
        ],
        said: &[Opened, message("a", "")],
        closed: Closed::Lost(Lost::Cut),
        refusal: None,
        asked: &[("POST /events HTTP/1.1", None)],
        ..Scene::new("a POST whose stream is cut")
    },
    Scene {
        method: "POST",
        body: "{\"stream\":true}",
        answers: &[&[], &[Send(NO_CONTENT)]],
        closed: Closed::Lost(Lost::NoResponse),
        refusal: None,
        asked: &[("POST /events HTTP/1.1", None)],
        ..Scene::new("a POST without an answer")
    },
    Scene {
        method: "POST",
        body: "again",
        configure: |config| config.resend = true,
        answers: &[&[Send(HEAD), Send("data: a\n\n")], &[Send(NO_CONTENT)]],
        said: &[Opened, message("a", ""), Lost(Lost::Ended)],
        asked: &[
            ("POST /events HTTP/1.1", None),
            ("POST /events HTTP/1.1", None),
        ],
        ..Scene::new("a POST that may be sent again")
    },
    Scene {
        configure: |config| config.retry_refused = true,
        answers: &[
            &[
                Send("HTTP/1.1 503 Full\r\nRetry-After: 0\r\nContent-Length: 9\r\n\r\nfor"),
                UntilGone,
            ],
            &[Send("HTTP/1.1 404 Gone\r\nContent-Length: 4\r\n\r\ngone")],
        ],
        said: &[Lost(Lost::Status(503))],
        closed: Closed::Status(404),
        refusal: Some("gone"),
        asked: &[GET, GET],
        ..Scene::new("refusals tried again, by the policy for that")
    },
    Scene {
        configure: |config| config.max_failures = Some(3),
        answers: &[&[], &[], &[Send(HEAD)], &[Send(NO_CONTENT)]],
        said: &[Lost(Lost::NoResponse), Lost(Lost::NoResponse), Opened],
        closed: Closed::Failures(Lost::Ended),
        refusal: None,
        asked: &[GET, GET, GET],
        ..Scene::new("as many failures as allowed")
    },
];
