//! The event body in virtual time: what it sends, when it speaks up, and how it ends.

use std::{
    collections::{BTreeSet, VecDeque},
    future::poll_fn,
    pin::{Pin, pin},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;
use http_body::Body;
use sse_tokio::{EventBody, Frame, Hub, HubConfig, Message, keep_time};
use tokio::time::{Instant, advance, sleep, timeout};

async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx)).await
}

/// The next piece of the body, as text, and how long it took.
async fn read<B: Stream<Item = Result<Bytes, E>>, E>(
    body: &mut Pin<&mut B>,
) -> (Option<String>, Duration) {
    let start = Instant::now();
    let item = timeout(Duration::from_secs(3600), next(body)).await;
    let bytes = item.ok().flatten().and_then(Result::ok);
    (
        bytes.map(|bytes| String::from_utf8(bytes.to_vec()).unwrap()),
        start.elapsed(),
    )
}

fn piece(text: &str, seconds: u64) -> (Option<String>, Duration) {
    (Some(text.to_owned()), Duration::from_secs(seconds))
}

/// Checks for a comment after so many seconds, or up to an eighth less.
#[track_caller]
fn assert_comment((text, took): (Option<String>, Duration), comment: &str, seconds: u64) {
    assert_eq!(text.as_deref(), Some(comment));
    let period = Duration::from_secs(seconds);
    // The clock goes in steps.
    let latest = period + Duration::from_millis(51);
    assert!(took >= period - period / 8 && took <= latest, "{took:?}");
}

/// Frames or errors, one per poll, then the end.
struct Scripted<I>(VecDeque<I>);

impl<I: Unpin> Stream for Scripted<I> {
    type Item = I;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<I>> {
        Poll::Ready(self.0.pop_front())
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_body_sends_a_comment_every_15_seconds() {
    let hub = Hub::default();
    let mut body = pin!(EventBody::new(hub.subscribe(None)));
    for _ in 0..3 {
        assert_comment(read(&mut body).await, ":\n\n", 15);
    }
}

#[tokio::test(start_paused = true)]
async fn a_frame_puts_the_comment_off() {
    let hub = Hub::default();
    let mut body = pin!(EventBody::new(hub.subscribe(None)));
    let publisher = async {
        for _ in 0..5 {
            sleep(Duration::from_secs(10)).await;
            hub.publish(&Message::new("tick")).unwrap();
        }
    };
    let reader = async {
        for n in 1..=5 {
            assert_eq!(
                read(&mut body).await,
                piece(&format!("id: {n}\ndata: tick\n\n"), 10)
            );
        }
        assert_comment(read(&mut body).await, ":\n\n", 15);
    };
    tokio::join!(publisher, reader);
}

#[tokio::test(start_paused = true)]
async fn silence_counts_from_the_last_frame_even_if_it_is_polled_late() {
    let hub = Hub::default();
    let mut body = pin!(EventBody::new(hub.subscribe(None)).keep_alive(Duration::from_secs(2)));
    assert!(
        timeout(Duration::from_secs(1), next(&mut body))
            .await
            .is_err()
    );
    advance(Duration::from_secs(9)).await;
    hub.publish(&Message::new("late")).unwrap();
    assert_eq!(read(&mut body).await, piece("id: 1\ndata: late\n\n", 0));
    assert_comment(read(&mut body).await, ":\n\n", 2);
}

#[tokio::test(start_paused = true)]
async fn bodies_that_fall_silent_together_do_not_speak_up_together() {
    let hub = Hub::default();
    let start = Instant::now();
    let mut bodies: Vec<_> = (0..64)
        .map(|_| Box::pin(EventBody::new(hub.subscribe(None))))
        .collect();
    let mut times = BTreeSet::new();
    poll_fn(|cx| {
        bodies.retain_mut(|body| body.as_mut().poll_next(cx).is_pending());
        times.insert(start.elapsed());
        if bodies.is_empty() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    // The start is one of them, and the others are steps of a watch that all share.
    assert!(times.len() > 32, "{times:?}");
    assert!(
        times.last() <= Some(&Duration::from_millis(15_051)),
        "{times:?}"
    );
}

#[test]
fn each_runtime_keeps_its_own_time() {
    for _ in 0..3 {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap()
            .block_on(async {
                let hub = Hub::default();
                let mut body = pin!(EventBody::new(hub.subscribe(None)));
                assert_comment(read(&mut body).await, ":\n\n", 15);
            });
    }
}

#[tokio::test(start_paused = true)]
async fn period_and_text_of_the_comment_can_be_set() {
    let hub = Hub::default();
    let body = EventBody::new(hub.subscribe(None));
    let mut body = pin!(
        body.keep_alive(Duration::from_secs(3))
            .keep_alive_text("two\nlines")
    );
    assert_comment(read(&mut body).await, ": two\n: lines\n\n", 3);
}

#[tokio::test(start_paused = true)]
async fn the_comment_can_be_turned_off() {
    let hub = Hub::default();
    let hour = (None, Duration::from_secs(3600));
    let mut quiet = pin!(EventBody::new(hub.subscribe(None)).no_keep_alive());
    assert_eq!(read(&mut quiet).await, hour);
    let mut never = pin!(EventBody::new(hub.subscribe(None)).keep_alive(Duration::MAX));
    assert_eq!(read(&mut never).await, hour);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_stream_ends_the_body() {
    let hub = Hub::default();
    let mut body = pin!(EventBody::new(hub.subscribe(None)));
    hub.publish(&Message::new("last")).unwrap();
    hub.close();
    assert_eq!(read(&mut body).await, piece("id: 1\ndata: last\n\n", 0));
    assert!(!body.is_end_stream());
    assert_eq!(next(&mut body).await, None);
    assert!(body.is_end_stream());
    assert_eq!(hub.stats().subscribers, 0);
    assert_eq!(next(&mut body).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_failed_stream_fails_the_body_after_what_came_before() {
    let frame = Frame::from(Message::new("token"));
    let script = [Ok(frame.clone()), Err("broken"), Ok(frame.clone())];
    let mut body = pin!(EventBody::new(Scripted(script.into())));
    assert_eq!(next(&mut body).await, Some(Ok(Bytes::from(frame))));
    assert_eq!(next(&mut body).await, Some(Err("broken")));
    assert_eq!(next(&mut body).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_body_unsubscribes() {
    let hub = Hub::default();
    let body = EventBody::new(hub.subscribe(None));
    assert_eq!(hub.stats().subscribers, 1);
    drop(body);
    assert_eq!(hub.stats().subscribers, 0);
}

#[tokio::test(start_paused = true)]
async fn all_that_is_ready_is_one_data_frame() {
    let frames = ["one", "two", "three"].map(|data| Frame::from(Message::new(data)));
    let mut body = pin!(EventBody::new(Scripted(frames.into())));
    let data = poll_fn(|cx| body.as_mut().poll_frame(cx))
        .await
        .unwrap()
        .unwrap();
    let expected = "data: one\n\ndata: two\n\ndata: three\n\n";
    assert_eq!(data.into_data().unwrap(), expected);
    assert!(poll_fn(|cx| body.as_mut().poll_frame(cx)).await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_data_frame_holds_64_kib_or_one_message() {
    let small = Frame::from(Message::new(&"x".repeat(1000)));
    let large = Frame::from(Message::new(&"x".repeat(100_000)));
    let mut frames = VecDeque::from(vec![small.clone(); 100]);
    frames.insert(70, large.clone());
    let mut body = pin!(EventBody::new(Scripted(frames)));
    let mut lengths = Vec::new();
    while let Some(Ok(piece)) = next(&mut body).await {
        lengths.push(piece.len());
    }
    let (small, large) = (small.as_ref().len(), large.as_ref().len());
    let full = 64 * 1024 / small;
    assert_eq!(
        lengths,
        [full * small, (70 - full) * small, large, 30 * small]
    );
}

#[tokio::test(start_paused = true)]
async fn a_lone_message_is_not_copied() {
    let frame = Frame::from(Message::new("token"));
    let mut body = pin!(EventBody::new(Scripted([frame.clone()].into())));
    let piece = next(&mut body).await.unwrap().unwrap();
    assert_eq!(piece.as_ptr(), frame.as_ref().as_ptr());
}

#[tokio::test(start_paused = true)]
async fn a_response_tells_caches_and_proxies_what_it_is() {
    let response = EventBody::new(Hub::default().subscribe(None)).response();
    let header = |name| {
        response
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap())
    };
    assert_eq!(response.status(), 200);
    assert_eq!(header("content-type"), Some("text/event-stream"));
    assert_eq!(header("cache-control"), Some("no-cache"));
    assert_eq!(header("x-accel-buffering"), Some("no"));
}

#[tokio::test(start_paused = true)]
async fn a_hub_that_is_told_the_time_lets_old_frames_go_and_is_not_kept_open() {
    let hub = Hub::new(HubConfig::new().max_age(Duration::from_secs(10)));
    let time = tokio::spawn(keep_time(&hub));
    sleep(Duration::from_secs(1)).await;
    hub.publish(&Message::new("old")).unwrap();
    sleep(Duration::from_secs(8)).await;
    assert_eq!(hub.stats().frames, 1);
    sleep(Duration::from_secs(4)).await;
    assert_eq!(hub.stats().frames, 0);
    drop(hub);
    assert!(timeout(Duration::from_secs(2), time).await.is_ok());
}
