//! The firmware `server` is followed by many at once.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
};

use host::{Board, PATIENCE, Result, firmware, reading};

#[test]
#[ignore = "needs a browser and curl; .ci/run has both"]
fn four_curls_and_a_browser_see_each_reading_once() -> Result<()> {
    let mut board = Board::start(&firmware("server")?, &["100"])?;
    board.until("address")?;
    let mut browser = Follower::browser(&format!("http://127.0.0.1:{}/", board.port))?;
    for mut curl in four_curls(&board)? {
        curl.follow(40)?;
    }
    browser.follow(40)
}

#[test]
#[ignore = "needs curl; .ci/run has it"]
fn one_that_does_not_read_holds_up_no_other() -> Result<()> {
    let mut board = Board::start(&firmware("server")?, &["10", "900"])?;
    board.until("address")?;
    let mut silent = TcpStream::connect(("127.0.0.1", board.port))?;
    silent.write_all(b"GET /readings HTTP/1.1\r\nHost: board\r\n\r\n")?;

    for mut curl in four_curls(&board)? {
        curl.follow(500)?;
    }
    Ok(())
}

fn four_curls(board: &Board) -> Result<Vec<Follower>> {
    let url = format!("http://127.0.0.1:{}/readings", board.port);
    (0..4).map(|_| Follower::curl(&url)).collect()
}

/// A process that prints what it sees of the stream; killed when dropped.
struct Follower {
    process: Child,
    events: Receiver<(u32, String)>,
    last: Option<u32>,
}

impl Follower {
    fn curl(url: &str) -> Result<Self> {
        let mut command = Command::new("curl");
        command.args(["-sN", url]).stdout(Stdio::piped());
        let mut process = command.spawn()?;
        let output = process.stdout.take().ok_or("no output")?;
        let mut id = String::new();
        Self::new(process, output, move |line| {
            if let Some(new) = line.strip_prefix("id: ") {
                new.clone_into(&mut id);
            }
            let data = line.strip_prefix("data: ")?;
            Some((id.parse().ok()?, data.to_owned()))
        })
    }

    /// The page logs each event to the console, and the browser that to its own output.
    fn browser(url: &str) -> Result<Self> {
        let mut command = Command::new("chromium");
        let flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--enable-logging=stderr",
        ];
        let mut process = command
            .args(flags)
            .arg(url)
            .stderr(Stdio::piped())
            .spawn()?;
        let output = process.stderr.take().ok_or("no output")?;
        Self::new(process, output, |line| {
            let (_, event) = line.split_once("\"event ")?;
            let (event, _) = event.split_once('"')?;
            let (id, data) = event.split_once(' ')?;
            Some((id.parse().ok()?, data.to_owned()))
        })
    }

    fn new(
        process: Child,
        output: impl Read + Send + 'static,
        mut event_in: impl FnMut(&str) -> Option<(u32, String)> + Send + 'static,
    ) -> Result<Self> {
        let (sender, events) = channel();
        thread::spawn(move || {
            let lines = BufReader::new(output).lines();
            for line in lines.map_while(std::io::Result::ok) {
                if event_in(&line).is_some_and(|event| sender.send(event).is_err()) {
                    break;
                }
            }
        });
        Ok(Self {
            process,
            events,
            last: None,
        })
    }

    /// Sees this many events more, none left out, doubled or altered.
    fn follow(&mut self, count: u32) -> Result<()> {
        for _ in 0..count {
            let (id, data) = self.events.recv_timeout(PATIENCE)?;
            if let Some(last) = self.last {
                assert_eq!(id, last + 1);
            }
            assert_eq!(data.trim_end(), format!("reading {}", reading(id)));
            self.last = Some(id);
        }
        Ok(())
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
