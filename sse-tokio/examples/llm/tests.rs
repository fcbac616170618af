//! Both dialects, and all ends an answer can have, from a server on loopback.

#[path = "../../tests/conversation/mod.rs"]
mod conversation;

use std::time::Duration;

use conversation::{Act, Server};
use serde_json::Value;
use sse_tokio::sse_core::{Closed, Lost};

use crate::{
    Question,
    answer::{Failure, print_answer},
    dialect::Dialect,
};

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\n";

const OPENAI: &str = "\
: OPENROUTER PROCESSING\n\n\
retry: 10\n\n\
id: 1\n\n\
data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n\
data: {\"choices\":[{\"delta\":{\"content\":\"He\"}}],\"error\":null}\n\n\
event: something.new\ndata: not JSON\n\n\
data: {\"choices\":[{\"delta\":{\"content\":\"llo\\n→\"}}]}\n\n\
data: {\"choices\":[],\"usage\":{\"total_tokens\":3}}\n\n";

const ANTHROPIC: &str = "\
event: message_start\ndata: {\"type\":\"message_start\",\"message\":{}}\n\n\
event: ping\ndata: {\"type\": \"ping\"}\n\n\
event: content_block_delta\n\
data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"He\"}}\n\n\
event: some_new_event\ndata: {\"type\":\"some_new_event\"}\n\n\
data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"llo\"}}\n\n";

fn question(url: String, dialect: Dialect) -> Question {
    Question {
        url,
        dialect,
        model: Some("m".into()),
        api_key: Some("secret".into()),
        prompt: "say \"hello\"".into(),
    }
}

async fn ask(server: &Server, dialect: Dialect) -> (String, Result<(), Failure>) {
    let mut source = question(server.url("/v1"), dialect).source().unwrap();
    let mut out = Vec::new();
    let answer = print_answer(&mut source, &mut out);
    let result = tokio::time::timeout(Duration::from_secs(20), answer).await;
    (String::from_utf8(out).unwrap(), result.expect("an end"))
}

/// The answer to a stream of these pieces, and the failure behind it.
async fn answer(pieces: &[&'static str]) -> (String, Option<Failure>) {
    let first = pieces.iter().map(|piece| Act::Send(piece)).collect();
    // Whoever asks twice gets an answer that would show.
    let second = vec![Act::Send(HEAD), Act::Send("data: [DONE]\n\n")];
    let server = Server::new([first, second]);
    let (text, result) = ask(&server, Dialect::OpenAi).await;
    assert_eq!(server.all_seen().len(), 1);
    (text, result.err())
}

#[tokio::test]
async fn openai_is_asked_and_understood() {
    let server = Server::new([vec![
        Act::Send(HEAD),
        Act::Send(OPENAI),
        Act::Send("data: [DONE]\n\n"),
        Act::UntilGone,
    ]]);
    let (text, result) = ask(&server, Dialect::OpenAi).await;
    assert_eq!(text, "Hello\n→\n");
    result.unwrap();
    let seen = server.seen();
    assert_eq!(seen.line, "POST /v1 HTTP/1.1");
    assert_eq!(seen.header("authorization"), Some(&b"Bearer secret"[..]));
    assert_eq!(seen.header("content-type"), Some(&b"application/json"[..]));
    let body: Value = serde_json::from_str(&seen.body).unwrap();
    assert_eq!(body["stream"], true);
    assert_eq!(body["model"], "m");
    assert_eq!(body["messages"][0]["content"], "say \"hello\"");
}

#[tokio::test]
async fn anthropic_is_asked_and_understood() {
    let server = Server::new([vec![
        Act::Send(HEAD),
        Act::Send(ANTHROPIC),
        Act::Send("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"),
        Act::UntilGone,
    ]]);
    let (text, result) = ask(&server, Dialect::Anthropic).await;
    assert_eq!(text, "Hello\n");
    result.unwrap();
    let seen = server.seen();
    assert_eq!(seen.header("x-api-key"), Some(&b"secret"[..]));
    assert_eq!(seen.header("anthropic-version"), Some(&b"2023-06-01"[..]));
    assert_eq!(seen.header("authorization"), None);
}

#[tokio::test]
async fn an_end_without_the_terminal_mark_is_told_from_a_cut_and_neither_asks_again() {
    let (text, failure) = answer(&[HEAD, OPENAI]).await;
    assert_eq!(text, "Hello\n→");
    let failure = failure.unwrap();
    assert_eq!(failure.code(), 3);
    assert_eq!(failure.to_string(), "answer ended without its last event");

    let (text, failure) = answer(&[HEAD, OPENAI, "data: {\"choi"]).await;
    assert_eq!(text, "Hello\n→");
    let failure = failure.unwrap();
    assert_eq!(failure.code(), 3);
    let Failure::Closed(closed) = failure else {
        panic!("{failure}");
    };
    assert_eq!(closed.reason(), Closed::Lost(Lost::Cut));
}

#[tokio::test]
async fn no_answer_at_all_is_not_asked_for_again() {
    let (text, failure) = answer(&[]).await;
    assert_eq!(text, "");
    assert_eq!(failure.unwrap().code(), 1);
}

#[tokio::test]
async fn errors_within_the_stream_are_failures() {
    for error in [
        "data: {\"error\":{\"message\":\"overloaded\",\"code\":502}}\n\n",
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"message\":\"overloaded\"}}\n\n",
        "event: error\ndata: overloaded\n\n",
    ] {
        let (text, failure) = answer(&[HEAD, OPENAI, error, "data: [DONE]\n\n"]).await;
        assert_eq!(text, "Hello\n→");
        let failure = failure.unwrap();
        assert_eq!(failure.code(), 4);
        let message = "server failed within the answer: overloaded";
        assert_eq!(failure.to_string(), message);
    }
}

#[tokio::test]
async fn a_refusal_shows_its_status_and_body() {
    let refusal = "HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\n\
        Content-Length: 33\r\n\r\n{\"error\":{\"message\":\"slow down\"}}";
    let (_, failure) = answer(&[refusal]).await;
    let failure = failure.unwrap();
    assert_eq!(failure.code(), 2);
    let message = "server answered 429 instead of 200\n{\"error\":{\"message\":\"slow down\"}}";
    assert_eq!(failure.to_string(), message);
}

#[test]
fn the_url_tells_the_dialect() {
    let anthropic = Dialect::of("https://api.anthropic.com/v1/messages");
    assert_eq!(anthropic, Dialect::Anthropic);
    let openai = Dialect::of("http://localhost:11434/v1/chat/completions");
    assert_eq!(openai, Dialect::OpenAi);
}
