//! What is sent: headers anew for each attempt, IDs that can travel, and a POST once.

use sse_core::http::{InvalidRequest, Request, RequestBuf, RequestError};
use sse_core::{Client, Closed, Config, Session, Step};

use crate::simulation::{Answer, HOME, OK, Simulation, at, config, header, in_turn};

#[test]
fn each_attempt_sends_the_request_of_its_time() {
    let mut simulation = Simulation::of(config(|_| ()), [Answer::stream("retry: 1000\n\n")]);
    for token in ["one", "two", "three"] {
        simulation
            .request
            .set_header("Authorization", token)
            .unwrap();
        while !matches!(simulation.run(at(60)), Some(Step::Lost(_))) {}
        let asked = simulation.asked.last().unwrap();
        assert_eq!(asked.header("Authorization").unwrap(), token);
    }
}

#[test]
fn a_source_may_go_on_from_an_id_kept_elsewhere() {
    let mut simulation = Simulation::of(config(|_| ()), [Answer::stream("data: a\n\n")]);
    simulation.client.set_last_event_id("41").unwrap();
    assert_eq!(simulation.log(1), ["Opened", "message|a|41", "Lost(Ended)"]);
    assert_eq!(simulation.asked[0].header("Last-Event-ID").unwrap(), "41");
}

#[test]
fn only_an_empty_id_ends_the_header() {
    let streams = [
        "id: 1\ndata: a\n\n",
        "data: b\n\n",
        ":\n\n",
        "id\n\n",
        ":\n\n",
    ];
    let answers = streams.map(Answer::stream);
    let mut simulation = Simulation::of(config(|_| ()), answers);
    simulation.log(100);
    let ids: Vec<_> = simulation
        .asked
        .iter()
        .map(|a| a.header("Last-Event-ID"))
        .collect();
    let one = Some("1".to_owned());
    assert_eq!(ids[..5], [None, one.clone(), one.clone(), one, None]);
}

#[test]
fn an_id_that_cannot_travel_is_left_out_and_the_stream_lives() {
    for id in ["a\x01b", "\x7F", "\x0B", "a\x1Bc"] {
        let answers = [
            Answer::stream(&format!("id: {id}\ndata: a\n\n")),
            Answer::stream("data: b\n\n").hang(),
        ];
        let mut simulation = Simulation::of(config(|_| ()), answers);
        let a = format!("message|a|{id}");
        let b = format!("message|b|{id}");
        assert_eq!(
            simulation.log(10),
            ["Opened", &a, "Lost(Ended)", "Opened", &b]
        );
        assert_eq!(simulation.asked[1].header("Last-Event-ID"), None);
        assert_eq!(simulation.client.session().last_event_id(), id);
        assert_eq!(simulation.client.session().header_id(), "");
    }
}

#[test]
fn an_id_of_100_kib_travels() {
    let id = "i".repeat(100 * 1024);
    let answers = [
        Answer::stream(&format!("id: {id}\n\n")),
        Answer::status(204),
    ];
    let mut simulation = Simulation::of(config(|_| ()), answers);
    assert_eq!(
        simulation.log(10),
        ["Opened", "Lost(Ended)", "Closed(NoContent)"]
    );
    assert_eq!(simulation.asked[1].header("Last-Event-ID").unwrap(), id);
}

#[test]
fn the_users_own_last_event_id_header_gives_way() {
    let mut simulation = Simulation::of(config(|_| ()), [Answer::stream("id: 2\n\n")]);
    simulation.request.set_header("last-event-id", "1").unwrap();
    simulation.log(4);
    assert_eq!(simulation.asked[0].header("Last-Event-ID"), None);
    assert_eq!(simulation.asked[1].header("Last-Event-ID").unwrap(), "2");
}

#[test]
fn a_request_that_is_none_closes() {
    let headers = [header("X", "a\r\nInjected: yes")];
    let mut client = Client::new(HOME, Config::default()).unwrap();
    assert_eq!(client.poll(at(0)), Step::Connect);
    client.connected(
        &Request {
            headers: &headers,
            ..Request::get()
        },
        at(0),
    );
    let error = RequestError::Invalid(InvalidRequest::HeaderValue);
    assert_eq!(client.poll(at(0)), Step::Closed(Closed::Request(error)));
    client.connected(&Request::get(), at(0));
    assert_eq!(client.poll(at(0)), Step::Closed(Closed::Request(error)));
}

fn posting(config: Config, answers: impl FnMut(&str) -> Option<Answer> + 'static) -> Simulation {
    let client = Client::with_buffers(HOME, "POST", Default::default(), config).unwrap();
    let mut simulation = Simulation::with_client(client, answers);
    simulation.request = RequestBuf::new("POST").unwrap();
    simulation.request.set_body("{}");
    simulation
}

#[test]
fn a_post_is_sent_once_and_tells_how_its_stream_ended() {
    let chunked = format!("{OK}Transfer-Encoding: chunked\r\n\r\n9\r\ndata: a\n\n\r\n");
    let length = format!("{OK}Content-Length: 9\r\n\r\ndata: a\n\n");
    let too_short = format!("{OK}Content-Length: 10\r\n\r\ndata: a\n\n");
    let endings = [
        (Answer::new(format!("{chunked}0\r\n\r\n")), "Closed(Ended)"),
        (Answer::new(length), "Closed(Ended)"),
        (Answer::stream("data: a\n\n"), "Closed(Ended)"),
        (Answer::new(&chunked), "Closed(Lost(Cut))"),
        (Answer::new(&chunked).reset(), "Closed(Lost(Cut))"),
        (Answer::new(too_short), "Closed(Lost(Cut))"),
        (Answer::stream("data: a\n\n").reset(), "Closed(Lost(Cut))"),
        // Without framing, half an event is the only sign that something is missing.
        (Answer::stream("data: a\n\ndata: b"), "Closed(Lost(Cut))"),
        (Answer::stream("data: a\n\ndata: b\n"), "Closed(Lost(Cut))"),
        (Answer::stream("data: a\n\n:\n"), "Closed(Ended)"),
    ];
    for (answer, closed) in endings {
        let mut simulation = posting(config(|_| ()), in_turn([answer]));
        assert_eq!(simulation.log(1_000), ["Opened", "message|a|", closed]);
        assert_eq!(simulation.log(1_000), [closed]);
        assert_eq!(simulation.asked.len(), 1);
    }
}

#[test]
fn a_post_that_got_no_response_is_not_sent_again() {
    let endings = [
        (None, "Closed(Lost(Connect))"),
        (Some(Answer::new("")), "Closed(Lost(NoResponse))"),
        (Some(Answer::new("").hang()), "Closed(Lost(ConnectTimeout))"),
    ];
    for (answer, closed) in endings {
        let mut simulation = posting(config(|_| ()), move |_| answer.clone());
        assert_eq!(simulation.log(1_000), [closed]);
        assert_eq!(simulation.asked.len(), 1);
    }
}

#[test]
fn a_post_is_sent_again_if_told_so() {
    let answers = [Answer::stream("id: 1\ndata: a\n\n"), Answer::status(204)];
    let mut simulation = posting(config(|c| c.resend = true), in_turn(answers));
    let log = ["Opened", "message|a|1", "Lost(Ended)", "Closed(NoContent)"];
    assert_eq!(simulation.log(10), log);
    assert!(simulation.asked[1].text.starts_with("POST"));
    assert!(simulation.asked[1].text.ends_with("{}"));
    assert_eq!(simulation.asked[1].header("Last-Event-ID").unwrap(), "1");
}

/// There is no next attempt that a status could pass until.
#[test]
fn a_post_that_is_refused_for_now_keeps_the_response_whatever_the_policy() {
    let answer = Answer::new("HTTP/1.1 429 -\r\nContent-Length: 2\r\n\r\n{}");
    let mut simulation = posting(config(|c| c.retry_refused = true), in_turn([answer]));
    assert_eq!(simulation.log(10), ["Closed(Status(429))"]);
    assert_eq!(simulation.client.response().unwrap().body(), b"{}");

    let config = config(|c| c.retry_refused = true);
    let mut session = Session::with_parser(sse_core::Parser::new(), "POST", config);
    session.poll(at(0));
    session.answered(429, [].into_iter(), at(0));
    assert_eq!(session.closed(), Some(Closed::Status(429)));
}
