//! What no decoder can be faster than: single passes over the same bytes.

use std::{cell::RefCell, hint::black_box};

use crate::{
    corpus::{Corpus, Kind},
    delivery::Delivery,
    trial::{Candidate, Trial},
};

/// Single passes over a corpus.
pub(crate) fn trial(kind: Kind) -> Trial {
    let corpus = Corpus::new(kind, Delivery::Whole.least());
    let bytes = &*corpus.bytes;
    let copy = RefCell::new(vec![0; bytes.len()]);
    let candidates = [
        candidate("memchr LF", || {
            black_box(memchr::memchr_iter(b'\n', black_box(bytes)).count());
        }),
        candidate("memchr2 CR, LF", || {
            black_box(memchr::memchr2_iter(b'\r', b'\n', black_box(bytes)).count());
        }),
        candidate("from_utf8", || {
            black_box(str::from_utf8(black_box(bytes)).is_ok());
        }),
        candidate("memcpy", || {
            copy.borrow_mut().copy_from_slice(black_box(bytes));
            black_box(copy.borrow().last());
        }),
    ];
    Trial::run(&candidates, bytes.len(), corpus.ends.len())
}

fn candidate<'a>(name: &'static str, run: impl Fn() + Copy + 'a) -> Candidate<'a> {
    Candidate {
        name,
        fault: None,
        once: Box::new(run),
        twice: Box::new(run),
    }
}
