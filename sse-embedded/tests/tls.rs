//! Sessions of embedded-tls, one for each connection, over the same record buffers.

mod common;

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
    time::Duration,
};

use common::{Loopback, NO_CONTENT, STREAM, Socket, config, run};
use embedded_io_async::{Error, ErrorKind};
use embedded_tls::{Aes128GcmSha256, TlsConfig, TlsConnection, TlsContext, UnsecureProvider};
use rand_core::{CryptoRng, RngCore};
use rustls::{ServerConfig, ServerConnection, StreamOwned, pki_types::PrivateKeyDer};
use sse_embedded::{Closed, Connect, EventSource, Memory, sse_core::http::Url};

/// Answers each connection with one text, and gives back what it was asked.
fn serve(answers: &'static [&'static [&'static str]]) -> (String, thread::JoinHandle<Vec<String>>) {
    let made = rcgen::generate_simple_self_signed(["localhost".into()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.into()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/events", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let answered = answers.iter().map(|answer| {
            let (socket, _) = listener.accept().unwrap();
            socket
                .set_read_timeout(Some(Duration::from_secs(20)))
                .unwrap();
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            converse(StreamOwned::new(connection, socket), answer)
        });
        answered.collect()
    });
    (url, server)
}

fn converse(mut stream: StreamOwned<ServerConnection, TcpStream>, answer: &[&str]) -> String {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        request.extend(byte);
    }
    for text in answer {
        stream.write_all(text.as_bytes()).unwrap();
        stream.flush().unwrap();
    }
    String::from_utf8(request).unwrap()
}

/// Connects and shakes hands, with whoever it is.
async fn open<'c>(
    url: Url<'_>,
    loopback: &'c mut Loopback,
    read: &'c mut [u8],
    write: &'c mut [u8],
) -> Result<TlsConnection<'c, &'c mut Socket, Aes128GcmSha256>, ErrorKind> {
    loopback.disconnect();
    loopback.connect(url).await?;
    let socket = loopback.io().ok_or(ErrorKind::NotConnected)?;
    let mut session = TlsConnection::new(socket, read, write);
    let config = TlsConfig::new().with_server_name("localhost");
    let provider = UnsecureProvider::new::<Aes128GcmSha256>(Dice(1));
    let opened = session.open(TlsContext::new(&config, provider)).await;
    opened.map_err(|error| error.kind())?;
    Ok(session)
}

#[test]
fn a_source_resumes_over_one_session_after_the_other() {
    let (url, server) = serve(&[
        &[STREAM, "id: 7\ndata: a\n\n"],
        &[STREAM, "id: 8\ndata", ": b\n\n"],
        &[NO_CONTENT],
    ]);
    let mut memory = Memory::<256, 512, 32, 64>::new();
    let mut source = EventSource::new(&url, &mut memory, (), config()).unwrap();
    let mut loopback = Loopback::default();
    let (mut read, mut write) = (vec![0; 16640], vec![0; 2048]);
    let mut seen = Vec::new();
    let closed = run(async {
        loop {
            let session = match source.due().await {
                Ok(url) => open(url, &mut loopback, &mut read, &mut write).await,
                Err(closed) => break closed,
            };
            let Some(mut stream) = source.over(session) else {
                continue;
            };
            while let Some(event) = stream.next().await {
                seen.push(event.data.to_string());
            }
        }
    });
    assert_eq!(seen, ["a", "b"]);
    assert_eq!(closed, Closed::NoContent);
    let asked = server.join().unwrap();
    let ids = asked.iter().map(|request| {
        let (_, id) = request.split_once("Last-Event-ID: ")?;
        id.lines().next()
    });
    assert_eq!(ids.collect::<Vec<_>>(), [None, Some("7"), Some("8")]);
}

/// Random enough for a test.
struct Dice(u64);

impl CryptoRng for Dice {}

impl RngCore for Dice {
    fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }

    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
        self.0
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        out.fill_with(|| self.next_u32() as u8);
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(out);
        Ok(())
    }
}
