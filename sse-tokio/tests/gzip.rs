//! A compressed body: who gets one, and that each event can be read before the next is published.

#![cfg(feature = "gzip")]

use std::{
    future::poll_fn,
    io::Write as _,
    mem,
    pin::{Pin, pin},
    time::Duration,
};

use flate2::write::GzDecoder;
use futures_core::Stream;
use http::{HeaderMap, HeaderValue, header};
use http_body::Body;
use sse_tokio::{EventBody, GzipBody, Hub, Message, Subscription};

fn accepting(coding: &'static str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(coding));
    headers
}

fn body(hub: &Hub, coding: &'static str) -> GzipBody<Subscription> {
    EventBody::new(hub.subscribe(None)).gzip(&accepting(coding))
}

async fn next<S: Stream>(body: &mut Pin<&mut S>) -> Option<S::Item> {
    poll_fn(|cx| body.as_mut().poll_next(cx)).await
}

/// What can be decoded of the stream with one more piece of it.
fn decoded(decoder: &mut GzDecoder<Vec<u8>>, piece: &[u8]) -> String {
    decoder.write_all(piece).unwrap();
    decoder.flush().unwrap();
    String::from_utf8(mem::take(decoder.get_mut())).unwrap()
}

#[tokio::test(start_paused = true)]
async fn each_event_can_be_decoded_before_the_next_is_published() {
    let hub = Hub::default();
    let mut body = pin!(body(&hub, "gzip"));
    let mut decoder = GzDecoder::new(Vec::new());
    for n in 1..=100 {
        hub.publish(&Message::display(n * 1000)).unwrap();
        let piece = next(&mut body).await.unwrap().unwrap();
        let event = format!("id: {n}\ndata: {}\n\n", n * 1000);
        assert_eq!(decoded(&mut decoder, &piece), event);
    }
    hub.close();
    let end = next(&mut body).await.unwrap().unwrap();
    assert!(!body.is_end_stream() || next(&mut body).await.is_none());
    assert_eq!(decoded(&mut decoder, &end), "");
    // It checks length and checksum.
    decoder.try_finish().unwrap();
    assert!(next(&mut body).await.is_none());
    assert!(body.is_end_stream());
}

#[tokio::test(start_paused = true)]
async fn comments_are_flushed_too() {
    let hub = Hub::default();
    let mut body = pin!(
        EventBody::new(hub.subscribe(None))
            .keep_alive(Duration::from_secs(1))
            .gzip(&accepting("gzip"))
    );
    let mut decoder = GzDecoder::new(Vec::new());
    for _ in 0..3 {
        let piece = next(&mut body).await.unwrap().unwrap();
        assert_eq!(decoded(&mut decoder, &piece), ":\n\n");
    }
}

#[tokio::test(start_paused = true)]
async fn who_does_not_ask_gets_the_frames_as_they_are() {
    let hub = Hub::default();
    for mut body in [
        pin!(body(&hub, "br, gzip;q=0")),
        pin!(EventBody::new(hub.subscribe(None)).gzip(&HeaderMap::new())),
    ] {
        hub.publish(&Message::new("plain")).unwrap();
        let piece = next(&mut body).await.unwrap().unwrap();
        assert!(piece.ends_with(b"data: plain\n\n"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_response_names_its_coding_and_what_it_depends_on() {
    let hub = Hub::default();
    for (accepted, coding) in [("gzip, br", Some("gzip")), ("identity", None)] {
        let response = body(&hub, accepted).response();
        assert_eq!(response.body().is_gzip(), coding.is_some());
        let headers = response.headers();
        let named = headers.get(header::CONTENT_ENCODING);
        assert_eq!(named.map(|value| value.to_str().unwrap()), coding);
        assert_eq!(headers[header::VARY], "accept-encoding");
        assert_eq!(headers[header::CONTENT_TYPE], "text/event-stream");
    }
}
