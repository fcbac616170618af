//! What a server does when subscribers behave badly.

use std::{
    io, thread,
    time::{Duration, Instant},
};

use crate::{
    event,
    load::{Pace, Tally},
    measure::{Delivered, Plan, Run},
    rows::{Options, Row},
};

/// A fault and what came of it.
pub struct Fault {
    pub name: &'static str,
    pub outcome: String,
    pub tally: Tally,
}

/// All faults, one after the other. An error is a server that did not hold.
pub fn all(row: Row, plan: &Plan) -> io::Result<Vec<Fault>> {
    Ok(vec![
        beside(row, plan, "one stalled reader", 1, Pace::Stalled)?,
        beside(
            row,
            plan,
            "10 % of readers at 1 KB/s",
            plan.subscribers / 100,
            Pace::Slow(100),
        )?,
        churn(row, plan)?,
        burst(row, plan)?,
    ])
}

/// Readers that lag, beside a tenth of the usual number that do not.
fn beside(
    row: Row,
    plan: &Plan,
    name: &'static str,
    laggards: usize,
    pace: Pace,
) -> io::Result<Fault> {
    let mut run = Run::start(row, &Options::new(RING))?;
    run.load
        .subscribe(plan.subscribers / 10 - laggards, Pace::Eager, None)?;
    let alone = timed(&mut run, plan)?;
    run.load.subscribe(laggards, pace, None)?;
    let rss = run.server.rss()?;
    // Fills what the system and the server hold for a connection, and then the ring.
    run.deliver(plan.batched * FILL, RING as u64 / 2)?;
    let beside = timed(&mut run, plan)?;
    let grown = grown(&mut run, rss)?;
    Ok(Fault {
        name,
        outcome: format!(
            "p99 {:.0} µs, {:.2} times that without; memory grew by {} KiB",
            micros(beside.p99),
            beside.p99.as_secs_f64() / alone.p99.as_secs_f64(),
            grown / 1024,
        ),
        tally: run.finish(),
    })
}

fn timed(run: &mut Run, plan: &Plan) -> io::Result<Delivered> {
    run.deliver(plan.single * 10, 1)
}

/// A thousand subscriptions a second, each dropped at once.
fn churn(row: Row, plan: &Plan) -> io::Result<Fault> {
    let mut run = Run::start(row, &Options::new(RING))?;
    run.load
        .subscribe(plan.subscribers / 10, Pace::Eager, None)?;
    // Once as a rehearsal: an allocator keeps what it was asked for at the most.
    come_and_go(&mut run, plan.churn_time / 4)?;
    let before = run.server.rss()?;
    let (count, took) = come_and_go(&mut run, plan.churn_time)?;
    let after = run.server.rss()?;
    run.deliver(plan.single, 1)?;
    Ok(Fault {
        name: "1,000 connects and drops a second",
        outcome: format!(
            "{count} in {:.1} s; memory grew by {} KiB, and all subscriptions are gone",
            took.as_secs_f64(),
            after.saturating_sub(before) / 1024,
        ),
        tally: run.finish(),
    })
}

fn come_and_go(run: &mut Run, time: Duration) -> io::Result<(usize, Duration)> {
    let subscribers = run.server.stats()?.subscribers;
    let start = Instant::now();
    let mut begun = 0;
    while start.elapsed() < time {
        // One is begun and an open one dropped each millisecond, as far as the server keeps up.
        let due = (start.elapsed().as_millis() as usize).saturating_sub(begun);
        for _ in 0..due.min(64_usize.saturating_sub(run.load.connecting())) {
            run.load.begin(Pace::UpTo(u64::MAX), None)?;
            begun += 1;
        }
        run.load.turn(Duration::from_millis(1))?;
        run.load.drop_open(|pace| pace == Pace::UpTo(u64::MAX));
    }
    let took = start.elapsed();
    while run.load.connecting() > 0 {
        run.load.turn(Duration::from_millis(1))?;
        run.load.drop_open(|pace| pace == Pace::UpTo(u64::MAX));
    }
    let deadline = Instant::now() + PATIENCE;
    while run.server.stats()?.subscribers != subscribers {
        if Instant::now() > deadline {
            return Err(io::Error::other("subscriptions outlive their connections"));
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok((begun, took))
}

/// More events at once than the ring holds, to readers who read and some who do not.
fn burst(row: Row, plan: &Plan) -> io::Result<Fault> {
    let mut run = Run::start(row, &Options::new(RING))?;
    run.load
        .subscribe(plan.subscribers / 100, Pace::Eager, None)?;
    run.load.subscribe(10, Pace::Stalled, None)?;
    run.publish(1)?;
    run.settle()?;
    let rss = run.server.rss()?;
    run.begin();
    let start = Instant::now();
    run.publish(plan.burst)?;
    // Whatever was left out, the newest event of all comes to all.
    run.until_newest()?;
    let took = start.elapsed();
    let grown = grown(&mut run, rss)?;
    let tally = &run.load.tally;
    let expected = plan.burst * run.load.pacer.subscribers() as u64;
    if tally.delivered + tally.told < expected {
        return Err(io::Error::other(
            "events of a burst are missing without a word",
        ));
    }
    Ok(Fault {
        name: "burst",
        outcome: format!(
            "{} events in a ring of {RING}: {} readers had the last after {:.2} s; memory grew by {} KiB",
            plan.burst,
            run.load.pacer.subscribers(),
            took.as_secs_f64(),
            grown / 1024,
        ),
        tally: run.finish(),
    })
}

/// By how much the server's memory has grown, which its ring bounds.
fn grown(run: &mut Run, rss: usize) -> io::Result<usize> {
    let grown = run.server.rss()?.saturating_sub(rss);
    let held = run.server.stats()?.bytes;
    if held > RING * event::LEN || grown > MOST_GROWTH {
        return Err(io::Error::other(format!(
            "{held} bytes of events are held, and memory grew by {grown} bytes"
        )));
    }
    Ok(grown)
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

const RING: usize = 1024;
/// Times the batched part of a run, published beside readers that lag.
const FILL: u64 = 40;
/// Less than the events of a burst, and more than a ring, what the system's sockets do not take and
/// an allocator's habits.
const MOST_GROWTH: usize = 8 << 20;
const PATIENCE: Duration = Duration::from_secs(20);
