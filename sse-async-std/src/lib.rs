#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

use std::io;

use async_std::net::TcpStream;
pub use sse_smol::{
    Answer, BuildError, Closed, EventBody, Events, EventsError, Frame, Hub, HubConfig, HubStats,
    IntoFrame, InvalidField, Limits, Message, Overrun, PublishError, Served, Subscription,
    TooManyTopics, Topic, TopicStats, WeakHub, client, connect, events, serve, serve_with,
    sse_core,
};

/// A source of events over sockets of async-std's.
pub type EventSource = client::EventSource<AsyncStd>;

/// Makes an [`EventSource`].
pub type Builder = sse_smol::Builder<AsyncStd>;

/// The sockets of [`async_std`].
#[derive(Clone, Copy, Debug)]
pub enum AsyncStd {}

impl connect::Network for AsyncStd {
    type Socket = TcpStream;

    async fn connect(host: String, port: u16) -> io::Result<TcpStream> {
        let stream = TcpStream::connect((host.as_str(), port)).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}
