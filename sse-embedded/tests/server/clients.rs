//! Several clients at once, this crate's own among them.

use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};

use embassy_futures::join::{join, join_array};
use embassy_net::{Stack, tcp::TcpSocket};
use embassy_time::{Duration, Timer};
use sse_embedded::{
    EmbassyNet, EventSource, Feed, Lost, Memory, Message, ServerMemory, Timeouts, Update, listen,
};

use crate::{
    STREAM_HEAD, SmallFeed, answer, ask,
    common::{
        config,
        wire::{CLIENT, SERVER, over_a_bad_wire, over_a_wire},
    },
    events, leave, listen_to_four, publish, read_all, read_until, send, subscribed,
};

/// Does it with a socket of its own.
async fn with_socket<R>(stack: Stack<'_>, act: impl AsyncFnOnce(&mut TcpSocket<'_>) -> R) -> R {
    let (mut rx, mut tx) = ([0; 256], [0; 256]);
    let mut socket = TcpSocket::new(stack, &mut rx, &mut tx);
    let done = act(&mut socket).await;
    leave(&mut socket).await;
    done
}

#[test]
fn all_subscribers_get_all_events_and_one_too_many_is_refused() {
    static FEED: SmallFeed = Feed::new();
    over_a_wire(
        async |stack| listen_to_four(stack, &FEED, Timeouts::new()).await,
        async |stack| {
            // As many at a time as the history holds.
            let batches = || (1..=48).step_by(8).map(|first| first..=first + 7);
            let (read, has_read) = async_channel::bounded(3);
            let follow = async || {
                with_socket(stack, async |socket| {
                    ask(socket, None).await;
                    assert_eq!(read_until(socket, "\r\n\r\n").await, STREAM_HEAD);
                    for batch in batches() {
                        let batch = events(batch);
                        assert_eq!(read_until(socket, &batch).await, batch);
                        read.send(()).await.unwrap();
                    }
                })
                .await;
            };
            let refused = async {
                subscribed(&FEED, 3).await;
                with_socket(stack, async |socket| {
                    ask(socket, None).await;
                    let (answer, _) = read_all(socket).await;
                    assert!(answer.starts_with("HTTP/1.1 503 \r\n"), "{answer}");
                    assert!(answer.contains("\r\nretry-after: 5\r\n"), "{answer}");
                })
                .await;
                // The page is there all the same, and the subscribers are none the worse.
                with_socket(stack, async |socket| {
                    send(socket, b"GET / HTTP/1.1\r\nHost: h\r\n\r\n").await;
                    assert!(read_all(socket).await.0.contains(" 200 "));
                })
                .await;
                for batch in batches() {
                    publish(&FEED, batch);
                    for _ in 0..3 {
                        has_read.recv().await.unwrap();
                    }
                }
            };
            join(join_array([follow(), follow(), follow()]), refused).await;
            subscribed(&FEED, 0).await;
            with_socket(stack, async |socket| {
                ask(socket, Some("47")).await;
                let read = read_until(socket, "data: 48\n\n").await;
                assert_eq!(read, format!("{STREAM_HEAD}{}", events(48..=48)));
            })
            .await;
        },
    );
}

#[test]
fn a_stalled_reader_does_not_stall_the_others() {
    static FEED: SmallFeed = Feed::new();
    let mut timeouts = Timeouts::new();
    timeouts.write = Some(Duration::from_secs(1));
    over_a_wire(
        async move |stack| listen_to_four(stack, &FEED, timeouts).await,
        async |stack| {
            with_socket(stack, async |stalled| {
                ask(stalled, None).await;
                read_until(stalled, "\r\n\r\n").await;
                with_socket(stack, async |socket| {
                    ask(socket, None).await;
                    read_until(socket, "\r\n\r\n").await;
                    assert_eq!(FEED.subscribers(), 2);
                    // More than the stalled one's window, the socket's buffer and the history hold.
                    for number in 1..=200 {
                        publish(&FEED, number..=number);
                        let event = events(number..=number);
                        assert_eq!(read_until(socket, &event).await, event);
                    }
                    subscribed(&FEED, 1).await;
                    publish(&FEED, 201..=201);
                    assert_eq!(read_until(socket, "data: 201\n\n").await, events(201..=201));
                })
                .await;
                let (read, broken_off) = read_all(stalled).await;
                assert!(broken_off);
                assert!(events(1..=200).starts_with(&read), "{read}");
            })
            .await;
        },
    );
}

#[test]
fn a_half_open_connection_is_left() {
    static FEED: SmallFeed = Feed::new();
    static PULLED: AtomicBool = AtomicBool::new(false);
    let mut timeouts = Timeouts::new();
    timeouts.write = Some(Duration::from_millis(500));
    timeouts.keep_alive = Some(Duration::from_millis(50));
    over_a_bad_wire(
        &|_| !PULLED.load(Ordering::Relaxed),
        async move |stack| listen_to_four(stack, &FEED, timeouts).await,
        async |stack| {
            with_socket(stack, async |socket| {
                ask(socket, None).await;
                read_until(socket, ":\n\n").await;
                assert_eq!(FEED.subscribers(), 1);
                PULLED.store(true, Ordering::Relaxed);
                // Only the comments tell: nothing is published.
                subscribed(&FEED, 0).await;
            })
            .await;
        },
    );
}

#[test]
fn a_half_open_connection_is_left_although_there_is_always_more_to_send() {
    static FEED: SmallFeed = Feed::new();
    static PULLED: AtomicBool = AtomicBool::new(false);
    let mut timeouts = Timeouts::new();
    timeouts.write = Some(Duration::from_millis(100));
    over_a_bad_wire(
        &|_| !PULLED.load(Ordering::Relaxed),
        async move |stack| {
            // What the socket has room for takes far longer to fill.
            let mut memory = ServerMemory::<256, 65536, 512>::new();
            listen(stack, 80, &mut memory, timeouts, |head| answer(&FEED, head)).await;
        },
        async |stack| {
            with_socket(stack, async |socket| {
                ask(socket, None).await;
                read_until(socket, "\r\n\r\n").await;
                PULLED.store(true, Ordering::Relaxed);
                for number in 1.. {
                    if FEED.subscribers() == 0 {
                        break;
                    }
                    publish(&FEED, number..=number);
                    Timer::after(Duration::from_millis(20)).await;
                }
            })
            .await;
        },
    );
}

#[test]
fn a_client_that_never_ends_its_handshake_does_not_keep_the_listener() {
    static FEED: SmallFeed = Feed::new();
    /// The port that is not heard of after its SYN; 0 for any.
    static MUTE: AtomicU16 = AtomicU16::new(0);
    let carries = |frame: &[u8]| {
        // Ethernet, IPv4 without options, TCP: protocol, source, source port, flags.
        let is_clients = frame.get(23) == Some(&6) && frame[26..30] == CLIENT.octets();
        let mute = MUTE.load(Ordering::Relaxed);
        !is_clients || frame[47] == 0x02 || (mute != 0 && frame[34..36] != mute.to_be_bytes())
    };
    let mut timeouts = Timeouts::new();
    timeouts.head = Duration::from_millis(100);
    over_a_bad_wire(
        &carries,
        async move |stack| {
            let mut memory = ServerMemory::<256, 256, 512>::new();
            listen(stack, 80, &mut memory, timeouts, |head| answer(&FEED, head)).await;
        },
        async |stack| {
            with_socket(stack, async |mute| {
                mute.connect((SERVER, 80)).await.unwrap();
                MUTE.store(mute.local_endpoint().unwrap().port, Ordering::Relaxed);
                with_socket(stack, async |socket| {
                    send(socket, b"GET / HTTP/1.1\r\nHost: h\r\n\r\n").await;
                    assert!(read_all(socket).await.0.contains(" 200 "));
                })
                .await;
            })
            .await;
        },
    );
}

/// This crate's client, of this crate's server.
async fn follow(
    stack: Stack<'_>,
    last_event_id: &str,
    act: impl AsyncFnOnce(&mut EventSource<'_, EmbassyNet<'_>>),
) {
    let (mut rx, mut tx) = ([0; 512], [0; 256]);
    let socket = TcpSocket::new(stack, &mut rx, &mut tx);
    let mut memory = Memory::<128, 256, 48, 64>::new();
    let connector = EmbassyNet::new(stack, socket);
    let url = "http://10.9.8.2/events";
    let mut source = EventSource::new(url, &mut memory, connector, config()).unwrap();
    source.set_last_event_id(last_event_id).unwrap();
    act(&mut source).await;
}

async fn next(source: &mut EventSource<'_, EmbassyNet<'_>>) -> (String, String, String) {
    let event = source.next().await.unwrap();
    (
        event.event_type.into(),
        event.data.into(),
        event.last_event_id.into(),
    )
}

#[test]
fn the_client_follows_the_server_across_a_cut() {
    static FEED: SmallFeed = Feed::new();
    over_a_wire(
        async |stack| listen_to_four(stack, &FEED, Timeouts::new()).await,
        async |stack| {
            follow(stack, "", async |source| {
                assert_eq!(source.next_update().await, Ok(Update::Opened));
                let injected = "1\ndata: 2\r\rid: evil";
                for number in 1..=12 {
                    let message = Message::new(injected).event("reading").unwrap();
                    assert_eq!(FEED.publish(&message), Ok(number));
                    let data = "1\ndata: 2\n\nid: evil".into();
                    let expected = ("reading".into(), data, number.to_string());
                    assert_eq!(next(source).await, expected);
                    if number % 4 == 0 {
                        source.reopen();
                    }
                }
                // Away for longer than the history is long.
                source.reopen();
                for number in 13..=30 {
                    let own = format!("own-{number}");
                    let message = Message::new("").id(&own).unwrap();
                    assert_eq!(FEED.publish(&message), Ok(number));
                }
                let (event_type, data, id) = next(source).await;
                // What was a number before own ids came is not known any more.
                assert_eq!((event_type.as_str(), id.as_str()), ("gap", "own-30"));
                assert_eq!(data, r#"{"after":"12","resumes_at":null,"lost":null}"#);
            })
            .await;
        },
    );
}

#[test]
fn a_closed_feed_ends_the_streams() {
    static FEED: SmallFeed = Feed::new();
    publish(&FEED, 1..=2);
    over_a_wire(
        async |stack| listen_to_four(stack, &FEED, Timeouts::new()).await,
        async |stack| {
            follow(stack, "1", async |source| {
                assert_eq!(next(source).await.1, "2");
                FEED.close();
                let update = source.next_update().await.unwrap();
                let lost = matches!(
                    update,
                    Update::Reconnecting {
                        lost: Lost::Ended,
                        ..
                    }
                );
                assert!(lost, "{update:?}");
            })
            .await;
        },
    );
}
