//! The stream of a feed on one connection: what is on the wire, and when it ends.

use core::future::pending;

use embassy_futures::{
    select::{Either, select},
    yield_now,
};
use embassy_net::tcp::TcpSocket;
use embassy_time::{Duration, Instant, Timer};
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use sse_embedded::{Feed, Overrun, Served, Timeouts, serve, sse_core::Parser};

use crate::{
    STREAM_HEAD, SmallFeed, answer, ask, common::run, events, leave, publish, read_all, read_until,
    send, served, subscribed,
};

#[test]
fn a_stream_comes_in_chunks_and_has_an_end() {
    static FEED: SmallFeed = Feed::new();
    let served = served(&FEED, Timeouts::new(), async |socket| {
        send(socket, b"GET /events HTTP/1.1\r\nHost: h\r\n\r\n").await;
        let head = read_until(socket, "\r\n\r\n").await;
        assert!(head.contains("\r\ntransfer-encoding: chunked\r\n"));
        publish(&FEED, 1..=2);
        let chunk = format!("1e\r\n{}\r\n", events(1..=2));
        assert_eq!(read_until(socket, "data: 2\n\n\r\n").await, chunk);
        FEED.close();
        assert_eq!(read_all(socket).await, ("0\r\n\r\n".into(), false));
    });
    assert_eq!(served, Served::Ended);
    assert_eq!(FEED.subscribers(), 0);
}

#[test]
fn a_client_of_http_1_0_gets_no_chunks() {
    static FEED: SmallFeed = Feed::new();
    // Longer than there is time.
    let mut timeouts = Timeouts::new();
    timeouts.head = Duration::MAX;
    timeouts.write = Some(Duration::MAX);
    timeouts.keep_alive = None;
    let served = served(&FEED, timeouts, async |socket| {
        ask(socket, None).await;
        assert_eq!(read_until(socket, "\r\n\r\n").await, STREAM_HEAD);
        publish(&FEED, 1..=2);
        assert_eq!(read_until(socket, "data: 2\n\n").await, events(1..=2));
        FEED.close();
        assert_eq!(read_all(socket).await, (String::new(), false));
    });
    assert_eq!(served, Served::Ended);
}

#[test]
fn every_position_is_resumed_and_what_is_lost_is_told() {
    for had in 0..=11 {
        let feed: &'static SmallFeed = Box::leak(Box::new(Feed::new()));
        publish(feed, 1..=10);
        let _ = served(feed, Timeouts::new(), async move |socket| {
            ask(socket, Some(&had.to_string())).await;
            assert_eq!(read_until(socket, "\r\n\r\n").await, STREAM_HEAD);
            subscribed(feed, 1).await;
            publish(feed, 11..=11);
            feed.close();
            let (read, _) = read_all(socket).await;
            let gap = |at, data| format!("event: gap\nid: {at}\ndata: {data}\n\n");
            let expected = match had {
                // Eight are held, of which the eleventh drives out one.
                0 | 1 => {
                    let lost = 2 - had;
                    let data = format!(r#"{{"after":"{had}","resumes_at":"3","lost":{lost}}}"#);
                    gap(2, data) + &events(3..=11)
                }
                11 => {
                    let data = r#"{"after":"11","resumes_at":null,"lost":null}"#;
                    gap(10, data.into()) + &events(11..=11)
                }
                _ => events(had + 1..=11),
            };
            assert_eq!(read, expected, "after {had}");
        });
    }
}

#[test]
fn a_silent_stream_is_kept_alive_from_its_last_event_on() {
    static FEED: SmallFeed = Feed::new();
    let period = Duration::from_millis(100);
    let mut timeouts = Timeouts::new();
    timeouts.keep_alive = Some(period);
    let served = served(&FEED, timeouts, async move |socket| {
        let mut since = Instant::now();
        ask(socket, None).await;
        assert_eq!(read_until(socket, "\r\n\r\n").await, STREAM_HEAD);
        for _ in 0..2 {
            assert_eq!(read_until(socket, ":\n\n").await, ":\n\n");
        }
        assert!(since.elapsed() >= period * 2);
        for number in 1..=2 {
            Timer::after(period / 2).await;
            since = Instant::now();
            publish(&FEED, number..=number);
            let read = read_until(socket, &events(number..=number)).await;
            assert_eq!(read.replace(":\n\n", ""), events(number..=number));
        }
        read_until(socket, ":\n\n").await;
        assert!(since.elapsed() >= period);
        leave(socket).await;
    });
    assert_eq!(served, Served::Gone);
}

#[test]
fn a_client_that_leaves_is_noticed_while_nothing_happens() {
    static FEED: SmallFeed = Feed::new();
    let ways: [fn(&mut TcpSocket<'_>); 2] = [|socket| socket.close(), |socket| socket.abort()];
    for depart in ways {
        let served = served(&FEED, Timeouts::new(), async move |socket| {
            ask(socket, None).await;
            read_until(socket, "\r\n\r\n").await;
            assert_eq!(FEED.subscribers(), 1);
            depart(socket);
            let _ = socket.flush().await;
        });
        assert_eq!(served, Served::Gone);
        assert_eq!(FEED.subscribers(), 0);
    }
}

#[test]
fn what_a_client_says_meanwhile_is_passed_over() {
    static FEED: SmallFeed = Feed::new();
    let served = served(&FEED, Timeouts::new(), async |socket| {
        ask(socket, None).await;
        read_until(socket, "\r\n\r\n").await;
        for number in 1..=20 {
            socket.write_all(&[b'x'; 300]).await.unwrap();
            publish(&FEED, number..=number);
            let event = events(number..=number);
            assert_eq!(read_until(socket, &event).await, event);
        }
        FEED.close();
        assert_eq!(read_all(socket).await, (String::new(), false));
    });
    assert_eq!(served, Served::Ended);
}

#[test]
fn a_client_that_takes_nothing_is_left_at_the_write_deadline() {
    static FEED: SmallFeed = Feed::new();
    let mut timeouts = Timeouts::new();
    timeouts.write = Some(Duration::from_millis(100));
    let served = served(&FEED, timeouts, async |socket| {
        ask(socket, None).await;
        read_until(socket, "\r\n\r\n").await;
        for number in 1.. {
            if FEED.subscribers() == 0 {
                break;
            }
            publish(&FEED, number..=number);
            yield_now().await;
        }
    });
    assert_eq!(served, Served::TimedOut);
}

/// Asks for a stream, and is never done with what it gets before there is more.
struct Busy(&'static [u8]);

impl ErrorType for Busy {
    type Error = ErrorKind;
}

impl Read for Busy {
    async fn read(&mut self, out: &mut [u8]) -> Result<usize, ErrorKind> {
        match self.0.read(out).await.unwrap_or_default() {
            0 => pending().await,
            n => Ok(n),
        }
    }
}

impl Write for Busy {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Timer::after(Duration::from_millis(30)).await;
        Ok(())
    }
}

#[test]
fn a_client_that_is_only_behind_is_kept() {
    static FEED: SmallFeed = Feed::new();
    let mut timeouts = Timeouts::new();
    timeouts.write = Some(Duration::from_millis(300));
    let serving = async {
        let (mut io, mut buffer) = (Busy(b"GET /events HTTP/1.0\r\n\r\n"), [0; 512]);
        serve(&mut io, &mut buffer, timeouts, |head| answer(&FEED, head)).await
    };
    let publishing = async {
        for number in 1..=150 {
            publish(&FEED, number..=number);
            Timer::after(Duration::from_millis(10)).await;
        }
    };
    let served = run(select(serving, publishing));
    assert!(matches!(served, Either::Second(())), "{served:?}");
}

/// Publishes more than the network between the two takes in, to a client that does not read.
async fn overrun(socket: &mut TcpSocket<'_>, feed: &SmallFeed) -> (String, bool) {
    ask(socket, None).await;
    read_until(socket, "\r\n\r\n").await;
    for number in 1..=300 {
        publish(feed, number..=number);
        yield_now().await;
    }
    feed.close();
    read_all(socket).await
}

#[test]
fn a_client_that_falls_off_is_told_and_goes_on() {
    static FEED: SmallFeed = Feed::new();
    let served = served(&FEED, Timeouts::new(), async |socket| {
        let (read, broken_off) = overrun(socket, &FEED).await;
        assert!(!broken_off);
        let (mut parser, mut input) = (Parser::new(), read.as_bytes());
        let (mut had, mut gaps) = (0, 0);
        while let Some(event) = parser.next_event(&mut input).unwrap() {
            let id: u64 = event.last_event_id.parse().unwrap();
            if event.event_type == "gap" {
                gaps += 1;
                let (next, lost) = (id + 1, id - had);
                let data = format!(r#"{{"after":"{had}","resumes_at":"{next}","lost":{lost}}}"#);
                assert_eq!(event.data, data);
            } else {
                assert_eq!((event.data, id), (id.to_string().as_str(), had + 1));
            }
            had = id;
        }
        assert_eq!(had, 300);
        assert!(gaps > 0);
    });
    assert_eq!(served, Served::Ended);
}

#[test]
fn a_client_that_falls_off_is_let_go_if_so_configured() {
    static FEED: SmallFeed = Feed::with_overrun(Overrun::Close);
    let served = served(&FEED, Timeouts::new(), async |socket| {
        let (read, broken_off) = overrun(socket, &FEED).await;
        assert!(broken_off);
        let had = read.matches("\n\n").count() as u64;
        assert!(events(1..=300).starts_with(&read), "{read}");
        assert!(had < 292, "{had}");
    });
    assert_eq!(served, Served::FellOff);
    assert_eq!(FEED.subscribers(), 0);
}
