//! A server's task over embassy-net: one socket that is accepted, served and closed, again and
//! again.

use embassy_net::{
    Stack,
    tcp::{AcceptError, State, TcpSocket},
};
use embassy_time::{Duration, with_timeout};
use sse_core::http::RequestHead;

use crate::{Answer, Served, Timeouts, server::Connection};

/// Memory for one connection at a time: `RX + TX` bytes for the socket, and `BUFFER` for the head
/// of a request, then for what is sent.
///
/// `RX` may be as small as 256. The larger `TX`, the more a client may be behind before it is slow;
/// what does not fit waits in the feed. A request with a head over `BUFFER` bytes is refused:
/// those of Chromium 156 have 550 to 645 bytes, and cookies add to them.
#[derive(Debug)]
pub struct ServerMemory<const RX: usize = 512, const TX: usize = 1024, const BUFFER: usize = 1024> {
    rx: [u8; RX],
    tx: [u8; TX],
    buffer: [u8; BUFFER],
}

impl<const RX: usize, const TX: usize, const BUFFER: usize> ServerMemory<RX, TX, BUFFER> {
    /// Memory that holds nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        const { assert!(RX > 0 && TX > 0, "a socket without room") }
        Self {
            rx: [0; RX],
            tx: [0; TX],
            buffer: [0; BUFFER],
        }
    }
}

impl<const RX: usize, const TX: usize, const BUFFER: usize> Default
    for ServerMemory<RX, TX, BUFFER>
{
    fn default() -> Self {
        Self::new()
    }
}

/// Accepts connections to `port`, one at a time, and [serves](crate::serve) them for ever.
///
/// Run as many of these, each as a task of its own, as there shall be connections at once: some
/// more than a feed has subscribers, so that there is one left to say that it is full.
///
/// ```
/// use embassy_net::Stack;
/// use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
/// use sse_embedded::{Answer, Feed, ServerMemory, Timeouts, listen};
///
/// static FEED: Feed<CriticalSectionRawMutex, 16, 1024, 4> = Feed::new();
///
/// async fn server(stack: Stack<'_>, memory: &mut ServerMemory) {
///     listen(stack, 80, memory, Timeouts::new(), |head| match head.path() {
///         "/events" => Answer::stream(&FEED),
///         _ => Answer::refusal(404),
///     })
///     .await;
/// }
/// ```
///
/// It returns only if the port is 0.
///
/// # Cancel safety
/// Dropping the future drops the connection.
pub async fn listen<'a, const RX: usize, const TX: usize, const BUFFER: usize>(
    stack: Stack<'_>,
    port: u16,
    memory: &mut ServerMemory<RX, TX, BUFFER>,
    timeouts: Timeouts,
    mut answer: impl FnMut(&RequestHead<'_>) -> Answer<'a>,
) -> AcceptError {
    let mut socket = TcpSocket::new(stack, &mut memory.rx, &mut memory.tx);
    loop {
        // Who begins a connection and is not heard of again must not keep the socket.
        socket.set_timeout(Some(timeouts.head.min(HANDSHAKE)));
        if let Err(error) = socket.accept(port).await {
            return error;
        }
        socket.set_timeout(None);
        let buffer = &mut memory.buffer;
        let mut connection = Connection {
            io: &mut socket,
            timeouts,
        };
        let (Ok(served) | Err(served)) = connection.exchange(buffer, &mut answer).await;
        // The client gets all that was sent, or the connection is broken off.
        if let Served::Ended | Served::Answered(_) = served {
            socket.close();
        } else {
            socket.abort();
        }
        let mut limit = LINGER;
        loop {
            // What a client has sent and nobody has read could take back what was sent last.
            let heard_out = async {
                let _ = socket.flush().await;
                while let Ok(1..) = socket.read(&mut [0; 32]).await {}
            };
            let _ = with_timeout(limit, heard_out).await;
            if socket.state() == State::Closed {
                break;
            }
            socket.abort();
            limit = LAST_WORD;
        }
    }
}

/// How long a client may take to begin a connection, at most.
const HANDSHAKE: Duration = Duration::from_secs(60);

/// How long a client is heard out when all is said.
const LINGER: Duration = Duration::from_secs(2);

/// How long the network may take to let it go out that a connection is broken off.
const LAST_WORD: Duration = Duration::from_millis(200);
