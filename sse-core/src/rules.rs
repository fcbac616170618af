//! A [`Config`] as the machines keep it: half as large, with times in microseconds.

use core::{num::NonZero, time::Duration};

use crate::{Config, time::micros};

/// What of a [`Config`] is asked for again and again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) retry: u64,
    pub(crate) retry_floor: u64,
    pub(crate) retry_ceiling: u64,
    pub(crate) backoff_ceiling: u64,
    pub(crate) stable_after: u64,
    pub(crate) connect_timeout: Option<NonZero<u64>>,
    pub(crate) idle_timeout: Option<NonZero<u64>>,
    pub(crate) max_failures: Option<u32>,
    pub(crate) head_limit: usize,
    pub(crate) refused_body: usize,
    pub(crate) max_redirects: u8,
    pub(crate) jitter_percent: u8,
    pub(crate) retry_refused: bool,
    pub(crate) comments: bool,
}

impl Rules {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            retry: micros(config.retry),
            retry_floor: micros(config.retry_floor),
            retry_ceiling: micros(config.retry_ceiling),
            backoff_ceiling: micros(config.backoff_ceiling),
            stable_after: micros(config.stable_after),
            connect_timeout: timeout(config.connect_timeout),
            idle_timeout: timeout(config.idle_timeout),
            max_failures: config.max_failures,
            head_limit: config.head_limit,
            refused_body: config.refused_body,
            max_redirects: config.max_redirects,
            jitter_percent: config.jitter_percent,
            retry_refused: config.retry_refused,
            comments: config.comments,
        }
    }
}

/// A timeout of nothing has passed a microsecond later.
#[inline(always)]
fn timeout(time: Option<Duration>) -> Option<NonZero<u64>> {
    NonZero::new(micros(time?).max(1))
}
