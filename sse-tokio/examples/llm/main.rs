//! Asks a language model and prints its answer as it comes: one POST, never sent twice.
//!
//! ```text
//! cargo run --release -p sse-tokio --example llm -- --help
//! ```

mod answer;
mod dialect;
#[cfg(test)]
mod tests;

use std::{io, process::ExitCode};

use answer::{Failure, print_answer};
use dialect::Dialect;
use lexopt::{Arg, Parser, ValueExt as _};

#[tokio::main]
async fn main() -> ExitCode {
    let question = match question() {
        Ok(Some(question)) => question,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("llm: {error}");
            return ExitCode::FAILURE;
        }
    };
    match ask(&question).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nllm: {failure}");
            failure.code().into()
        }
    }
}

async fn ask(question: &Question) -> Result<(), Failure> {
    let mut source = question.source().map_err(Failure::Question)?;
    print_answer(&mut source, &mut io::stdout().lock()).await
}

struct Question {
    url: String,
    dialect: Dialect,
    model: Option<String>,
    api_key: Option<String>,
    prompt: String,
}

/// None if only help is asked for.
fn question() -> Result<Option<Question>, lexopt::Error> {
    let (mut dialect, mut model, mut key_in, mut values) = (None, None, None, Vec::new());
    let mut arguments = Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("dialect") => dialect = Some(arguments.value()?.parse()?),
            Arg::Long("model") => model = Some(arguments.value()?.string()?),
            Arg::Long("api-key-env") => key_in = Some(arguments.value()?.string()?),
            Arg::Short('h') | Arg::Long("help") => return Ok(None),
            Arg::Value(value) => values.push(value.string()?),
            other => return Err(other.unexpected()),
        }
    }
    let Ok([url, prompt]) = <[String; 2]>::try_from(values) else {
        return Err("a URL and a prompt are needed".into());
    };
    let api_key = key_in
        .map(|name| std::env::var(&name).map_err(|error| format!("{name}: {error}")))
        .transpose()?;
    Ok(Some(Question {
        dialect: dialect.unwrap_or_else(|| Dialect::of(&url)),
        url,
        model,
        api_key,
        prompt,
    }))
}

const HELP: &str = "\
llm URL [--dialect openai|anthropic] [--model M] [--api-key-env VAR] PROMPT

POSTs PROMPT to URL and prints the answer as it comes.

  --dialect D        how to ask; by URL unless told. Answers are understood in both
  --model M          the model to ask for
  --api-key-env VAR  the environment variable that has the key
  --help             this text

Exit codes: 0 the answer is complete, 1 it could not be asked for, 2 the server
refused, 3 the answer ended before its end, 4 the server failed within it.
";
