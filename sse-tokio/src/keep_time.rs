//! The time, for hubs that let what is old go.

use std::{future::Future, time::Duration};

use sse_core::{Hub, Instant};
use tokio::time::{self, MissedTickBehavior};

/// Tells a hub the time, once a second, for as long as there is a handle to it.
///
/// Without it a hub's [`max_age`](sse_core::HubConfig::max_age) has no effect. It does not keep
/// the hub open.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use std::time::Duration;
/// use sse_tokio::{Hub, HubConfig, keep_time};
///
/// let hub = Hub::new(HubConfig::new().max_age(Duration::from_secs(600)));
/// tokio::spawn(keep_time(&hub));
/// # }
/// ```
///
/// # Panics
/// Polled outside a tokio runtime with a timer.
///
/// # Cancel safety
/// Dropping the future ends it, and can be made up for by another one.
pub fn keep_time(hub: &Hub) -> impl Future<Output = ()> + Send + use<> {
    let hub = hub.downgrade();
    async move {
        let start = time::Instant::now();
        let mut seconds = time::interval(SECOND);
        seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while let Some(hub) = hub.upgrade() {
            hub.tick(Instant::since_epoch(start.elapsed()));
            drop(hub);
            seconds.tick().await;
        }
    }
}

const SECOND: Duration = Duration::from_secs(1);
