//! Each case of `vectors/connection.json`, over HTTP and for a session alone.

use std::time::Duration;

use sse_core::http::Header;
use sse_core::{Client, Closed, Config, Instant, Lost, Order, Session, Step};

use crate::case::{Case, Reply, Script, Seen, sub_path};
use crate::random::Random;
use crate::simulation::{Cuts, Simulation, config, event_line, millis};

/// Where the client does otherwise on purpose: what it does, and why.
const DEVIATIONS: [(&str, &[&str]); 1] = [
    // It asks for no content coding, so a server that applies one has not read the request.
    ("framing/gzip", &["error/CLOSED"]),
];

#[test]
fn a_client_does_what_the_standard_says() {
    for case in Case::all() {
        check(&case, over_http(&case, Cuts::Whole));
    }
}

#[test]
fn it_does_so_however_the_bytes_are_cut() {
    for (n, case) in Case::all().into_iter().enumerate() {
        let whole = over_http(&case, Cuts::Whole);
        assert_eq!(over_http(&case, Cuts::Bytes), whole, "{}", case.name);
        for seed in 0..20 {
            let cuts = Cuts::Random(Random((n * 1000 + seed) as u64));
            assert_eq!(over_http(&case, cuts), whole, "{}", case.name);
        }
    }
}

#[test]
fn a_session_does_so_for_a_transport_of_another_kind() {
    let mut checked = 0;
    for case in Case::all() {
        let kinds = ["status", "content-type", "reconnect", "last-event-id"];
        let is_http = |reply: &Reply| reply.headers.iter().any(|(name, _)| name == "Location");
        let kind = case.name.split('/').next().unwrap_or_default();
        if kinds.contains(&kind) && !case.server.values().flatten().any(is_http) {
            check(&case, over_session(&case));
            checked += 1;
        }
    }
    assert_eq!(checked, 96);
}

#[test]
fn a_port_where_nobody_listens_is_tried_again() {
    let mut simulation = Simulation::new(without_backoff(), |_| None);
    assert_eq!(simulation.log(7), ["Lost(Connect)"; 3]);
    assert_eq!(simulation.waits(), [3_000, 3_000]);
}

fn check(case: &Case, seen: Seen) {
    let deviation = DEVIATIONS.iter().find(|(name, _)| *name == case.name);
    match deviation {
        Some((_, timeline)) => assert_eq!(seen.timeline, *timeline, "{}", case.name),
        None => assert!(case.accepts(&seen), "{case:#?}\n{seen:#?}"),
    }
}

fn over_http(case: &Case, cuts: Cuts) -> Seen {
    let mut seen = Seen::default();
    let Ok(client) = Client::new(&case.url(), without_backoff()) else {
        seen.timeline.push("throw SyntaxError".to_owned());
        return seen;
    };
    let mut simulation = Simulation::with_client(client, case.server());
    simulation.cuts = cuts;
    if case.client.close_now {
        simulation.client.close();
    }
    let until = Instant::since_epoch(Duration::from_millis(case.observe_ms));
    let mut calls = Calls::default();
    while let Some(step) = simulation.run(until) {
        let line = match step {
            Step::Opened => "open".to_owned(),
            Step::Event => event_line(&simulation.client),
            Step::Lost(_) => "error/CONNECTING".to_owned(),
            Step::Closed(Closed::ByUser) => break,
            Step::Closed(_) => "error/CLOSED".to_owned(),
            other => panic!("{}: {other:?}", case.name),
        };
        seen.timeline.push(line);
        if let Step::Closed(_) = step {
            break;
        }
        if calls.closes_at(&case.client, step) {
            simulation.client.close();
        }
        if let (Step::Event, Some((n, ms))) = (step, case.check.message_before_ms) {
            let now = millis(simulation.now.elapsed());
            assert!(calls.messages != n || now < ms, "{}: {now} ms", case.name);
        }
    }
    for asked in &simulation.asked {
        let Some(path) = sub_path(&asked.url) else {
            continue;
        };
        let id = asked.header("Last-Event-ID");
        let wait = asked.wait.map(millis);
        seen.requests.push((path, id, wait));
    }
    seen
}

/// How often what a script waits for has happened.
#[derive(Default)]
struct Calls {
    opens: usize,
    messages: usize,
    errors: usize,
}

impl Calls {
    fn closes_at(&mut self, script: &Script, step: Step) -> bool {
        let (count, close_at) = match step {
            Step::Opened => (&mut self.opens, script.close_on_open),
            Step::Event => (&mut self.messages, script.close_on_message),
            _ => (&mut self.errors, script.close_on_error),
        };
        *count += 1;
        close_at == Some(*count)
    }
}

/// The same over a transport that hands over status, headers and body.
fn over_session(case: &Case) -> Seen {
    let mut seen = Seen::default();
    let mut session = Session::new(without_backoff());
    let mut replies = case.server[""].iter();
    let mut reply = &Reply::default();
    let (mut now, mut ended) = (Instant::ZERO, None);
    loop {
        match session.poll(now) {
            Order::Connect => {
                let wait = ended.take().map(|ended| millis(now.since(ended)));
                let id = Some(session.header_id()).filter(|id| !id.is_empty());
                // HTTP drops white space around a value.
                let id = id.map(|id| id.trim_matches(' ').to_owned());
                seen.requests.push((String::new(), id, wait));
                reply = replies.next().unwrap_or(reply);
                if reply.before_headers.is_some() {
                    session.disconnected(Lost::NoResponse, now);
                    continue;
                }
                let headers = reply.headers.iter().map(|(name, value)| Header {
                    name,
                    value: value.as_bytes(),
                });
                session.answered(reply.status, headers, now);
            }
            Order::Opened => seen.timeline.push("open".to_owned()),
            Order::Receive => {
                for chunk in reply.body() {
                    session.received(now);
                    let mut input = &chunk[..];
                    while let Some(event) = session.next_event(&mut input).unwrap() {
                        seen.timeline.push(format!(
                            "{}|{}|{}",
                            event.event_type, event.data, event.last_event_id
                        ));
                    }
                }
                match reply.end.as_deref() {
                    Some("hang") => return seen,
                    Some(_) => session.disconnected(Lost::Cut, now),
                    None => session.ended(now),
                }
            }
            Order::Lost(_) => {
                seen.timeline.push("error/CONNECTING".to_owned());
                ended = Some(now);
            }
            Order::Wait => now = session.deadline().expect("a time to wait for"),
            Order::Closed(_) => {
                seen.timeline.push("error/CLOSED".to_owned());
                return seen;
            }
        }
    }
}

/// The standard's letter: each wait is the reconnection time.
fn without_backoff() -> Config {
    config(|c| (c.backoff_ceiling, c.jitter_percent) = (Duration::ZERO, 0))
}
