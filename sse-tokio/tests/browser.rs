//! The live example's page in a real browser: it counts what it has missed, and must count none.
//!
//! Needs `chromedriver` and `chromium` on the `PATH` and the example's binary in `LIVE`:
//! `.ci/run browser` sees to that.

mod common;

use std::{
    error::Error,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::test]
#[ignore = "needs a browser and the built example; .ci/run has both"]
async fn a_page_survives_dropped_connections_and_a_killed_server() -> Result<()> {
    let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser.jsonl");
    let _ = std::fs::remove_file(&log);
    let page = Page::open().await?;
    let seen = follow(&page, &log).await;
    page.close().await?;
    seen
}

async fn follow(page: &Page, log: &Path) -> Result<()> {
    let server = Live::start(0, log)?;
    let port = server.port;
    page.load(&format!("http://127.0.0.1:{port}/")).await?;
    page.until("count('events') >= 10").await?;

    page.click("drop").await?;
    page.until("count('reconnects') >= 1 && count('events') >= 20")
        .await?;
    page.is_complete().await?;

    page.enter("message", "grüße, 世界").await?;
    page.click("publish").await?;
    page.until("text('notices').includes('grüße, 世界')")
        .await?;

    drop(server);
    page.until("text('state') !== 'open'").await?;
    let _server = Live::start(port, log)?;
    page.until("count('reconnects') >= 2 && count('events') >= 40")
        .await?;
    page.is_complete().await
}

/// A process that is killed when it is no longer wanted.
struct Process(Child);

impl Process {
    /// Starts it, and returns what it has printed up to a line with `word`.
    fn start(command: &mut Command, word: &str) -> Result<(Self, String, BufReader<ChildStdout>)> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().ok_or("no output")?;
        let process = Self(child);
        let mut output = BufReader::new(stdout);
        loop {
            let mut line = String::new();
            if output.read_line(&mut line)? == 0 {
                return Err(format!("it ended before it said {word:?}").into());
            }
            if line.contains(word) {
                return Ok((process, line, output));
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Live {
    port: u16,
    _process: Process,
    /// Read no further, but held open: the example prints on.
    _output: BufReader<ChildStdout>,
}

impl Live {
    fn start(port: u16, log: &Path) -> Result<Self> {
        let binary = PathBuf::from(std::env::var_os("LIVE").ok_or("LIVE is not set")?);
        let mut command = Command::new(binary);
        command.args(["--port", &port.to_string(), "--interval-ms", "50", "--log"]);
        let (process, line, output) = Process::start(command.arg(log), "listening on")?;
        Ok(Self {
            port: number_in(&line, "127.0.0.1:")?,
            _process: process,
            _output: output,
        })
    }
}

/// A browser with one page open, driven by WebDriver.
struct Page {
    session: String,
    client: reqwest::Client,
    _driver: Process,
}

impl Page {
    async fn open() -> Result<Self> {
        let mut command = Command::new("chromedriver");
        let (driver, line, _) = Process::start(command.arg("--port=0"), "started successfully")?;
        let port = number_in(&line, "on port ")?;
        let mut page = Self {
            session: format!("http://127.0.0.1:{port}/session"),
            client: common::reqwest().build()?,
            _driver: driver,
        };
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
        ];
        let options = json!({ "args": arguments });
        let wanted = json!({ "browserName": "chrome", "goog:chromeOptions": options });
        let session = json!({ "capabilities": { "alwaysMatch": wanted } });
        let session = page.post("", &session).await?;
        let id = session["sessionId"].as_str().ok_or("no session")?;
        page.session = format!("{}/{id}", page.session);
        page.post("/timeouts", &json!({ "script": 30_000 })).await?;
        Ok(page)
    }

    async fn load(&self, url: &str) -> Result<()> {
        self.post("/url", &json!({ "url": url })).await?;
        Ok(())
    }

    /// Ends the browser, which outlives its driver.
    async fn close(self) -> Result<()> {
        self.client.delete(&self.session).send().await?;
        Ok(())
    }

    /// Waits, in the page, until a condition on its elements holds.
    async fn until(&self, condition: &str) -> Result<()> {
        let script = format!(
            "const done = arguments[0];
             const text = (id) => document.getElementById(id).textContent;
             const count = (id) => Number(text(id));
             const look = () => ({condition}) ? done() : setTimeout(look, 20);
             look();"
        );
        let script = json!({ "script": script, "args": [] });
        let waited = self.post("/execute/async", &script).await;
        waited
            .map(drop)
            .map_err(|error| format!("{condition}: {error}").into())
    }

    async fn is_complete(&self) -> Result<()> {
        let script = "return ['missing', 'doubled', 'gaps'].map(
            (id) => document.getElementById(id).textContent)";
        let script = json!({ "script": script, "args": [] });
        match self.post("/execute/sync", &script).await? {
            counts if counts == json!(["0", "0", "0"]) => Ok(()),
            counts => Err(format!("missing, doubled, gaps: {counts}").into()),
        }
    }

    async fn click(&self, id: &str) -> Result<()> {
        let element = self.element(id).await?;
        self.post(&format!("/element/{element}/click"), &json!({}))
            .await?;
        Ok(())
    }

    async fn enter(&self, id: &str, text: &str) -> Result<()> {
        let element = self.element(id).await?;
        let value = json!({ "text": text });
        self.post(&format!("/element/{element}/value"), &value)
            .await?;
        Ok(())
    }

    async fn element(&self, id: &str) -> Result<String> {
        let by = json!({ "using": "css selector", "value": format!("#{id}") });
        let found = self.post("/element", &by).await?;
        let reference = found.as_object().and_then(|object| object.values().next());
        Ok(reference
            .and_then(Value::as_str)
            .ok_or("no element")?
            .to_owned())
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let request = self.client.post(format!("{}{path}", self.session));
        let answer = request.body(body.to_string()).send().await?.text().await?;
        let mut answer: Value = serde_json::from_str(&answer)?;
        match answer["value"]["error"].as_str() {
            Some(_) => Err(answer["value"]["message"].to_string().into()),
            None => Ok(answer["value"].take()),
        }
    }
}

fn number_in(line: &str, before: &str) -> Result<u16> {
    let (_, after) = line.split_once(before).ok_or("no port")?;
    let digits = after.split(|c: char| !c.is_ascii_digit()).next();
    Ok(digits.unwrap_or_default().parse()?)
}
