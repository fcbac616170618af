//! A server's process: what it is told, and what it costs.

use std::{
    fs,
    io::{self, BufRead as _, BufReader, Write as _},
    net::SocketAddrV4,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use crate::rows::{Options, Row};

pub struct Server {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    pub address: SocketAddrV4,
    /// The process whose cost counts.
    pid: u32,
}

/// What a server says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Stats {
    pub subscribers: usize,
    /// Of events that are held.
    pub bytes: usize,
    /// How long all publishing took.
    pub publishing: Duration,
}

impl Server {
    /// Starts this program as the server of a row.
    pub fn start(row: Row, options: &Options) -> io::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["serve", row.name()])
            .arg(format!("--ring={}", options.ring))
            .arg(format!("--keep-alive={}", options.keep_alive))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        stdout.read_line(&mut line)?;
        let (address, pid) = line
            .trim_end()
            .split_once(' ')
            .ok_or_else(|| io::Error::other(format!("the server {row} did not start")))?;
        Ok(Self {
            address: address.parse().map_err(io::Error::other)?,
            pid: pid.parse().map_err(io::Error::other)?,
            child,
            stdin,
            stdout,
        })
    }

    /// Publishes so many events in a row.
    pub fn publish(&mut self, count: u64) -> io::Result<()> {
        self.tell(&format!("publish {count}\n"))
    }

    pub fn stats(&mut self) -> io::Result<Stats> {
        self.tell("stats\n")?;
        let mut line = String::new();
        self.stdout.read_line(&mut line)?;
        let mut numbers = line.split_whitespace().map(str::parse);
        let mut next = || match numbers.next() {
            Some(Ok(number)) => Ok(number),
            _ => Err(io::Error::other("the server told no numbers")),
        };
        Ok(Stats {
            subscribers: next()? as usize,
            bytes: next()? as usize,
            publishing: Duration::from_nanos(next()?),
        })
    }

    /// Processor time that its threads have taken, to the nanosecond.
    pub fn cpu(&self) -> io::Result<Duration> {
        let mut nanos = 0;
        for thread in fs::read_dir(format!("/proc/{}/task", self.pid))? {
            let text = fs::read_to_string(thread?.path().join("schedstat"))?;
            let first = text.split(' ').next().unwrap_or_default();
            nanos += first.parse::<u64>().map_err(io::Error::other)?;
        }
        Ok(Duration::from_nanos(nanos))
    }

    /// Bytes of memory that are its own or shared, and present.
    pub fn rss(&self) -> io::Result<usize> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        Ok(kibibytes.map_or(0, |kibibytes: usize| kibibytes * 1024))
    }

    fn tell(&mut self, line: &str) -> io::Result<()> {
        let stdin = self.stdin.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        stdin.write_all(line.as_bytes())
    }
}

impl Drop for Server {
    /// Ends its input, and with it the server.
    fn drop(&mut self) {
        self.stdin = None;
        let _ = self.child.wait();
    }
}
