//! Events out of what someone else has opened.

mod common;
mod conversation;

use std::{
    collections::VecDeque,
    convert::Infallible,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use common::{STREAM, soon};
use conversation::{Act, Server};
use futures_core::Stream;
use http_body::{Body, Frame};
use sse_tokio::{Events, EventsError, events::Source};
use tokio::io::AsyncWriteExt;

/// Gives one chunk at a time, and is pending before each.
struct Scripted<T>(VecDeque<T>, bool);

impl<T> Scripted<T> {
    fn new(items: impl IntoIterator<Item = T>) -> Self {
        Self(items.into_iter().collect(), false)
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.1 = !self.1;
        if self.1 {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(self.0.pop_front())
    }
}

impl<T: Unpin> Stream for Scripted<T> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.get_mut().poll(cx)
    }
}

struct ScriptedBody(Scripted<Frame<Bytes>>);

impl Body for ScriptedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.get_mut().0.poll(cx).map(|frame| frame.map(Ok))
    }
}

/// Drops the future at each point where it waits.
async fn all<S: Source>(events: &mut Events<S>) -> Vec<(String, String, String)> {
    let mut seen = Vec::new();
    loop {
        tokio::select! {
            biased;
            next = events.next() => match next {
                Ok(Some(event)) => seen.push((
                    event.event_type.to_owned(),
                    event.data.to_owned(),
                    event.last_event_id.to_owned(),
                )),
                Ok(None) => break seen,
                Err(EventsError::TooLarge) => seen.push(Default::default()),
                Err(EventsError::Source(_)) => panic!("source failed"),
            },
            () = tokio::task::yield_now() => {}
        }
    }
}

const STREAM_OF_ALL: &str = "\u{feff}id: 1\nevent: tick\ndata: a\ndata: b\n\nretry: 70\n\n\
    data: \u{20ac}\r\n\r\nid: 2\ndata: 123456789\n\ndata: c\r\r: x\n\ndata: lost";

fn expected() -> Vec<(String, String, String)> {
    [
        ("tick", "a\nb", "1"),
        ("message", "\u{20ac}", "1"),
        ("", "", ""),
        ("message", "c", "1"),
    ]
    .map(|(event_type, data, id)| (event_type.into(), data.into(), id.into()))
    .into()
}

fn bytes() -> impl Iterator<Item = Bytes> {
    STREAM_OF_ALL.bytes().map(|byte| Bytes::from(vec![byte]))
}

async fn check<S: Source>(events: Events<S>) {
    let mut events = events.with_limit(8);
    assert_eq!(soon(all(&mut events)).await, expected());
    assert_eq!(events.last_event_id(), "1");
    assert_eq!(events.retry().unwrap().as_millis(), 70);
    assert!(events.is_truncated());
}

#[tokio::test]
async fn all_doors_lead_to_the_same_events() {
    check(Events::from_reader(STREAM_OF_ALL.as_bytes())).await;

    let (reader, mut writer) = tokio::io::duplex(1);
    tokio::spawn(async move { writer.write_all(STREAM_OF_ALL.as_bytes()).await });
    check(Events::from_reader(reader)).await;

    check(Events::from_stream(Scripted::new(
        bytes().map(Ok::<_, Infallible>),
    )))
    .await;

    let trailers = Frame::trailers(Default::default());
    let frames = bytes().map(Frame::data).chain([trailers]);
    check(Events::from_body(ScriptedBody(Scripted::new(frames)))).await;
}

#[tokio::test]
async fn a_response_of_reqwest_is_a_body() {
    let server = Server::new([vec![Act::Send(STREAM), Act::Send(STREAM_OF_ALL)]]);
    let client = common::reqwest().build().unwrap();
    let response = soon(client.get(server.url("/")).send()).await.unwrap();
    check(Events::from_body(reqwest::Body::from(response))).await;
}

#[tokio::test]
async fn an_error_of_the_source_comes_after_the_events_and_is_the_end() {
    let chunks = [
        Ok(Bytes::from_static(b"data: a\n\ndata: b")),
        Err(io::Error::other("broken")),
        Ok(Bytes::from_static(b"\n\n")),
    ];
    let mut events = Events::from_stream(Scripted::new(chunks));
    assert_eq!(events.next().await.unwrap().unwrap().data, "a");
    let error = events.next().await.unwrap_err();
    assert_eq!(
        std::error::Error::source(&error).unwrap().to_string(),
        "broken"
    );
    assert!(events.next().await.unwrap().is_none());
    assert!(events.is_truncated());
}

#[tokio::test]
async fn a_stream_that_ends_between_events_is_whole() {
    for text in ["", "data: a\n\n", "data: a\n\n: x\n", "id: 1\n\n"] {
        let mut events = Events::from_reader(text.as_bytes());
        assert!(!events.is_truncated());
        while events.next().await.unwrap().is_some() {}
        assert!(!events.is_truncated(), "{text:?}");
    }
}

#[tokio::test]
async fn as_a_stream_the_events_are_owned_and_an_event_too_large_is_passed_over() {
    let mut events = Events::from_reader(STREAM_OF_ALL.as_bytes()).with_limit(8);
    let mut data = Vec::new();
    loop {
        let next = std::future::poll_fn(|cx| Pin::new(&mut events).poll_next(cx)).await;
        match next {
            Some(Ok(event)) => data.push(event.data),
            Some(Err(error)) => data.push(error.to_string()),
            None => break,
        }
    }
    let too_large = sse_core::TooLarge.to_string();
    assert_eq!(data, ["a\nb", "\u{20ac}", too_large.as_str(), "c"]);
}
