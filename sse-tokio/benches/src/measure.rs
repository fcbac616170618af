//! What is measured of a server.

use std::{
    cmp::Ordering,
    io,
    time::{Duration, Instant},
};

use crate::{
    event,
    load::{Load, Pace, Tally},
    rows::{Options, Row},
    server::Server,
};

/// How much is done.
#[derive(Clone, Debug)]
pub struct Plan {
    pub subscribers: usize,
    /// Subscribers that only wait, and for how long they are watched.
    pub idle: usize,
    pub idle_time: Duration,
    /// Delivery is measured so many times, with all servers in turn, and the medians count.
    pub rounds: usize,
    /// Events of a round: in runs of 16, and one by one.
    pub batched: u64,
    pub single: u64,
    /// Readers of a whole log, and its length.
    pub replays: usize,
    pub ring: usize,
    pub churn_time: Duration,
    pub burst: u64,
}

/// What connecting costs.
pub struct Connected {
    pub per_second: f64,
    /// Bytes of the server's memory for each connection that waits.
    pub rss: f64,
}

/// What delivering costs.
pub struct Delivered {
    pub per_second: f64,
    pub cpu: Duration,
    pub p50: Duration,
    pub p99: Duration,
}

impl Connected {
    /// The medians of some rounds, if there were any.
    pub fn median(rounds: &[Self]) -> Option<Self> {
        Some(Self {
            per_second: median(rounds, |round| round.per_second)?,
            rss: median(rounds, |round| round.rss)?,
        })
    }
}

impl Delivered {
    /// The medians of some rounds, if there were any.
    pub fn median(rounds: &[Self]) -> Option<Self> {
        Some(Self {
            per_second: median(rounds, |round| round.per_second)?,
            cpu: median(rounds, |round| round.cpu)?,
            p50: median(rounds, |round| round.p50)?,
            p99: median(rounds, |round| round.p99)?,
        })
    }
}

fn median<R, V: Copy + PartialOrd>(rounds: &[R], value: impl Fn(&R) -> V) -> Option<V> {
    let mut values: Vec<_> = rounds.iter().map(value).collect();
    values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
    values.get(values.len() / 2).copied()
}

/// What saying nothing costs.
pub struct Idle {
    pub subscribers: usize,
    /// Of one core.
    pub cpu: f64,
    pub comments: u64,
}

/// What replaying costs.
pub struct Replayed {
    /// Bytes of events, by the clock and by the server's processor time.
    pub per_second: f64,
    pub per_cpu_second: f64,
    /// The mean time of a publication, without replays and beside them.
    pub publishing: [Duration; 2],
}

/// A server and its subscribers.
pub struct Run {
    pub server: Server,
    pub load: Load,
    /// What was seen before the part that is going on.
    pub total: Tally,
}

impl Run {
    pub fn start(row: Row, options: &Options) -> io::Result<Self> {
        let server = Server::start(row, options)?;
        let load = Load::new(server.address)?;
        Ok(Self {
            server,
            load,
            total: Tally::default(),
        })
    }

    /// Has so many subscribe, and waits until the server has settled.
    pub fn connect(&mut self, subscribers: usize) -> io::Result<Connected> {
        let before = self.server.rss()?;
        let start = Instant::now();
        self.load.subscribe(subscribers, Pace::Eager, None)?;
        let took = start.elapsed();
        let after = self.server.rss()?;
        Ok(Connected {
            per_second: subscribers as f64 / took.as_secs_f64(),
            rss: after.saturating_sub(before) as f64 / subscribers as f64,
        })
    }

    /// Publishes so many events in a row, again and again, each time when all have all of them.
    pub fn deliver(&mut self, events: u64, in_a_row: u64) -> io::Result<Delivered> {
        self.begin();
        let cpu = self.server.cpu()?;
        let start = Instant::now();
        let mut left = events;
        while left > 0 {
            let count = left.min(in_a_row);
            self.publish(count)?;
            self.settle()?;
            left -= count;
        }
        let took = start.elapsed();
        let cpu = self.server.cpu()? - cpu;
        let tally = &mut self.load.tally;
        let delivered = tally.delivered;
        let expected = events * self.load.pacer.subscribers() as u64;
        if delivered < expected {
            return Err(io::Error::other(format!(
                "{delivered} of {expected} events came"
            )));
        }
        Ok(Delivered {
            per_second: delivered as f64 / took.as_secs_f64(),
            cpu: cpu.div_f64(delivered as f64),
            p50: tally.latency(0.5),
            p99: tally.latency(0.99),
        })
    }

    /// Publishes so many events in a row.
    pub fn publish(&mut self, count: u64) -> io::Result<()> {
        self.load.pacer.publish(count);
        self.server.publish(count)
    }

    /// Receives until everyone the publisher waits for has everything.
    pub fn settle(&mut self) -> io::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while self.load.pacer.under_way() > 0 {
            self.load.turn(MOMENT)?;
            if Instant::now() > deadline {
                let missing = self.load.pacer.under_way();
                return Err(io::Error::other(format!(
                    "{missing} events did not reach all"
                )));
            }
        }
        Ok(())
    }

    /// Receives until everyone the publisher waits for has the newest event, and maybe no other.
    pub fn until_newest(&mut self) -> io::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while self.load.pacer.up_to_date() < self.load.pacer.subscribers() {
            self.load.turn(MOMENT)?;
            if Instant::now() > deadline {
                return Err(io::Error::other("the newest event did not reach all"));
            }
        }
        self.load.pacer.forget();
        Ok(())
    }

    /// Receives for so long.
    pub fn idle(&mut self, time: Duration) -> io::Result<Idle> {
        self.begin();
        let cpu = self.server.cpu()?;
        let start = Instant::now();
        while start.elapsed() < time {
            self.load.turn(MOMENT)?;
        }
        let cpu = self.server.cpu()? - cpu;
        Ok(Idle {
            subscribers: self.load.pacer.subscribers(),
            cpu: cpu.as_secs_f64() / start.elapsed().as_secs_f64(),
            comments: self.load.tally.comments,
        })
    }

    /// Begins another part: what was seen so far is put aside.
    pub fn begin(&mut self) {
        self.total.add(&self.load.tally);
        self.load.tally.reset();
    }

    /// All that was seen.
    pub fn finish(mut self) -> Tally {
        self.begin();
        self.total
    }
}

/// The whole log of a server, read by each of many readers; and whether its publisher minds.
pub fn replay(row: Row, plan: &Plan) -> io::Result<(Replayed, Tally)> {
    let mut run = Run::start(row, &Options::new(plan.ring))?;
    run.load.subscribe(LIVE, Pace::Eager, None)?;
    let mut left = plan.ring as u64;
    while left > 0 {
        let count = left.min(256);
        run.publish(count)?;
        run.settle()?;
        left -= count;
    }
    let quiet = publications(&mut run, |_| Ok(()))?;

    // The oldest event held is the one that a reader of the whole log has seen.
    let newest = run.load.pacer.published();
    let oldest = newest + 1 - plan.ring as u64;
    run.begin();
    let cpu = run.server.cpu()?;
    let start = Instant::now();
    let mut begun = 0;
    while run.load.arrived() < plan.replays {
        while begun < plan.replays && begun - run.load.arrived() < AT_A_TIME {
            run.load.begin(Pace::UpTo(newest), Some(oldest))?;
            begun += 1;
        }
        run.load.turn(MOMENT)?;
        if start.elapsed() > PATIENCE {
            return Err(io::Error::other("a replay did not reach its end"));
        }
    }
    let took = start.elapsed();
    let cpu = run.server.cpu()? - cpu;
    let bytes = (run.load.tally.delivered * event::LEN as u64) as f64;

    let mut begun = run.load.arrived();
    let beside = publications(&mut run, |load| {
        let newest = load.pacer.published();
        let oldest = newest + 1 + u64::from(PUBLICATIONS) - plan.ring as u64;
        while begun - load.arrived() < AT_A_TIME {
            load.begin(Pace::UpTo(newest), Some(oldest))?;
            begun += 1;
        }
        Ok(())
    })?;
    let replayed = Replayed {
        per_second: bytes / took.as_secs_f64(),
        per_cpu_second: bytes / cpu.as_secs_f64(),
        publishing: [quiet, beside],
    };
    Ok((replayed, run.finish()))
}

/// The mean time of a publication, with something else going on before each.
fn publications(
    run: &mut Run,
    mut meanwhile: impl FnMut(&mut Load) -> io::Result<()>,
) -> io::Result<Duration> {
    let before = run.server.stats()?.publishing;
    for _ in 0..PUBLICATIONS {
        meanwhile(&mut run.load)?;
        run.publish(1)?;
        run.settle()?;
    }
    let after = run.server.stats()?.publishing;
    Ok((after - before) / PUBLICATIONS)
}

const MOMENT: Duration = Duration::from_millis(50);
/// The longest that one run of events may be under way.
const PATIENCE: Duration = Duration::from_secs(60);
/// Subscribers that follow while others replay.
const LIVE: usize = 10;
const PUBLICATIONS: u32 = 500;
/// Replays that go on beside each other.
const AT_A_TIME: usize = 4;
