//! What readers of a log get, whichever log it is: the hub or the history in fixed memory.

#![cfg(feature = "std")]

mod anything;
mod gaps;
mod held;
mod ids;
mod log;
#[path = "../common/random.rs"]
mod random;
mod script;

use log::{OfHistory, OfHub};
use script::{Script, play};
use sse_core::{History, HubConfig};

fn scripts() -> impl Iterator<Item = &'static Script> {
    [held::SCRIPTS, gaps::SCRIPTS, ids::SCRIPTS]
        .into_iter()
        .flatten()
}

#[test]
fn the_hub_keeps_to_the_scripts() {
    for (name, script) in scripts() {
        println!("{name}");
        play(script, &mut OfHub::new(HubConfig::new()));
    }
}

#[test]
fn the_history_keeps_to_the_scripts() {
    for (name, script) in scripts() {
        println!("{name}");
        play(script, &mut OfHistory::<4096>::new(History::new()));
    }
}
