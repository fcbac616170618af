//! Responses that are no event stream: what is told of them, and what is kept.

use sse_core::http::{BadChunk, BadFraming, BadHead};
use sse_core::{Closed, Lost, Step};

use crate::simulation::{Answer, Cuts, OK, Simulation, at, config};

fn first_step(answer: Answer) -> Option<Step> {
    Simulation::of(config(|_| ()), [answer]).run(at(0))
}

#[test]
fn status_headers_and_body_are_kept() {
    let bodies = [
        "Content-Length: 16\r\n\r\n{\"error\":\"slow\"}",
        "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"err\r\nb;x\r\nor\":\"slow\"}\r\n0\r\n\r\n",
        "\r\n{\"error\":\"slow\"}",
    ];
    for body in bodies {
        for cuts in [Cuts::Whole, Cuts::Bytes] {
            let answer = format!("HTTP/1.1 429 Slow Down\r\nRetry-After: 3\r\n{body}");
            let mut simulation = Simulation::of(config(|_| ()), [Answer::new(answer)]);
            simulation.cuts = cuts;
            assert_eq!(simulation.log(0), ["Closed(Status(429))"]);
            let response = simulation.client.response().expect("the refusal");
            assert_eq!((response.status(), response.reason()), (429, "Slow Down"));
            assert_eq!(response.header("retry-after"), Some(&b"3"[..]));
            assert_eq!(response.body(), br#"{"error":"slow"}"#.as_slice());
        }
    }
}

#[test]
fn a_stream_of_another_type_or_coding_is_a_refusal_with_its_body() {
    let heads = [
        ("Content-Type: text/html\r\n", Closed::ContentType),
        ("", Closed::ContentType),
        (
            "Content-Type: text/event-stream\r\nContent-Encoding: gzip\r\n",
            Closed::ContentEncoding,
        ),
        (
            "Content-Type: text/event-stream\r\nContent-Encoding: identity\r\n\
             Content-Encoding: br\r\n",
            Closed::ContentEncoding,
        ),
    ];
    for (head, closed) in heads {
        let answer = Answer::new(format!("HTTP/1.1 200 OK\r\n{head}\r\nwhy"));
        let mut simulation = Simulation::of(config(|_| ()), [answer]);
        assert_eq!(simulation.run(at(0)), Some(Step::Closed(closed)));
        assert_eq!(simulation.client.response().unwrap().body(), b"why");
    }
}

/// Fetch, "extract a MIME type": of several the last valid one.
#[test]
fn of_several_content_types_the_last_valid_one_counts() {
    let types = [
        ("text/event-stream, text/html", false),
        ("text/html, TEXT/Event-Stream;charset=x", true),
        ("text/event-stream, nonsense", true),
        ("text/event-stream, */*", true),
        ("text/event-stream; x=\",text/html,\"", true),
        ("text/event-stream;", true),
        ("text/event-stream/x", false),
        ("text /event-stream", false),
        (",", false),
    ];
    for (value, opens) in types {
        let answer = Answer::new(format!("HTTP/1.1 200 OK\r\nContent-Type: {value}\r\n\r\n"));
        let step = match opens {
            true => Step::Opened,
            false => Step::Closed(Closed::ContentType),
        };
        assert_eq!(first_step(answer), Some(step), "{value:?}");
    }
}

#[test]
fn no_coding_by_any_name_opens() {
    for coding in ["identity", "Identity", "", "identity, identity"] {
        let answer = Answer::new(format!("{OK}Content-Encoding: {coding}\r\n\r\n"));
        assert_eq!(first_step(answer), Some(Step::Opened), "{coding:?}");
    }
}

#[test]
fn an_endless_body_is_kept_up_to_the_limit_and_no_further() {
    let answer = Answer::new(format!("HTTP/1.1 500 -\r\n\r\n{}", "x".repeat(100_000))).hang();
    for limit in [0, 1, 4096] {
        let mut simulation = Simulation::of(config(|c| c.refused_body = limit), [answer.clone()]);
        assert_eq!(simulation.log(0), ["Closed(Status(500))"]);
        assert_eq!(simulation.client.response().unwrap().body().len(), limit);
    }
}

#[test]
fn a_body_that_hangs_is_waited_for_until_the_connect_deadline() {
    let answer = Answer::new("HTTP/1.1 500 -\r\nContent-Length: 99\r\n\r\nhalf").hang();
    let mut simulation = Simulation::of(config(|_| ()), [answer]);
    assert_eq!(simulation.run(at(29)), None);
    assert_eq!(
        simulation.run(at(31)),
        Some(Step::Closed(Closed::Status(500)))
    );
    assert_eq!(simulation.now, at(30));
    assert_eq!(simulation.client.response().unwrap().body(), b"half");
}

#[test]
fn a_body_that_breaks_off_is_kept_as_far_as_it_came() {
    let framed = [
        "Content-Length: 99\r\n\r\nhalf",
        "Transfer-Encoding: chunked\r\n\r\n4\r\nhalfx",
    ];
    for body in framed {
        let answer = Answer::new(format!("HTTP/1.1 403 -\r\n{body}")).reset();
        let mut simulation = Simulation::of(config(|_| ()), [answer]);
        assert_eq!(simulation.log(0), ["Closed(Status(403))"]);
        assert_eq!(simulation.client.response().unwrap().body(), b"half");
    }
}

#[test]
fn nothing_is_refused_once_a_stream_has_opened() {
    let mut simulation = Simulation::of(config(|_| ()), [Answer::stream("data: a\n\n").hang()]);
    assert_eq!(simulation.run(at(0)), Some(Step::Opened));
    let head = simulation.client.response().expect("the head");
    assert_eq!(head.header("content-type"), Some(&b"text/event-stream"[..]));
    assert_eq!(simulation.run(at(0)), Some(Step::Event));
    assert!(simulation.client.response().is_none());
    simulation.client.close();
    assert_eq!(simulation.run(at(0)), Some(Step::Closed(Closed::ByUser)));
    assert!(simulation.client.response().is_none());
}

#[test]
fn a_head_that_is_too_large_closes() {
    let long = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(64 * 1024));
    assert_eq!(
        first_step(Answer::new(long)),
        Some(Step::Closed(Closed::HeadTooLarge))
    );
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: y\r\n".repeat(65));
    assert_eq!(
        first_step(Answer::new(many)),
        Some(Step::Closed(Closed::HeadTooLarge))
    );
    let garbage = Answer::new("x".repeat(100_000)).hang();
    assert_eq!(
        first_step(garbage),
        Some(Step::Closed(Closed::HeadTooLarge))
    );

    let head = format!("{OK}\r\n");
    for (limit, step) in [
        (head.len(), Step::Opened),
        (head.len() - 1, Step::Closed(Closed::HeadTooLarge)),
    ] {
        let answer = Answer::new(format!("{head}data: a\n\n"));
        let mut simulation = Simulation::of(config(|c| c.head_limit = limit), [answer]);
        assert_eq!(simulation.run(at(0)), Some(step));
    }
}

#[test]
fn what_is_not_http_is_a_lost_connection() {
    let heads = [
        ("SSH-2.0-OpenSSH_9.6\r\n\r\n", BadHead::Version),
        ("\0\x01 not http\r\n\r\n", BadHead::Version),
        ("HTTP/2.0 200 OK\r\n\r\n", BadHead::Version),
        ("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", BadHead::Syntax),
        (
            "HTTP/1.1 200 OK\r\nX: y\r\n folded\r\n\r\n",
            BadHead::Syntax,
        ),
        ("HTTP/1.1 200 OK\r\nX : y\r\n\r\n", BadHead::Syntax),
        ("\n\n\n\n\n", BadHead::Syntax),
    ];
    for (head, bad) in heads {
        let step = first_step(Answer::new(head).hang());
        assert_eq!(step, Some(Step::Lost(Lost::BadHead(bad))), "{head:?}");
    }
    assert_eq!(
        first_step(Answer::new("")),
        Some(Step::Lost(Lost::NoResponse))
    );
    let cut = Answer::new("HTTP/1.1 200 OK\r\nContent-");
    assert_eq!(first_step(cut), Some(Step::Lost(Lost::NoResponse)));
}

#[test]
fn a_stream_whose_end_cannot_be_told_is_refused() {
    let framings = [
        (
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            BadFraming::Both,
        ),
        (
            "Content-Length: 5\r\nContent-Length: 6\r\n",
            BadFraming::ContentLength,
        ),
        ("Content-Length: -1\r\n", BadFraming::ContentLength),
        (
            "Content-Length: 99999999999999999999\r\n",
            BadFraming::ContentLength,
        ),
        (
            "Transfer-Encoding: gzip, chunked\r\n",
            BadFraming::TransferEncoding,
        ),
        (
            "Transfer-Encoding: identity\r\n",
            BadFraming::TransferEncoding,
        ),
    ];
    for (framing, bad) in framings {
        let mut simulation =
            Simulation::of(config(|_| ()), [Answer::new(format!("{OK}{framing}\r\n"))]);
        assert_eq!(
            simulation.run(at(0)),
            Some(Step::Closed(Closed::Framing(bad)))
        );
        assert_eq!(simulation.client.response().unwrap().status(), 200);
    }
    let refused = Answer::new("HTTP/1.1 404 -\r\nContent-Length: x\r\n\r\n?");
    assert_eq!(first_step(refused), Some(Step::Closed(Closed::Status(404))));
}

#[test]
fn a_bad_chunk_loses_the_stream_behind_the_events_before_it() {
    let chunks = [
        ("zz\r\n", BadChunk::Size),
        ("5\n", BadChunk::LineEnd),
        ("1\r\n::\r\n", BadChunk::Data),
        ("11111111111111111\r\n", BadChunk::Size),
    ];
    for (chunk, bad) in chunks {
        let head = format!("{OK}Transfer-Encoding: chunked\r\n\r\n");
        let answer = Answer::new(format!("{head}9\r\ndata: a\n\n\r\n{chunk}")).hang();
        let mut simulation = Simulation::of(config(|_| ()), [answer]);
        let lost = format!("{:?}", Step::Lost(Lost::BadChunk(bad)));
        assert_eq!(simulation.log(0), ["Opened", "message|a|", &lost]);
    }
}

#[test]
fn informational_responses_are_skipped_and_101_is_a_refusal() {
    let hints = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";
    let answer = Answer::new(format!("{hints}{OK}\r\ndata: a\n\n")).hang();
    for cuts in [Cuts::Whole, Cuts::Bytes] {
        let mut simulation = Simulation::of(config(|_| ()), [answer.clone()]);
        simulation.cuts = cuts;
        assert_eq!(simulation.log(0), ["Opened", "message|a|"]);
    }
    let switched = Answer::new("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n\x01").hang();
    assert_eq!(
        first_step(switched),
        Some(Step::Closed(Closed::Status(101)))
    );
}
