//! Who is let in: connections are counted, in total and by address.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use super::{Limits, ServerStats};

/// Counts the connections of a server.
#[derive(Debug)]
pub(super) struct Gate {
    limits: Limits,
    /// Connections that are being told that there is no room.
    refusing: AtomicUsize,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    by_address: HashMap<IpAddr, usize>,
    stats: ServerStats,
}

/// What a new connection gets.
pub(super) enum Place {
    Admitted(Admission),
    Refused(Refusal),
}

/// A connection's place; dropping it makes room.
#[derive(Debug)]
pub(super) struct Admission {
    gate: Arc<Gate>,
    address: Option<IpAddr>,
    ordinal: u32,
}

/// A place from which to say no.
pub(super) struct Refusal {
    gate: Arc<Gate>,
    pub(super) status: u16,
}

impl Gate {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            refusing: AtomicUsize::new(0),
            counts: Mutex::default(),
        }
    }

    /// `None`: there is no room even to say so.
    pub(super) fn enter(self: &Arc<Self>, peer: Option<IpAddr>) -> Option<Place> {
        // Without a limit there is nothing to look up.
        let address = peer
            .filter(|_| self.limits.per_address < usize::MAX)
            .map(network);
        let mut counts = self.lock();
        let full = if counts.stats.open >= self.limits.connections {
            Some(503)
        } else {
            let used = address.and_then(|address| counts.by_address.get(&address));
            (used.is_some_and(|&used| used >= self.limits.per_address)).then_some(429)
        };
        if let Some(status) = full {
            if self.refusing.fetch_add(1, Relaxed) < REFUSALS {
                let gate = Arc::clone(self);
                return Some(Place::Refused(Refusal { gate, status }));
            }
            self.refusing.fetch_sub(1, Relaxed);
            counts.stats.turned_away += 1;
            return None;
        }
        counts.stats.open += 1;
        counts.stats.admitted += 1;
        if let Some(address) = address {
            *counts.by_address.entry(address).or_default() += 1;
        }
        Some(Place::Admitted(Admission {
            gate: Arc::clone(self),
            address,
            ordinal: counts.stats.admitted as u32,
        }))
    }

    pub(super) fn count(&self, count: impl FnOnce(&mut ServerStats)) {
        count(&mut self.lock().stats);
    }

    pub(super) fn stats(&self) -> ServerStats {
        self.lock().stats
    }

    /// Only numbers are changed while it is held.
    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Admission {
    /// Which one of the server's connections it is; they start over after 2³².
    pub(super) const fn ordinal(&self) -> u64 {
        self.ordinal as u64
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        let mut counts = self.gate.lock();
        counts.stats.open -= 1;
        if let Some(address) = self.address
            && let Some(used) = counts.by_address.get_mut(&address)
        {
            *used -= 1;
            if *used == 0 {
                counts.by_address.remove(&address);
            }
        }
    }
}

impl Drop for Refusal {
    fn drop(&mut self) {
        self.gate.refusing.fetch_sub(1, Relaxed);
    }
}

/// Who has one IPv6 address has 2⁶⁴ of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}

/// How many connections at a time are told that there is no room.
const REFUSALS: usize = 256;
