//! The harness: it starts a service, asks it for clients, and hears what they see.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::mpsc::{Receiver, channel},
    thread::{self, JoinHandle},
};

use serde_json::{Value, json};

use super::{
    Connection,
    endpoint::{Endpoint, PATIENCE},
};
use crate::example::{self, service};

/// A service of its own, on a thread that ends with it.
pub(crate) struct Harness {
    address: SocketAddr,
    service: Cell<Option<JoinHandle<()>>>,
}

impl Harness {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let serve = move || service::serve(&listener, example::follow).unwrap();
        Self {
            address,
            service: Cell::new(Some(thread::spawn(serve))),
        }
    }

    /// A client with these parameters beside its addresses, and its first connection.
    pub(crate) fn connect(&self, parameters: Value) -> (Client<'_>, Connection) {
        let client = self.client(parameters);
        let connection = client.connection();
        (client, connection)
    }

    /// A client whose stream is open, under parameters that let it reconnect at once.
    pub(crate) fn open(&self) -> (Client<'_>, Connection) {
        let (client, mut connection) = self.connect(json!({ "initialDelayMs": 0 }));
        connection.open();
        (client, connection)
    }

    pub(crate) fn client(&self, parameters: Value) -> Client<'_> {
        let endpoint = Endpoint::new();
        let url = endpoint.url("/stream");
        self.client_of(endpoint, &url, parameters)
    }

    /// A client of a stream that may be elsewhere; its callbacks go to `endpoint`.
    pub(crate) fn client_of(
        &self,
        endpoint: Endpoint,
        stream_url: &str,
        parameters: Value,
    ) -> Client<'_> {
        let mut body = json!({
            "tag": "of no importance",
            "streamUrl": stream_url,
            "callbackUrl": endpoint.url("/callbacks"),
            "initialDelayMs": null,
            "readTimeoutMs": null,
        });
        let Value::Object(parameters) = parameters else {
            panic!("parameters are an object");
        };
        body.as_object_mut().unwrap().extend(parameters);
        let answer = self.ask("POST", "/", &body.to_string());
        assert_eq!(answer.status, 201, "{}", answer.body);
        let location = answer.header("location").expect("a location");
        assert!(location.starts_with('/'), "{location}");
        Client {
            harness: self,
            location: location.into(),
            endpoint,
            next: Cell::new(1),
            early: RefCell::default(),
        }
    }

    /// The time a whole life of another client takes: what a client would do at once, it has done.
    pub(crate) fn meanwhile(&self) {
        let (client, mut connection) = self.open();
        connection.send("data: meanwhile\n\n");
        assert_eq!(client.heard(), message("meanwhile", ""));
        connection.end();
        client.connection().open();
        client.delete();
    }

    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        let answer = self.try_ask(method, path, body);
        answer.expect("a reply in time")
    }

    fn try_ask(&self, method: &str, path: &str, body: &str) -> io::Result<Answer> {
        let mut socket = TcpStream::connect(self.address)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        let length = body.len();
        write!(
            socket,
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        )?;
        let mut text = String::new();
        socket.read_to_string(&mut text)?;
        Ok(Answer::parse(&text))
    }

    /// Waits for the service to end by itself.
    pub(crate) fn ended(&self) {
        let (ending, ended) = channel();
        let Some(service) = self.service.take() else {
            return;
        };
        thread::spawn(move || ending.send(service.join().is_ok()));
        assert_eq!(ended.recv_timeout(PATIENCE), Ok(true));
    }
}

impl Drop for Harness {
    fn drop(&mut self) {
        if !thread::panicking() {
            let _ = self.try_ask("DELETE", "/", "");
            self.ended();
        }
    }
}

/// What the service said.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").expect("a whole head");
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let headers = lines.map(|line| line.split_once(": ").expect("a header"));
        Self {
            status: status.and_then(|status| status.parse().ok()).unwrap(),
            headers: headers
                .map(|(name, value)| (name.to_ascii_lowercase(), value.into()))
                .collect(),
            body: body.into(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(other, _)| other == name)?;
        Some(value)
    }
}

/// A client that the service runs.
pub(crate) struct Client<'h> {
    harness: &'h Harness,
    location: String,
    pub(crate) endpoint: Endpoint,
    /// The number of the next message.
    next: Cell<u64>,
    early: RefCell<BTreeMap<u64, Value>>,
}

impl Client<'_> {
    /// The next connection, waited for, with its request checked for what all requests have.
    pub(crate) fn connection(&self) -> Connection {
        let connection = soon(&self.endpoint.connections, "a connection");
        let request = &connection.request;
        assert_eq!(request.header("accept"), Some("text/event-stream"));
        assert_eq!(request.header("cache-control"), Some("no-cache"));
        connection
    }

    /// The next message in the order of their numbers, waited for.
    pub(crate) fn heard(&self) -> Value {
        let next = self.next.get();
        self.next.set(next + 1);
        let mut early = self.early.borrow_mut();
        loop {
            if let Some(message) = early.remove(&next) {
                return message;
            }
            let (number, message) = soon(&self.endpoint.callbacks, "a message");
            assert!(number >= next, "{number} again: {message}");
            assert_eq!(early.insert(number, message), None, "{number} twice");
        }
    }

    /// What has been heard and not yet looked at.
    pub(crate) fn heard_more(&self) -> Vec<Value> {
        let late = self.endpoint.callbacks.try_iter();
        let early = std::mem::take(&mut *self.early.borrow_mut());
        early.into_values().chain(late.map(|(_, m)| m)).collect()
    }

    pub(crate) fn heard_an_error(&self) {
        let message = self.heard();
        assert_eq!(message["kind"], "error", "{message}");
    }

    pub(crate) fn command(&self, command: &Value) -> u16 {
        let answer = self
            .harness
            .ask("POST", &self.location, &command.to_string());
        answer.status
    }

    pub(crate) fn restart(&self) {
        assert_eq!(self.command(&json!({ "command": "restart" })), 204);
    }

    /// Stops the client. The endpoint stays, to see what it still does.
    pub(crate) fn delete(&self) {
        assert_eq!(self.harness.ask("DELETE", &self.location, "").status, 204);
    }

    /// Asserts that the client has neither connected nor said anything more.
    pub(crate) fn assert_still(&self) {
        let more = self.endpoint.connections.try_recv();
        assert_eq!(more.map(|c| c.request).ok(), None);
        assert_eq!(self.heard_more(), [] as [Value; 0]);
    }
}

impl Drop for Client<'_> {
    /// As after every test, passed or failed. It may have been deleted before.
    fn drop(&mut self) {
        let _ = self.harness.try_ask("DELETE", &self.location, "");
    }
}

pub(crate) fn event(event_type: &str, data: &str, id: &str) -> Value {
    json!({ "kind": "event", "event": { "type": event_type, "data": data, "id": id } })
}

pub(crate) fn message(data: &str, id: &str) -> Value {
    event("message", data, id)
}

pub(crate) fn comment(text: &str) -> Value {
    json!({ "kind": "comment", "comment": text })
}

fn soon<T>(from: &Receiver<T>, what: &str) -> T {
    match from.recv_timeout(PATIENCE) {
        Ok(it) => it,
        Err(_) => panic!("{what} in time"),
    }
}
