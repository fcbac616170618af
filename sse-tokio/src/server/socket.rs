//! Sockets as they are accepted.

use std::{
    io,
    net::SocketAddr,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::net::{TcpListener, TcpStream};

/// The next connection, set up for a stream.
///
/// Frames go out as they come: to collect them is up to the shards. Where the operating system can
/// be told so, what was sent and is not acknowledged for `write_timeout` breaks the connection:
/// otherwise it would go on for a quarter of an hour with a client that has vanished.
pub(super) fn poll_accept(
    listener: &TcpListener,
    cx: &mut Context<'_>,
    write_timeout: Duration,
) -> Poll<io::Result<(TcpStream, Option<SocketAddr>)>> {
    let (socket, peer) = ready!(listener.poll_accept(cx))?;
    // A socket that is gone already will say so when it is read from.
    let _ = socket.set_nodelay(true);
    // A time too long for the system is no limit.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = socket2::SockRef::from(&socket).set_tcp_user_timeout(Some(write_timeout));
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = write_timeout;
    Poll::Ready(Ok((socket, Some(peer))))
}

#[cfg(test)]
#[cfg(any(target_os = "linux", target_os = "android"))]
mod tests {
    use std::future::poll_fn;

    use socket2::SockRef;

    use super::*;

    #[tokio::test]
    async fn what_is_not_acknowledged_in_time_breaks_the_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        for (asked, set) in [
            (Duration::from_secs(60), Some(Duration::from_secs(60))),
            (Duration::MAX, None),
        ] {
            let _client = TcpStream::connect(address).await.unwrap();
            let (socket, peer) = poll_fn(|cx| poll_accept(&listener, cx, asked))
                .await
                .unwrap();
            assert_eq!(peer, _client.local_addr().ok());
            assert!(socket.nodelay().unwrap());
            assert_eq!(SockRef::from(&socket).tcp_user_timeout().unwrap(), set);
        }
    }
}
