//! Turns the conformance vectors into Rust data, for the flash of a board without a file system.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={PUBLIC}");
    println!("cargo:rerun-if-changed=build.rs");
    let mut data = String::from("pub static VECTORS: &[Vector] = &[\n");
    for line in fs::read_to_string(PUBLIC)?.lines() {
        let vector = serde_json::from_str(line)?;
        writeln!(
            data,
            "{},",
            vector_of(&vector).ok_or(format!("not a vector: {line}"))?
        )?;
    }
    data.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("vectors.rs"), data)?;
    Ok(())
}

fn vector_of(json: &Value) -> Option<String> {
    let mut parts = String::new();
    match json["input_gen"].as_array() {
        None => parts = part(&json["input_b64"], 1)?,
        Some(given) => {
            for given in given {
                parts += &part(&given[1], given[2].as_u64().unwrap_or(1))?;
            }
        }
    }
    let mut splits = Vec::new();
    for offset in json["splits"].as_array().into_iter().flatten() {
        splits.push(offset.as_u64()?);
    }
    let mut events = String::new();
    for event in json["events"].as_array()? {
        let (event_type, data) = (text(event, "type")?, text(event, "data")?);
        let id = event["last_event_id"].as_str()?;
        write!(
            events,
            "Expected {{ event_type: {event_type}, data: {data}, id: {id:?} }}, "
        )
        .ok()?;
    }
    let mut retries = vec![milliseconds(&json["retry_ms"])];
    let mut may_saturate = false;
    for other in json["retry_alt"].as_array().into_iter().flatten() {
        match other.as_str() {
            Some("saturate") => may_saturate = true,
            _ => retries.push(milliseconds(other)),
        }
    }
    Some(format!(
        "Vector {{ name: {:?}, parts: &[{parts}], splits: &{splits:?}, events: &[{events}], \
         last_event_id: {:?}, retries: &{retries:?}, may_saturate: {may_saturate} }}",
        json["name"].as_str()?,
        json["last_event_id"].as_str()?,
    ))
}

fn part(base64: &Value, times: u64) -> Option<String> {
    let bytes = BASE64_STANDARD.decode(base64.as_str()?).ok()?;
    Some(format!("(b\"{}\", {times}), ", bytes.escape_ascii()))
}

/// A text that a vector spells out, or how long it is.
fn text(event: &Value, key: &str) -> Option<String> {
    match &event[key] {
        Value::String(text) => Some(format!("Text::Spelled({text:?})")),
        _ => Some(format!(
            "Text::Long({})",
            event[format!("{key}_len")].as_u64()?
        )),
    }
}

/// Numbers beyond what a double holds are strings; those of more than 38 digits do not fit here,
/// nor does any parser see them.
fn milliseconds(value: &Value) -> Option<u128> {
    match value {
        Value::String(digits) => Some(digits.parse().unwrap_or(u128::MAX)),
        number => number.as_u64().map(u128::from),
    }
}

const PUBLIC: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../sse-core/tests/vectors/public.jsonl"
);
