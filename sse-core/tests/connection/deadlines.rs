//! How long an attempt may take, and how long a stream may be silent.

use crate::simulation::{Answer, OK, Simulation, at, config, in_turn, seconds};
use sse_core::{Closed, Config, Instant, Lost, Order, Session, Step, http::Header};

fn impatient() -> Config {
    config(|c| (c.idle_timeout, c.jitter_percent) = (Some(seconds(45)), 0))
}

#[test]
fn an_attempt_ends_at_the_deadline_wherever_it_is() {
    let dripping = (0..100).fold(Answer::new("HTTP/1.1 200 OK\r\n"), |answer, _| {
        answer.then(1_000, "X: y\r\n")
    });
    let early_hints = (0..100).fold(Answer::new(""), |answer, _| {
        answer.then(1_000, "HTTP/1.1 103 Early Hints\r\n\r\n")
    });
    let hanging = [
        Answer::new("").slow_to_connect(100),
        Answer::new("").hang(),
        Answer::new("HTTP/1.1 200").hang(),
        dripping,
        early_hints,
    ];
    for answer in hanging {
        let shown = format!("{answer:?}");
        let mut simulation = Simulation::of(config(|_| ()), [answer]);
        assert_eq!(
            simulation.run(at(100)),
            Some(Step::Lost(Lost::ConnectTimeout)),
            "{shown}"
        );
        assert_eq!(simulation.now, at(30));
    }
}

#[test]
fn redirects_do_not_extend_the_deadline() {
    let slow = Answer::redirect(302, "/again").slow_to_connect(7);
    let mut simulation = Simulation::of(config(|_| ()), [slow]);
    assert_eq!(
        simulation.run(at(100)),
        Some(Step::Lost(Lost::ConnectTimeout))
    );
    assert_eq!(simulation.now, at(30));
    assert_eq!(simulation.asked.len(), 5);
}

#[test]
fn without_a_deadline_an_attempt_may_take_for_ever() {
    let late = Answer::new("").then(3_600_000, format!("{OK}\r\n")).hang();
    let mut simulation = Simulation::of(config(|c| c.connect_timeout = None), [late]);
    assert_eq!(simulation.log(3_601), ["Opened"]);
}

#[test]
fn a_silent_stream_is_lost_at_the_idle_deadline() {
    let mut simulation = Simulation::of(impatient(), [Answer::stream("data: a\n\n").hang()]);
    assert_eq!(
        simulation.log(60),
        ["Opened", "message|a|", "Lost(Idle)", "Opened", "message|a|"]
    );
    assert_eq!(simulation.asked[1].at, at(45 + 3));
}

#[test]
fn a_stream_that_never_says_a_byte_is_lost_too() {
    let mut simulation = Simulation::of(impatient(), [Answer::stream("").hang()]);
    assert_eq!(simulation.log(46), ["Opened", "Lost(Idle)"]);
}

#[test]
fn every_byte_counts_as_life() {
    for alive in [":\n", "x", "\n", "data: half", "retry"] {
        let answer = (0..20).fold(Answer::stream(""), |answer, _| answer.then(44_000, alive));
        let mut simulation = Simulation::of(impatient(), [answer.hang()]);
        let log = simulation.log(20 * 44 + 44);
        assert_eq!(log, ["Opened"], "{alive:?}");
        assert_eq!(simulation.log(2), ["Lost(Idle)"], "{alive:?}");
    }
}

#[test]
fn framing_counts_as_life_too() {
    let head = format!("{OK}Transfer-Encoding: chunked\r\n\r\n");
    let answer = (0..20).fold(Answer::new(head), |answer, n| {
        answer.then(44_000, ["1", ";x=y", "\r\n", ":", "\r\n"][n % 5])
    });
    let mut simulation = Simulation::of(impatient(), [answer.hang()]);
    assert_eq!(simulation.log(20 * 44), ["Opened"]);
}

#[test]
fn a_caller_who_is_slow_with_an_event_does_not_lose_the_stream() {
    let answer = Answer::stream("data: a\n\ndata: b\n\n").then(60_000, "data: c\n\n");
    let mut simulation = Simulation::of(impatient(), [answer.hang()]);
    for _ in ["open", "a", "b", "c"] {
        assert!(matches!(
            simulation.run(simulation.now),
            Some(Step::Opened | Step::Event)
        ));
        simulation.pause(100);
    }
    assert_eq!(simulation.run(simulation.now), None);
}

/// Who waits for an event and for something else drops the wait for the one when the other comes.
#[test]
fn a_caller_who_was_away_while_bytes_were_waiting_does_not_lose_the_stream() {
    let answer = Answer::stream("data: a\n\n").then(10_000, "data: b\n\n");
    let mut simulation = Simulation::of(impatient(), [answer.hang()]);
    assert_eq!(simulation.log(5), ["Opened", "message|a|"]);
    simulation.pause(100);
    assert_eq!(simulation.log(44), ["message|b|"]);
    assert_eq!(simulation.log(2), ["Lost(Idle)"]);
}

#[test]
fn a_caller_who_was_away_while_the_response_was_waiting_does_not_lose_it() {
    let answer = Answer::new("").then(10_000, format!("{OK}\r\ndata: a\n\n"));
    let mut simulation = Simulation::of(config(|_| ()), [answer.hang()]);
    assert!(simulation.log(5).is_empty());
    simulation.pause(100);
    assert_eq!(simulation.log(1), ["Opened", "message|a|"]);

    let refused = "HTTP/1.1 429 -\r\nContent-Length: 2\r\n\r\n{}";
    let mut simulation = Simulation::of(config(|_| ()), [Answer::new("").then(10_000, refused)]);
    assert!(simulation.log(5).is_empty());
    simulation.pause(100);
    assert_eq!(simulation.log(1), ["Closed(Status(429))"]);
    assert_eq!(simulation.client.response().unwrap().body(), b"{}");
}

#[test]
fn a_caller_who_was_away_while_nothing_came_learns_so_at_once() {
    let mut simulation = Simulation::of(impatient(), [Answer::stream("data: a\n\n").hang()]);
    assert_eq!(simulation.log(5), ["Opened", "message|a|"]);
    simulation.pause(100);
    assert_eq!(simulation.run(simulation.now), Some(Step::Lost(Lost::Idle)));
}

#[test]
fn a_session_keeps_the_same_deadlines() {
    let mut session = Session::new(impatient());
    assert_eq!(
        (session.poll(at(0)), session.deadline()),
        (Order::Connect, Some(at(30)))
    );
    assert_eq!(session.poll(at(29)), Order::Receive);
    assert_eq!(session.poll(at(30)), Order::Receive);
    assert_eq!(session.poll(at(30)), Order::Lost(Lost::ConnectTimeout));
    assert_eq!(
        (session.poll(at(30)), session.deadline()),
        (Order::Wait, Some(at(33)))
    );

    assert_eq!(session.poll(at(33)), Order::Connect);
    let headers = [Header {
        name: "content-type",
        value: b"text/event-stream",
    }];
    session.answered(200, headers.into_iter(), at(34));
    assert_eq!(
        (session.poll(at(34)), session.deadline()),
        (Order::Opened, None)
    );
    assert_eq!(
        (session.poll(at(40)), session.deadline()),
        (Order::Receive, Some(at(85)))
    );
    session.received(at(84));
    assert_eq!(
        (session.poll(at(90)), session.deadline()),
        (Order::Receive, Some(at(135)))
    );
    assert_eq!(session.poll(at(135)), Order::Receive);
    assert_eq!(session.poll(at(135)), Order::Lost(Lost::Idle));
}

#[test]
fn time_at_its_end_does_no_harm() {
    let end = Instant::since_epoch(core::time::Duration::MAX);
    let mut simulation = Simulation::new(
        config(|c| c.idle_timeout = Some(core::time::Duration::MAX)),
        in_turn([Answer::stream("data: a\n\n").hang()]),
    );
    assert_eq!(simulation.run(end), Some(Step::Opened));
    assert_eq!(simulation.run(end), Some(Step::Event));
    assert_eq!(simulation.run(at(1)), None);
    simulation.client.fail(Closed::Connect);
    assert_eq!(simulation.run(end), Some(Step::Closed(Closed::Connect)));
}
