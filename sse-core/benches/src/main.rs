//! What `sse-core` costs, beside its peers.
//!
//! `cargo run --release --manifest-path sse-core/benches/Cargo.toml -- decode openai 16KiB`

mod allocator;
mod callgrind;
mod corpus;
mod decode;
mod delivery;
mod guard;
#[allow(dead_code, reason = "the text of tests is made of other pieces")]
#[path = "../../tests/common/random.rs"]
mod random;
mod rounds;
mod table;
mod tally;
mod trial;

use std::{env, error::Error};

use corpus::KINDS;
use delivery::Delivery;
use trial::Trial;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<_> = env::args().skip(1).collect();
    match &*words.iter().map(|word| &**word).collect::<Vec<_>>() {
        ["decode", ..] => decode(&words),
        ["counts"] => guard::write()?,
        ["check"] if guard::check()? => {}
        ["check"] => return Err("something has become worse".into()),
        ["run", kind, decoder, times] => callgrind::run(kind, decoder, times)?,
        _ => return Err("see the package's documentation for what it can do".into()),
    }
    Ok(())
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
