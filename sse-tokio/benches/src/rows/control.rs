//! How a server's process is told what to do: lines on standard input, answers on standard output.

use std::{
    io::{self, BufRead as _, Write as _},
    net::{Ipv4Addr, SocketAddr},
    os::fd::AsFd as _,
    process,
    time::{Duration, Instant},
};

use tokio::{
    io::Interest,
    net::{TcpListener, TcpSocket, unix::pipe},
};

/// What publishes.
pub trait Publisher {
    /// Publishes events `from..to` at once.
    fn publish(&mut self, from: u64, to: u64);

    /// Subscribers there are, and bytes of events held for them, where that is known.
    fn stats(&self) -> (usize, usize) {
        (0, 0)
    }
}

/// A publisher, and how far it is.
pub struct Control<P> {
    pub publisher: P,
    published: u64,
    /// How long publishing has taken.
    busy: Duration,
}

impl<P: Publisher> Control<P> {
    pub fn new(publisher: P) -> Self {
        Self {
            publisher,
            published: 0,
            busy: Duration::ZERO,
        }
    }

    /// Does what a line says: `publish N` or `stats`.
    pub fn obey(&mut self, line: &str) -> io::Result<()> {
        if let Some(count) = line.strip_prefix("publish ") {
            let count: u64 = count.parse().map_err(io::Error::other)?;
            let from = self.published + 1;
            let start = Instant::now();
            self.publisher.publish(from, from + count);
            self.busy += start.elapsed();
            self.published += count;
            return Ok(());
        }
        let (subscribers, bytes) = self.publisher.stats();
        say(&format!("{subscribers} {bytes} {}", self.busy.as_nanos()))
    }

    /// Obeys standard input to its end, on a thread that may wait.
    pub fn run(mut self) -> io::Result<()> {
        io::stdin()
            .lock()
            .lines()
            .try_for_each(|line| self.obey(&line?))
    }

    /// Obeys standard input to its end, as a task among the server's.
    pub async fn run_in_tokio(mut self) -> io::Result<()> {
        let stdin = io::stdin().as_fd().try_clone_to_owned()?;
        let pipe = pipe::Receiver::from_owned_fd(stdin)?;
        let mut lines = Lines::default();
        let mut chunk = [0; 4096];
        loop {
            pipe.ready(Interest::READABLE).await?;
            match pipe.try_read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(n) => lines.take(&chunk[..n], |line| self.obey(line))?,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Lines that come in pieces.
#[derive(Default)]
pub struct Lines(String);

impl Lines {
    pub fn take(
        &mut self,
        chunk: &[u8],
        mut obey: impl FnMut(&str) -> io::Result<()>,
    ) -> io::Result<()> {
        self.0.push_str(&String::from_utf8_lossy(chunk));
        while let Some((line, rest)) = self.0.split_once('\n') {
            obey(line)?;
            self.0 = rest.to_owned();
        }
        Ok(())
    }
}

/// A listener that has been announced, with room for all that connect at a time.
pub fn listen() -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
    let listener = socket.listen(4096)?;
    announce(listener.local_addr()?)?;
    Ok(listener)
}

/// Tells where this process listens.
pub fn announce(address: SocketAddr) -> io::Result<()> {
    say(&format!("{address} {}", process::id()))
}

/// Tells one line.
pub fn say(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// Runs a server on two threads, as many as the load leaves room for on two cores.
pub fn block_on(server: impl Future<Output = io::Result<()>>) -> io::Result<()> {
    block_on_threads(2, server)
}

pub fn block_on_threads(
    threads: usize,
    server: impl Future<Output = io::Result<()>>,
) -> io::Result<()> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()?
        .block_on(server)
}
