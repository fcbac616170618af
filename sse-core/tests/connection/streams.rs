//! What an open stream hands out, and what polling, closing and reopening do to it.

use sse_core::{Client, Closed, Config, Instant, Lost, Order, Session, Step};

use crate::simulation::{Answer, Cuts, OK, Simulation, at, config, event_line, header};

#[test]
fn an_event_over_the_limit_is_told_and_the_stream_goes_on() {
    let body = "id: 1\ndata: a\n\nid: 2\ndata: too long for this\n\ndata: b\n\n";
    for cuts in [Cuts::Whole, Cuts::Bytes] {
        let mut simulation =
            Simulation::of(config(|c| c.event_limit = 8), [Answer::stream(body).hang()]);
        simulation.cuts = cuts;
        assert_eq!(
            simulation.log(1),
            ["Opened", "message|a|1", "TooLarge", "message|b|1"]
        );
    }
}

#[test]
fn comments_are_handed_out_if_asked_for() {
    let body = ": hello\n\ndata: a\n: within\n\n:\n";
    let mut simulation = Simulation::of(config(|_| ()), [Answer::stream(body).hang()]);
    assert_eq!(simulation.log(1), ["Opened", "message|a|"]);
    let mut simulation =
        Simulation::of(config(|c| c.comments = true), [Answer::stream(body).hang()]);
    let log = ["Opened", ": hello", ": within", "message|a|", ":"];
    assert_eq!(simulation.log(1), log);
}

#[test]
fn chunks_cut_events_anywhere() {
    let chunks: String = "id: 1\ndata: grün\n\ndata: b\r\n\r\n"
        .chars()
        .map(|c| format!("{:x}\r\n{c}\r\n", c.len_utf8()))
        .collect();
    let answer = Answer::new(format!(
        "{OK}Transfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n"
    ));
    for cuts in [Cuts::Whole, Cuts::Bytes] {
        let mut simulation = Simulation::of(config(|_| ()), [answer.clone()]);
        simulation.cuts = cuts;
        assert_eq!(
            simulation.log(1),
            ["Opened", "message|grün|1", "message|b|1", "Lost(Ended)"]
        );
    }
}

#[test]
fn what_is_half_read_does_not_reach_the_next_stream() {
    let answers = [
        Answer::stream("id: 1\n\nid: 2\ndata: lost\ndata: li").reset(),
        Answer::stream("\u{FEFF}data: a\n\n").hang(),
    ];
    let mut simulation = Simulation::of(config(|_| ()), answers);
    assert_eq!(
        simulation.log(4),
        ["Opened", "Lost(Cut)", "Opened", "message|a|1"]
    );
}

#[test]
fn closing_silences_at_once() {
    let mut simulation = Simulation::of(
        config(|_| ()),
        [Answer::stream("data: a\n\ndata: b\n\n").hang()],
    );
    assert_eq!(simulation.run(at(0)), Some(Step::Opened));
    assert_eq!(simulation.run(at(0)), Some(Step::Event));
    simulation.client.close();
    for _ in 0..3 {
        assert_eq!(simulation.run(at(9)), Some(Step::Closed(Closed::ByUser)));
    }
    assert_eq!(simulation.client.deadline(), None);
    simulation.client.disconnected(at(9));
    simulation.client.received(0, at(9));
    simulation.client.fail(Closed::ByUser);
    assert_eq!(simulation.run(at(9)), Some(Step::Closed(Closed::ByUser)));
}

#[test]
fn closing_keeps_an_earlier_reason() {
    let mut simulation = Simulation::of(config(|_| ()), [Answer::status(404)]);
    assert_eq!(simulation.log(1), ["Closed(Status(404))"]);
    simulation.client.close();
    assert_eq!(simulation.log(1), ["Closed(Status(404))"]);
}

#[test]
fn reopening_drops_the_present_connection() {
    let answers = [
        Answer::stream("id: 1\ndata: a\n\ndata: b\n\n").hang(),
        Answer::stream("data: c\n\n").hang(),
    ];
    let mut simulation = Simulation::of(config(|_| ()), answers);
    assert_eq!(simulation.run(at(0)), Some(Step::Opened));
    assert_eq!(simulation.run(at(0)), Some(Step::Event));
    simulation.client.reopen();
    assert_eq!(simulation.log(1), ["Opened", "message|c|1"]);
}

#[test]
fn a_driver_that_polls_twice_changes_nothing() {
    let mut client = Client::new("http://home.example/", Config::default()).unwrap();
    let now = at(0);
    for _ in 0..3 {
        assert_eq!(client.poll(now), Step::Connect);
    }
    client.connected(&sse_core::http::Request::get(), now);
    for _ in 0..3 {
        assert_eq!(client.poll(now), Step::Send);
    }
    client.sent(1);
    assert!(client.unsent().starts_with(b"ET /"));
    client.sent(usize::MAX);
    for _ in 0..3 {
        assert_eq!(client.poll(now), Step::Receive);
    }
    let bytes = format!("{OK}\r\ndata: a\n\n");
    client.spare()[..bytes.len()].copy_from_slice(bytes.as_bytes());
    client.received(bytes.len(), now);
    assert_eq!(
        (client.poll(now), client.poll(now)),
        (Step::Opened, Step::Event)
    );
    assert_eq!(event_line(&client), "message|a|");
    for _ in 0..3 {
        assert_eq!(client.poll(now), Step::Receive);
    }
    client.received(0, now);
    assert_eq!(client.poll(now), Step::Lost(Lost::Ended));
    for _ in 0..3 {
        assert_eq!(client.poll(now), Step::Wait);
    }
}

#[test]
fn polls_between_two_reads_change_nothing_wherever_a_chunk_is_cut() {
    let chunks: String = "id: 1\ndata: a\r\n\r\n: b\rdata: c"
        .split_inclusive(|_| true)
        .map(|c| format!("{:x}\r\n{c}\r\n", c.len()))
        .collect();
    let bytes = format!("{OK}Transfer-Encoding: chunked\r\n\r\n{chunks}2\r\n\n\n\r\n");
    let mut client = Client::new("http://home.example/", Config::default()).unwrap();
    let now = at(0);
    assert_eq!(client.poll(now), Step::Connect);
    client.connected(&sse_core::http::Request::get(), now);
    client.sent(usize::MAX);
    let mut seen = Vec::new();
    for byte in bytes.bytes() {
        client.spare()[0] = byte;
        client.received(1, now);
        for _ in 0..3 {
            if client.poll(now) == Step::Event {
                seen.push(event_line(&client));
            }
        }
    }
    assert_eq!(seen, ["message|a|1", "message|c|1"]);
}

#[test]
fn accessors_outside_their_step_are_empty() {
    let mut client = Client::new("http://home.example/", Config::default()).unwrap();
    assert_eq!(event_line(&client), "message||");
    assert_eq!(client.comment().text, b"");
    assert!(client.response().is_none());
    assert_eq!(client.unsent(), b"");
    client.sent(5);
    client.received(5, Instant::ZERO);
    client.disconnected(Instant::ZERO);
    assert_eq!(client.poll(Instant::ZERO), Step::Connect);
}

/// A transport may report what it had under way when the session went elsewhere.
#[test]
fn a_session_ignores_what_is_out_of_place() {
    let headers = [header("Content-Type", "text/event-stream")];
    let mut session = Session::new(Config::default());
    session.answered(200, headers.into_iter(), at(0));
    session.ended(at(0));
    session.disconnected(Lost::Cut, at(0));
    assert_eq!(session.poll(at(0)), Order::Connect);
    session.answered(200, headers.into_iter(), at(0));
    session.answered(404, headers.into_iter(), at(0));
    assert_eq!(session.poll(at(0)), Order::Opened);
    session.ended(at(0));
    session.answered(200, headers.into_iter(), at(0));
    session.disconnected(Lost::Cut, at(0));
    assert_eq!(session.next_event(&mut &b"data: late\n\n"[..]), Ok(None));
    assert_eq!(session.poll(at(0)), Order::Lost(Lost::Ended));
    assert_eq!(session.poll(at(2)), Order::Wait);
    assert_eq!(session.poll(at(3)), Order::Connect);
    session.close();
    session.answered(200, headers.into_iter(), at(3));
    session.fail(Closed::Connect);
    assert_eq!(session.poll(at(3)), Order::Closed(Closed::ByUser));
}

#[test]
fn steps_and_orders_are_plain_values() {
    fn plain<T: Copy + Eq + core::fmt::Debug + Send + Sync + 'static>(_: T) {}
    plain(Step::Connect);
    plain(Order::Connect);
}
