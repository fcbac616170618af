//! Fan-out under load: sse-tokio's ways to serve beside others', each in a process of its own.
//!
//! ```text
//! cargo run --release [-- PART...] [--rows ROW,...] [--subscribers N] [--rounds N]
//! cargo run --release -- smoke
//! ```
//!
//! The parts are `deliver`, `idle`, `replay` and `faults`; without one, all are measured. `smoke`
//! does a little of each: it is for what is counted, and its times mean nothing.

mod event;
mod faults;
mod load;
mod measure;
mod report;
mod rows;
mod server;

use std::{error::Error, io, time::Duration};

use lexopt::{Arg, ValueExt as _};
use rustix::process::{Resource, getrlimit, setrlimit};

use self::{
    measure::{Plan, Run},
    report::Measured,
    rows::{Options, Row},
};

fn main() -> Result<(), Box<dyn Error>> {
    raise_limit()?;
    let mut args = lexopt::Parser::from_env();
    let mut parts = Vec::new();
    let mut rows = Row::ALL.to_vec();
    let mut plan = Plan::whole();
    let mut options = Options::new(1024);
    let mut serve = None;
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Value(part) if part == "serve" => serve = Some(args.value()?.parse::<Row>()?),
            Arg::Value(part) if part == "smoke" => {
                plan = Plan::smoke();
                parts.clear();
            }
            Arg::Value(part) => parts.push(part.string()?.parse::<Part>()?),
            Arg::Long("rows") => {
                let names = args.value()?.string()?;
                rows = names.split(',').map(str::parse).collect::<Result<_, _>>()?;
            }
            Arg::Long("subscribers") => plan.subscribers = args.value()?.parse()?,
            Arg::Long("idle") => plan.idle = args.value()?.parse()?,
            Arg::Long("rounds") => plan.rounds = args.value()?.parse()?,
            Arg::Long("ring") => options.ring = args.value()?.parse()?,
            Arg::Long("keep-alive") => options.keep_alive = args.value()?.parse()?,
            _ => return Err(arg.unexpected().into()),
        }
    }
    if let Some(row) = serve {
        return Ok(row.serve(&options)?);
    }
    if parts.is_empty() {
        parts = Part::ALL.to_vec();
    }
    let rows = rows.into_iter().filter(|row| row.is_installed());
    let mut measured: Vec<_> = rows.map(Measured::new).collect();
    for part in parts {
        let rounds = match part {
            Part::Deliver => plan.rounds,
            Part::Idle | Part::Replay | Part::Faults => 1,
        };
        // In turns, so that what else the machine does falls on all alike.
        for _ in 0..rounds {
            for measured in &mut measured {
                measure(measured, part, &plan)?;
            }
        }
    }
    report::print(&measured);
    Ok(report::check(&measured)?)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Deliver,
    Idle,
    Replay,
    Faults,
}

impl Part {
    const ALL: [Self; 4] = [Self::Deliver, Self::Idle, Self::Replay, Self::Faults];
}

impl std::str::FromStr for Part {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Ok(match name {
            "deliver" => Self::Deliver,
            "idle" => Self::Idle,
            "replay" => Self::Replay,
            "faults" => Self::Faults,
            _ => return Err(format!("no part is called {name}")),
        })
    }
}

fn measure(measured: &mut Measured, part: Part, plan: &Plan) -> io::Result<()> {
    let row = measured.row;
    eprintln!("{row}: {part:?}");
    match part {
        Part::Deliver => deliver(measured, plan)?,
        Part::Idle | Part::Replay | Part::Faults if row.is_variant() => {}
        Part::Idle if row.is_kept_alive() => idle(measured, plan)?,
        Part::Replay if row.is_ours() || row == Row::Raw => {
            let (replayed, tally) = measure::replay(row, plan)?;
            measured.replayed = Some(replayed);
            measured.tally.add(&tally);
        }
        Part::Faults if row.is_ours() => measured.faults = faults::all(row, plan)?,
        Part::Idle | Part::Replay | Part::Faults => {}
    }
    Ok(())
}

fn deliver(measured: &mut Measured, plan: &Plan) -> io::Result<()> {
    let mut run = Run::start(measured.row, &Options::new(1024))?;
    measured.connected.push(run.connect(plan.subscribers)?);
    run.deliver(plan.batched / 4, 16)?;
    let batched = match measured.row {
        // Ten times slower than the others.
        Row::Nchan => plan.batched / 10,
        _ => plan.batched,
    };
    measured.batched.push(run.deliver(batched, 16)?);
    measured.single.push(run.deliver(plan.single, 1)?);
    measured.tally.add(&run.finish());
    Ok(())
}

fn idle(measured: &mut Measured, plan: &Plan) -> io::Result<()> {
    let mut run = Run::start(measured.row, &Options::new(1024))?;
    run.connect(plan.idle)?;
    measured.idle = Some(run.idle(plan.idle_time)?);
    measured.tally.add(&run.finish());
    Ok(())
}

impl Plan {
    fn whole() -> Self {
        Self {
            subscribers: 10_000,
            idle: 20_000.min(most_files() - 64),
            idle_time: Duration::from_secs(15),
            rounds: 5,
            batched: 320,
            single: 32,
            replays: 1000,
            ring: 10_000,
            churn_time: Duration::from_secs(20),
            burst: 100_000,
        }
    }

    fn smoke() -> Self {
        Self {
            subscribers: 200,
            idle: 200,
            idle_time: Duration::from_millis(100),
            rounds: 1,
            batched: 160,
            single: 10,
            replays: 10,
            ring: 1000,
            churn_time: Duration::from_secs(1),
            burst: 10_000,
        }
    }
}

/// Files that this process may open, of which each connection is one.
pub fn most_files() -> usize {
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(1 << 20);
    usize::try_from(limit).unwrap_or(usize::MAX)
}

fn raise_limit() -> io::Result<()> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    Ok(setrlimit(Resource::Nofile, limit)?)
}
