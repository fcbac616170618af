//! Any calls in any order, with any bytes: no panic, no spinning, and closed is closed.

use std::time::Duration;

use sse_core::{
    Buffer, Buffers, Client, Closed, Config, Instant, SliceBuffer, Step, http::Request,
};

use crate::random::Random;
use crate::simulation::{HOME, config, header, seconds};

#[test]
fn a_growing_client_withstands_any_calls() {
    for seed in 0..1_500 {
        let mut random = Random(seed);
        let method = ["GET", "POST"][random.below(2)];
        let client =
            Client::with_buffers(HOME, method, Buffers::default(), any_config(&mut random));
        withstand::<Vec<u8>>(client.unwrap(), random);
    }
}

#[test]
fn a_client_in_fixed_memory_withstands_any_calls() {
    for seed in 0..1_500 {
        let mut random = Random(seed);
        let mut memory = [0; 1024];
        let mut rest = &mut memory[..];
        let mut part = |least, most| {
            let (part, left) = core::mem::take(&mut rest).split_at_mut(least + random.below(most));
            rest = left;
            SliceBuffer::new(part)
        };
        let buffers = Buffers {
            rx: part(1, 100),
            data: part(0, 400),
            event_type: part(0, 20),
            id: part(0, 20),
            last_event_id: part(0, 20),
            url: part(HOME.len(), 20),
            redirect: part(0, 100),
        };
        let config = any_config(&mut random);
        withstand(
            Client::with_buffers(HOME, "GET", buffers, config).unwrap(),
            random,
        );
    }
}

fn any_config(random: &mut Random) -> Config {
    let any_deadline = |random: &mut Random| (random.below(3) > 0).then(|| seconds(5));
    config(|c| {
        c.idle_timeout = any_deadline(random);
        c.connect_timeout = any_deadline(random);
        c.max_failures = (random.below(2) > 0).then(|| random.below(4) as u32);
        c.comments = random.below(2) > 0;
        c.retry_refused = random.below(2) > 0;
        c.resend = random.below(2) > 0;
        c.event_limit = random.below(100);
        c.refused_body = random.below(100);
    })
}

fn withstand<B: Buffer>(mut client: Client<B>, mut random: Random) {
    let mut now = Instant::ZERO;
    let mut closed = None;
    for _ in 0..200 {
        match random.below(16) {
            0..5 => closed = poll(&mut client, now, closed),
            5 => {
                let headers = [header("X", ["y", "\n"][random.below(20) / 19])];
                let request = Request {
                    headers: &headers,
                    ..Request::get()
                };
                client.connected(&request, now);
            }
            6..8 => client.sent(random.below(300)),
            8..12 => {
                let text = random.text(&PIECES, 8);
                let spare = client.spare();
                let n = text.len().min(spare.len());
                spare[..n].copy_from_slice(&text.as_bytes()[..n]);
                client.received(n, now);
            }
            12 => match random.below(8) {
                0 => client.close(),
                1 => client.fail(Closed::Connect),
                2..5 => {
                    client.reopen();
                    closed = None;
                }
                _ => {
                    let _ = client.set_last_event_id(&random.text(&PIECES, 2));
                }
            },
            13 => client.disconnected(now),
            14 => client.received(random.below(2) * usize::MAX, now),
            _ => now = now + Duration::from_millis(random.below(8_000) as u64),
        }
        look_at(&client);
    }
}

/// Polls to the next thing that the network or the clock has to do.
fn poll<B: Buffer>(client: &mut Client<B>, now: Instant, closed: Option<Closed>) -> Option<Closed> {
    // Of what a read can hold, one step per byte would be the most.
    for _ in 0..20_000 {
        let step = client.poll(now);
        if let Some(closed) = closed {
            assert_eq!(step, Step::Closed(closed), "closed is closed");
        }
        look_at(client);
        match step {
            Step::Event | Step::Comment | Step::TooLarge | Step::Opened | Step::Lost(_) => {}
            Step::Closed(reason) => return Some(reason),
            Step::Send => {
                assert!(!client.unsent().is_empty());
                return None;
            }
            Step::Receive => {
                assert!(!client.spare().is_empty());
                return None;
            }
            Step::Wait => {
                assert!(client.deadline().expect("an end to the wait") > now);
                return None;
            }
            Step::Connect => return None,
        }
    }
    panic!("steps without end");
}

fn look_at<B: Buffer>(client: &Client<B>) {
    let _ = (
        client.event(),
        client.comment(),
        client.response(),
        client.unsent(),
    );
    assert!(!client.url().host().is_empty());
}

const PIECES: [&str; 24] = [
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n",
    "Content-Type: text/event-stream\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Content-Length: 30\r\n",
    "HTTP/1.1 301 -\r\nLocation: /moved/to/some/longer/place\r\n\r\n",
    "HTTP/1.1 302 -\r\nLocation: //o\r\n\r\n",
    "HTTP/1.1 503 -\r\nRetry-After: 2\r\n\r\n",
    "HTTP/1.1 404 -\r\n",
    "HTTP/1.1 103 -\r\n\r\n",
    "\r\n",
    "\r",
    "\n",
    "\n\n",
    "5\r\n",
    "0\r\n\r\n",
    "data: a\n\n",
    "data: grün",
    "id: 7\n",
    "id: \u{1}\n",
    "event: tick\n",
    "retry: 0\n",
    ": comment\n",
    "data",
];
