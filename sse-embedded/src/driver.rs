//! One step over one connection, whoever made it.

use core::future::Future;

use embassy_futures::yield_now;
use embedded_io_async::{Error, ErrorKind, Read, Write};
use sse_core::{Client, Closed, SliceBuffer, Step, Update, http::Request};

use crate::clock::now;

/// The core's client, and what it takes to do over a connection what it asks for.
pub(crate) struct Driver<'m> {
    pub(crate) client: Client<SliceBuffer<'m>>,
    pub(crate) request: Request<'m>,
    /// Whether the request may still be in a buffer of the connection's.
    unflushed: bool,
    /// Whether a stream of the caller's holds the connection.
    pub(crate) lent: bool,
    /// What was wrong with the connection, as far as it said.
    pub(crate) error: Option<ErrorKind>,
}

impl<'m> Driver<'m> {
    pub(crate) fn new(client: Client<SliceBuffer<'m>>, request: Request<'m>) -> Self {
        Self {
            client,
            request,
            unflushed: false,
            lent: false,
            error: None,
        }
    }

    /// Sends or receives, as the step says.
    pub(crate) fn transfer<Io: Read + Write>(
        &mut self,
        step: Step,
        io: Option<&mut Io>,
    ) -> impl Future<Output = Result<(), ErrorKind>> {
        // The future of an `async fn` holds its arguments twice: this one is what a task holds.
        let sends = step == Step::Send;
        async move {
            let io = io.ok_or(ErrorKind::NotConnected)?;
            if sends {
                self.unflushed = true;
                let sent = io.write(self.client.unsent()).await;
                match sent.map_err(|error| error.kind())? {
                    0 => return Err(ErrorKind::WriteZero),
                    n => self.client.sent(n),
                }
                return Ok(());
            }
            if self.unflushed {
                io.flush().await.map_err(|error| error.kind())?;
                self.unflushed = false;
            }
            let received = io.read(self.client.spare()).await;
            let n = received.map_err(|error| error.kind())?;
            self.client.received(n, now());
            // Where more is always at hand, other tasks would never run.
            yield_now().await;
            Ok(())
        }
    }

    pub(crate) fn disconnected(&mut self, step: Step, error: ErrorKind) {
        match (step, error) {
            (Step::Connect, ErrorKind::InvalidData | ErrorKind::Unsupported) => {
                self.client.fail(Closed::Connect);
            }
            _ => self.client.disconnected(now()),
        }
        self.error = Some(error);
    }

    /// What a step that tells something tells.
    pub(crate) fn update(&self, step: Step) -> Update<'_> {
        match step {
            Step::Event => Update::Event(self.client.event()),
            Step::Comment => Update::Comment(self.client.comment()),
            Step::TooLarge => Update::TooLarge,
            Step::Lost(lost) => Update::Reconnecting {
                lost,
                wait: self.client.deadline().unwrap_or_default().since(now()),
            },
            Step::Opened
            | Step::Connect
            | Step::Send
            | Step::Receive
            | Step::Wait
            | Step::Closed(_) => Update::Opened,
        }
    }
}
