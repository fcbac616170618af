//! nchan in nginx with one worker, fed over a connection that is kept open.

use std::{
    env, fs,
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{self, Child, Command},
    thread,
    time::{Duration, Instant},
};

use sse_core::http::{HeadEnd, Response};

use super::{
    Options,
    control::{Control, Publisher, say},
};
use crate::event;

pub fn serve(options: &Options) -> io::Result<()> {
    let folder = Folder::new()?;
    // nginx takes no port 0: one that was free a moment ago has to do.
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut nginx = Nginx::start(&folder.0, address, options)?;
    let (to, worker) = connect(address, &mut nginx.0)?;
    say(&format!("{address} {worker}"))?;
    Control::new(Nchan(to)).run()
}

pub fn is_installed() -> bool {
    Path::new(MODULE).exists()
}

/// A folder for the configuration and the log, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> io::Result<Self> {
        let path = env::temp_dir().join(format!("fanout-nchan-{}", process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

struct Nginx(Child);

impl Nginx {
    fn start(folder: &Path, address: SocketAddr, options: &Options) -> io::Result<Self> {
        let here = folder.display();
        let Options { ring, keep_alive } = options;
        let ping = keep_alive.div_ceil(1000);
        let config = format!(
            "load_module {MODULE};
daemon off;
user root;
worker_processes 1;
worker_rlimit_nofile {files};
pid {here}/pid;
error_log {here}/error.log;
events {{ worker_connections {connections}; use epoll; multi_accept on; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  nchan_max_reserved_memory 256m;
  server {{
    listen {address} backlog=4096;
    location = /publish {{
      nchan_publisher;
      nchan_channel_id events;
      nchan_message_buffer_length {ring};
      nchan_message_timeout 10m;
    }}
    location = / {{
      nchan_subscriber eventsource;
      nchan_channel_id events;
      nchan_subscriber_first_message newest;
      nchan_eventsource_ping_interval {ping};
    }}
  }}
}}
",
            files = crate::most_files(),
            connections = crate::most_files() - 64,
        );
        let file = folder.join("nginx.conf");
        fs::write(&file, config)?;
        let mut command = Command::new("nginx");
        command.arg("-p").arg(folder).arg("-c").arg(file);
        command.arg("-e").arg(folder.join("error.log"));
        command
            .stdin(process::Stdio::null())
            .stdout(process::Stdio::null());
        Ok(Self(command.spawn()?))
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        if let Some(pid) = rustix::process::Pid::from_raw(self.0.id() as i32) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let _ = self.0.wait();
    }
}

/// A connection to publish on, and the process id of the worker.
fn connect(address: SocketAddr, nginx: &mut Child) -> io::Result<(TcpStream, String)> {
    let master = nginx.id();
    let start = Instant::now();
    loop {
        let workers = fs::read_to_string(format!("/proc/{master}/task/{master}/children"))?;
        match (
            workers.split_whitespace().next(),
            TcpStream::connect(address),
        ) {
            (Some(worker), Ok(stream)) => {
                stream.set_nodelay(true)?;
                return Ok((stream, worker.to_owned()));
            }
            (None, Ok(_)) | (_, Err(_)) if start.elapsed() < Duration::from_secs(10) => {}
            (None, Ok(_)) => return Err(io::ErrorKind::TimedOut.into()),
            (_, Err(error)) => return Err(error),
        }
        if let Some(status) = nginx.try_wait()? {
            return Err(io::Error::other(format!("nginx ended: {status}")));
        }
        thread::sleep(Duration::from_millis(20));
    }
}

struct Nchan(TcpStream);

impl Publisher for Nchan {
    fn publish(&mut self, from: u64, to: u64) {
        let mut requests = String::new();
        for number in from..to {
            let data = event::data(number, ID_LEN);
            requests += &format!(
                "POST /publish HTTP/1.1\r\nHost: bench\r\nContent-Length: {}\r\n\r\n{data}",
                data.len()
            );
        }
        let sent = self.0.write_all(requests.as_bytes());
        sent.and_then(|()| self.answers(to - from))
            .expect("nginx takes what is published");
    }
}

impl Nchan {
    /// Reads as many answers, all of them good.
    fn answers(&mut self, mut count: u64) -> io::Result<()> {
        let mut received = Vec::new();
        let mut chunk = [0; 4096];
        while count > 0 {
            match self.0.read(&mut chunk)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                n => received.extend_from_slice(&chunk[..n]),
            }
            while let Some(end) = HeadEnd::new().find(&received) {
                let answer = Response::parse(&received).map_err(io::Error::other)?;
                if !matches!(answer.status(), 200..=299) {
                    return Err(io::Error::other(format!("status {}", answer.status())));
                }
                let length = answer.header("content-length").unwrap_or(b"0");
                let length: usize = str::from_utf8(length)
                    .ok()
                    .and_then(|length| length.parse().ok())
                    .ok_or(io::ErrorKind::InvalidData)?;
                if received.len() < end + length {
                    break;
                }
                received.drain(..end + length);
                count -= 1;
            }
        }
        Ok(())
    }
}

/// As long as the ids that nchan gives, a time in seconds and a count: `1700000000:0`.
const ID_LEN: usize = 12;
const MODULE: &str = "/usr/lib/nginx/modules/ngx_nchan_module.so";
