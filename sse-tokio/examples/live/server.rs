//! The server: one hub behind a page, with a ticker and a journal to feed it.

use std::{
    convert::Infallible,
    error::Error,
    fmt, io,
    path::Path,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    thread,
    time::{Duration, SystemTime},
};

use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, Response, StatusCode, Uri, header::CONTENT_TYPE},
    response::{Html, IntoResponse},
    routing::{get, post},
};
use futures_core::Stream;
use serde_json::{Value, json};
use sse_tokio::{EventBody, Frame, Hub, HubConfig, LastEventId, Message, Subscription};
use tokio::{
    net::TcpListener,
    runtime::Handle,
    sync::watch,
    time::{MissedTickBehavior, interval, timeout},
};

use crate::{Options, follow::follow, journal::Journal, metrics};

pub(crate) async fn run(options: Options) -> Result<(), Box<dyn Error + Send + Sync>> {
    let address = format!("127.0.0.1:{}", options.port);
    let listener = TcpListener::bind(&address)
        .await
        .map_err(|error| format!("cannot listen on {address}: {error}"))?;
    let address = listener.local_addr()?;

    let path = options
        .journal
        .unwrap_or_else(|| std::env::temp_dir().join(format!("sse-live-{}.jsonl", address.port())));
    let (app, price) = App::open(&path)
        .map_err(|error| format!("cannot use the log {}: {error}", path.display()))?;
    let app = Arc::new(app);
    println!("listening on http://{address}/");
    println!("keeping events in {}", path.display());

    let period = options.interval;
    let ticker = period.map(|period| tokio::spawn(tick(Arc::clone(&app), period, price)));
    let router = Router::new()
        .route("/", get(async || Html(include_str!("page.html"))))
        .route("/events", get(events))
        .route(
            "/publish",
            post(publish).layer(DefaultBodyLimit::max(LONGEST_NOTICE)),
        )
        .route("/drop", post(drop_connections))
        .route("/stats", get(stats))
        .route("/metrics", get(metrics))
        .with_state(Arc::clone(&app));

    let (stopping, mut stopped) = watch::channel(());
    print_own_stream(format!("http://{address}/events"), stopped.clone());
    let serving = axum::serve(listener, router).with_graceful_shutdown(async move {
        interrupted().await;
        if let Some(ticker) = ticker {
            ticker.abort();
        }
        app.hub.drain(RETRY..=RETRY * 4);
        drop(stopping);
    });
    let mut serving = pin!(serving.into_future());
    tokio::select! {
        result = &mut serving => return Ok(result?),
        _ = stopped.changed() => {}
    }
    // A client that does not read is not waited for.
    match timeout(Duration::from_millis(1500), serving).await {
        Ok(result) => Ok(result?),
        Err(_) => Ok(()),
    }
}

/// On a thread of its own: whoever reads the output may be slow.
fn print_own_stream(url: String, mut stopped: watch::Receiver<()>) {
    let runtime = Handle::current();
    thread::spawn(move || {
        runtime.block_on(async {
            tokio::select! {
                result = follow(&url, "", false) => if let Err(error) = result {
                    eprintln!("live: {error}");
                },
                _ = stopped.changed() => {}
            }
        });
    });
}

struct App {
    hub: Hub,
    journal: Mutex<Journal>,
    /// Changes when all event connections shall drop.
    generation: watch::Sender<u64>,
    connections: AtomicU64,
}

impl App {
    /// Goes on where the journal ends; the last price on the ticker comes with it.
    fn open(path: &Path) -> io::Result<(Self, Option<f64>)> {
        let (journal, entries) = Journal::open(path, LOG_FRAMES)?;
        let first_id = entries.first().map_or(1, |entry| entry.id);
        let hub = Hub::new(HubConfig::new().max_frames(LOG_FRAMES).first_id(first_id));
        let mut price = None;
        for entry in &entries {
            send(&hub, entry.id, &entry.event, &entry.data).map_err(io::Error::other)?;
            if entry.event == "tick" {
                let data: Value = serde_json::from_str(&entry.data)?;
                price = data["price"].as_f64();
            }
        }
        let app = Self {
            hub,
            journal: Mutex::new(journal),
            generation: watch::Sender::new(0),
            connections: AtomicU64::new(0),
        };
        Ok((app, price))
    }

    fn publish(&self, event: &str, data: &str) -> Result<u64, Box<dyn Error + Send + Sync>> {
        // Held over both, so that the hub and the journal agree on the order.
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        let id = journal.append(event, data)?;
        send(&self.hub, id, event, data)?;
        Ok(id)
    }
}

fn send(hub: &Hub, id: u64, event: &str, data: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
    hub.publish(&Message::new(data).event(event)?.id(&id.to_string())?)?;
    Ok(())
}

/// The stream itself. A page whose browser gave up reconnecting names its last id in the query.
async fn events(
    State(app): State<Arc<App>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<EventBody<Connection>> {
    app.connections.fetch_add(1, Ordering::Relaxed);
    let after = uri.query().and_then(|query| query.strip_prefix("after="));
    let last = LastEventId::from_headers(&headers);
    let connection = Connection {
        greeting: Some(Message::empty().retry(RETRY).into()),
        subscription: app.hub.subscribe(last.as_deref().or(after)),
        dropped: Box::pin(changed(app.generation.subscribe())),
    };
    EventBody::new(connection).response()
}

async fn publish(State(app): State<Arc<App>>, text: String) -> (StatusCode, String) {
    if text.trim().is_empty() {
        return (StatusCode::BAD_REQUEST, "nothing to publish\n".to_owned());
    }
    match app.publish("notice", &text) {
        Ok(id) => (StatusCode::OK, format!("{id}\n")),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")),
    }
}

async fn drop_connections(State(app): State<Arc<App>>) -> StatusCode {
    app.generation.send_modify(|generation| *generation += 1);
    StatusCode::NO_CONTENT
}

async fn stats(State(app): State<Arc<App>>) -> impl IntoResponse {
    let stats = app.hub.stats();
    let json = json!({
        "connections": app.connections.load(Ordering::Relaxed),
        "subscribers": stats.subscribers,
        "published": stats.published,
        "delivered": stats.delivered,
        "gaps": stats.gaps,
        "lagged": stats.lagged,
        "frames": stats.frames,
        "bytes": stats.bytes,
        "oldest": stats.oldest,
        "newest": stats.newest,
    });
    ([(CONTENT_TYPE, "application/json")], json.to_string())
}

async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    let connections = app.connections.load(Ordering::Relaxed);
    let text = metrics::render(&app.hub.stats(), connections);
    ([(CONTENT_TYPE, metrics::CONTENT_TYPE)], text)
}

/// A subscription that breaks off in the middle of the response when it is told to.
struct Connection {
    greeting: Option<Frame>,
    subscription: Subscription,
    dropped: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Stream for Connection {
    type Item = Result<Frame, Dropped>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(greeting) = self.greeting.take() {
            return Poll::Ready(Some(Ok(greeting)));
        }
        if self.dropped.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Some(Err(Dropped)));
        }
        self.subscription.poll_next(cx).map(|frame| frame.map(Ok))
    }
}

/// The connection is broken off on purpose.
#[derive(Debug)]
struct Dropped;

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("connection dropped on request")
    }
}

impl Error for Dropped {}

async fn changed(mut generation: watch::Receiver<u64>) {
    // The sender lives as long as the server.
    let _ = generation.changed().await;
}

/// Publishes a price that wanders about 100.
async fn tick(app: Arc<App>, period: Duration, last: Option<f64>) -> Infallible {
    let mut price = last.unwrap_or(100.0);
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut random = milliseconds();
    loop {
        ticks.tick().await;
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let step = (random >> 40) as f64 / (1u64 << 24) as f64 - 0.5;
        price += step + (100.0 - price) * 0.01;
        let data = format!(r#"{{"price":{price:.2},"at":{}}}"#, milliseconds());
        if let Err(error) = app.publish("tick", &data) {
            eprintln!("live: tick not published: {error}");
        }
    }
}

/// Since the Unix epoch.
fn milliseconds() -> u64 {
    let elapsed = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}

pub(crate) async fn interrupted() {
    #[cfg(unix)]
    if let Ok(mut terminate) =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
    {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// How soon a client comes back; up to four times that when all of them are sent away.
const RETRY: Duration = Duration::from_millis(500);

/// What the hub replays and the journal keeps.
const LOG_FRAMES: usize = 1024;

/// In bytes.
const LONGEST_NOTICE: usize = 4096;
