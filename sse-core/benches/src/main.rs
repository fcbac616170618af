//! What `sse-core` costs, beside its peers.
//!
//! `cargo run --release --manifest-path sse-core/benches/Cargo.toml -- decode openai 16KiB`

mod allocator;
mod corpus;
mod decode;
mod delivery;
#[allow(dead_code, reason = "the text of tests is made of other pieces")]
#[path = "../../tests/common/random.rs"]
mod random;
mod rounds;
mod table;
mod tally;
mod trial;

use std::env;

use corpus::KINDS;
use delivery::Delivery;
use trial::Trial;

fn main() {
    let words: Vec<_> = env::args().skip(1).collect();
    decode(&words);
}

/// Measures decoders on the corpora and deliveries named in `words`; on all, if none is.
fn decode(words: &[String]) {
    let named = |name: &str| words.iter().any(|word| *word == name.replace(' ', ""));
    let any_kind = KINDS.iter().any(|kind| named(kind.name));
    let any_delivery = Delivery::ALL.iter().any(|delivery| named(&delivery.name()));
    for kind in KINDS.iter().filter(|kind| !any_kind || named(kind.name)) {
        for delivery in Delivery::ALL {
            if !any_delivery || named(&delivery.name()) {
                let trial = Trial::run(*kind, delivery);
                println!(
                    "### {} ({}), {}\n",
                    kind.name,
                    kind.description,
                    delivery.name()
                );
                println!("{}", table::trial(&trial));
            }
        }
    }
}
