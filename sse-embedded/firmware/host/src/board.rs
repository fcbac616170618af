//! An emulated board: its output, its cable, its memory.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    os::unix::net::{UnixListener, UnixStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use crate::{PATIENCE, Result, Scratch};

/// QEMU with an mps2-an385 and its Ethernet; killed when dropped.
pub struct Board {
    qemu: Child,
    lines: Receiver<String>,
    monitor: UnixStream,
    /// The host's port that leads to the board's port 80.
    pub port: u16,
}

impl Board {
    /// Starts this firmware with these arguments.
    pub fn start(firmware: &Path, arguments: &[&str]) -> Result<Self> {
        let socket = Scratch::new();
        let listener = UnixListener::bind(&socket.0)?;
        let mut semihosting = String::from("enable=on,target=native,arg=firmware");
        for argument in arguments {
            semihosting += ",arg=";
            semihosting += argument;
        }
        let mut qemu = Command::new("qemu-system-arm")
            .args(["-M", "mps2-an385", "-nographic", "-serial", "none"])
            .args([
                "-nic",
                "user,id=net,model=lan9118,hostfwd=tcp:127.0.0.1:0-:80",
            ])
            .args(["-semihosting-config", &semihosting])
            .arg("-monitor")
            .arg(format!("unix:{}", socket.0.display()))
            .arg("-kernel")
            .arg(firmware)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = qemu.stdout.take().ok_or("no output")?;
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(output)
                .lines()
                .map_while(std::io::Result::ok)
            {
                println!("board: {line}");
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let (monitor, _) = listener.accept()?;
        monitor.set_read_timeout(Some(PATIENCE))?;
        let mut board = Self {
            qemu,
            lines,
            monitor,
            port: 0,
        };
        board.answer()?;
        let forwarded = board.order("info usernet")?;
        board.port = forwarded
            .lines()
            .find(|line| line.contains("HOST_FORWARD"))
            .and_then(|line| line.split_whitespace().nth(3)?.parse().ok())
            .ok_or_else(|| format!("no port is forwarded: {forwarded}"))?;
        Ok(board)
    }

    /// Reads lines up to the first that starts with `start`, and returns them all.
    pub fn until(&mut self, start: &str) -> Result<Vec<String>> {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = Vec::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self
                .lines
                .recv_timeout(left)
                .map_err(|error| format!("no line {start:?}: {error}; it said {seen:#?}"))?;
            seen.push(line);
            if seen.last().is_some_and(|line| line.starts_with(start)) {
                return Ok(seen);
            }
        }
    }

    /// Reads lines up to the end of the firmware, which must be a good one.
    pub fn finish(mut self) -> Result<Vec<String>> {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = Vec::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => seen.push(line),
                Err(_) if left == Duration::ZERO => return Err(format!("no end: {seen:#?}").into()),
                Err(_) => break,
            }
        }
        match self.qemu.wait()? {
            status if status.success() => Ok(seen),
            status => Err(format!("{status}; it said {seen:#?}").into()),
        }
    }

    /// Pulls the cable out of the board, or puts it back.
    pub fn set_cable(&mut self, state: &str) -> Result<()> {
        self.order(&format!("set_link net {state}")).map(drop)
    }

    /// What is in this many bytes of memory from `address`.
    pub fn memory(&mut self, address: u32, len: u32) -> Result<Vec<u8>> {
        let file = Scratch::new();
        self.order(&format!(
            "pmemsave {address} {len} \"{}\"",
            file.0.display()
        ))?;
        Ok(fs::read(&file.0)?)
    }

    /// Gives QEMU's monitor an order, and returns its answer.
    fn order(&mut self, order: &str) -> Result<String> {
        writeln!(self.monitor, "{order}")?;
        self.answer()
    }

    /// What the monitor says up to its prompt.
    fn answer(&mut self) -> Result<String> {
        let mut said = Vec::new();
        while !said.ends_with(b"(qemu) ") {
            let mut byte = [0];
            self.monitor.read_exact(&mut byte)?;
            said.extend(byte);
        }
        Ok(String::from_utf8_lossy(&said).into_owned())
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
    }
}
