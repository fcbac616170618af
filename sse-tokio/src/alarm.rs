//! When a body is to be woken: one timer for all bodies of a runtime.

use std::{
    collections::BTreeMap,
    mem,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use sse_core::adapter;
use tokio::{
    runtime::{self, Handle},
    time::{Instant, Sleep, sleep_until},
};

/// A body's clock, and the time at which it has itself woken.
#[derive(Debug)]
pub(crate) struct Alarm {
    epoch: Instant,
    watch: Option<Arc<Watch>>,
    set: Option<(Key, Waker)>,
}

/// When it goes off, and which of that time it is.
type Key = (Instant, u64);

/// All alarms of a runtime.
#[derive(Debug)]
struct Watch {
    epoch: Instant,
    alarms: Mutex<Alarms>,
}

#[derive(Debug, Default)]
struct Alarms {
    set: BTreeMap<Key, Waker>,
    count: u64,
    /// When the watchman looks again by himself, if he does.
    next: Option<Instant>,
    watchman: Option<Waker>,
}

/// The task that wakes whoever's time has come, as long as its runtime lives.
struct Watchman {
    runtime: runtime::Id,
    watch: Arc<Watch>,
    sleep: Pin<Box<Sleep>>,
}

impl Alarm {
    pub(crate) fn new() -> Self {
        Self {
            epoch: Instant::now(),
            watch: None,
            set: None,
        }
    }

    fn unset(&mut self) {
        if let (Some(watch), Some((key, _))) = (&self.watch, self.set.take()) {
            let waker = watch.lock().set.remove(&key);
            drop(waker);
        }
    }
}

impl adapter::Timer for Alarm {
    fn now(&self) -> sse_core::Instant {
        sse_core::Instant::since_epoch(self.epoch.elapsed())
    }

    /// A deadline put off is looked at when the earlier one is over: traffic does not touch the
    /// alarms.
    fn poll(&mut self, deadline: Option<sse_core::Instant>, cx: &mut Context<'_>) -> Poll<()> {
        let latest = deadline.map(|deadline| deadline.elapsed().saturating_add(GRAIN));
        let Some(latest) = latest.and_then(|latest| self.epoch.checked_add(latest)) else {
            return Poll::Pending;
        };
        let deadline = latest - GRAIN;
        let now = Instant::now();
        if now >= deadline {
            return Poll::Ready(());
        }
        if let Some(((at, _), waker)) = &self.set
            && *at > now
            && *at <= latest
            && waker.will_wake(cx.waker())
        {
            return Poll::Pending;
        }
        self.unset();
        let watch = self.watch.get_or_insert_with(Watch::current);
        let key = watch.set(deadline, now, cx.waker().clone());
        self.set = Some((key, cx.waker().clone()));
        Poll::Pending
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.unset();
    }
}

impl Watch {
    /// That of the runtime this is called in.
    fn current() -> Arc<Self> {
        let runtime = Handle::current();
        let mut watches = lock(&WATCHES);
        if let Some((_, watch)) = watches.iter().find(|(id, _)| *id == runtime.id()) {
            return Arc::clone(watch);
        }
        let now = Instant::now();
        let sleep = Box::pin(sleep_until(now));
        let watch = Arc::new(Self {
            epoch: now,
            alarms: Mutex::default(),
        });
        watches.push((runtime.id(), Arc::clone(&watch)));
        // A runtime that is shutting down drops the task here and now.
        drop(watches);
        runtime.spawn(Watchman {
            runtime: runtime.id(),
            watch: Arc::clone(&watch),
            sleep,
        });
        watch
    }

    fn set(&self, deadline: Instant, now: Instant, waker: Waker) -> Key {
        let at = self.rounded(deadline, now);
        let mut alarms = self.lock();
        alarms.count += 1;
        let key = (at, alarms.count);
        alarms.set.insert(key, waker);
        if alarms.next.is_none_or(|next| at < next) {
            alarms.next = Some(at);
            let watchman = alarms.watchman.take();
            drop(alarms);
            if let Some(watchman) = watchman {
                watchman.wake();
            }
        }
        key
    }

    /// Far deadlines go to the next full [`GRAIN`], where many meet.
    fn rounded(&self, deadline: Instant, now: Instant) -> Instant {
        if deadline - now < FAR {
            return deadline;
        }
        let over = (deadline - self.epoch).as_nanos() % GRAIN.as_nanos();
        match u64::try_from(over) {
            Ok(0) | Err(_) => deadline,
            Ok(over) => deadline + (GRAIN - Duration::from_nanos(over)),
        }
    }

    /// Takes out the alarms whose time has come, and says when the next one's will.
    fn take_due(&self, due: &mut Vec<Waker>, cx: &mut Context<'_>) -> Option<Instant> {
        let now = Instant::now();
        let mut alarms = self.lock();
        let mut later = alarms.set.split_off(&(now, u64::MAX));
        mem::swap(&mut later, &mut alarms.set);
        due.extend(later.into_values());
        alarms.next = alarms.set.first_key_value().map(|((at, _), _)| *at);
        alarms.watchman = Some(cx.waker().clone());
        alarms.next
    }

    fn lock(&self) -> MutexGuard<'_, Alarms> {
        lock(&self.alarms)
    }
}

impl Future for Watchman {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Self { watch, sleep, .. } = self.get_mut();
        let mut due = Vec::new();
        loop {
            let next = watch.take_due(&mut due, cx);
            due.drain(..).for_each(Waker::wake);
            let Some(next) = next else {
                return Poll::Pending;
            };
            if sleep.deadline() != next {
                sleep.as_mut().reset(next);
            }
            ready!(sleep.as_mut().poll(cx));
        }
    }
}

impl Drop for Watchman {
    fn drop(&mut self) {
        lock(&WATCHES).retain(|(id, _)| *id != self.runtime);
    }
}

/// Whoever panicked under a lock has left nothing half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

static WATCHES: Mutex<Vec<(runtime::Id, Arc<Watch>)>> = Mutex::new(Vec::new());

/// Alarms that are [`FAR`] off go off together in steps of this.
const GRAIN: Duration = Duration::from_millis(50);
const FAR: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests {
    use sse_core::adapter::Timer as _;

    use super::*;

    fn polled(alarm: &mut Alarm, seconds: u64) -> Poll<()> {
        let deadline = sse_core::Instant::since_epoch(Duration::from_secs(seconds));
        alarm.poll(Some(deadline), &mut Context::from_waker(Waker::noop()))
    }

    #[tokio::test(start_paused = true)]
    async fn an_alarm_is_set_once_and_gone_when_it_is_dropped() {
        let mut alarm = Alarm::new();
        for seconds in [15, 15, 16, 20] {
            assert!(polled(&mut alarm, seconds).is_pending());
            assert_eq!(Watch::current().lock().set.len(), 1);
        }
        assert!(polled(&mut alarm, 10).is_pending());
        assert_eq!(Watch::current().lock().set.len(), 1);
        drop(alarm);
        assert_eq!(Watch::current().lock().set.len(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_time_that_has_come_is_ready_and_waits_for_nobody() {
        let mut alarm = Alarm::new();
        assert!(polled(&mut alarm, 15).is_pending());
        tokio::time::sleep(Duration::from_secs(16)).await;
        assert_eq!(Watch::current().lock().set.len(), 0);
        assert!(polled(&mut alarm, 15).is_ready());
    }
}
