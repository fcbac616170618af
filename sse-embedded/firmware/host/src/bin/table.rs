//! Prints the table of sse-embedded's README: flash, static memory and greatest depth of the stack
//! of the programs in `sizes`, and what follows from them.
//!
//! `FIRMWARE` names the folder in which they were built.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    time::Instant,
};

use host::{Board, Feed, PATIENCE, Result, Scratch, Sizes, firmware, sizes};

fn main() -> Result<()> {
    println!("| program | flash | static RAM | stack |\n|---|---|---|---|");
    let empty = program("empty", None)?;
    let parser = program("parser", None)?;
    let bare = program("bare", Some(wake))?;
    let socket = program("socket", Some(get))?;
    let follow = within(5_632, program("follow", Some(follow))?)?;
    let reqwless = program("reqwless", Some(get_and_forget))?;
    let serve = within(6_144, program("serve", Some(page_and_events))?)?;
    let picoserve = program("picoserve", Some(page_and_events))?;

    println!("\n| what | flash |\n|---|---|");
    for (what, program, beside) in [
        ("parser alone", parser, empty),
        (
            "a TCP connection and a look-up, over the bare network stack",
            socket,
            bare,
        ),
        (
            "following a feed, over the bare network stack",
            follow,
            bare,
        ),
        ("a GET by reqwless", reqwless, bare),
        ("serving a page and a stream", serve, bare),
        ("the same by picoserve", picoserve, bare),
    ] {
        println!(
            "| {what} | {:+} |",
            i64::from(program.flash) - i64::from(beside.flash)
        );
    }
    Ok(())
}

/// What a program's peer does to it, so that it uses its stack: given the board and a feed that it
/// connects to.
type Peer = fn(&Board, &Feed) -> Result<()>;

#[derive(Clone, Copy)]
struct Program {
    flash: u32,
    stack: Option<usize>,
}

fn program(name: &str, peer: Option<Peer>) -> Result<Program> {
    let elf = fs::read(firmware(name)?)?;
    let sizes = sizes(&elf)?;
    let stack = match peer {
        None => None,
        Some(peer) => Some(stack_of(elf, sizes, peer)?),
    };
    let printed = stack.map_or("-".to_owned(), |stack| stack.to_string());
    println!("| {name} | {} | {} | {printed} |", sizes.flash, sizes.ram);
    Ok(Program {
        flash: sizes.flash,
        stack,
    })
}

/// Fails if the stack is deeper than what sse-embedded's README promises.
fn within(most: usize, program: Program) -> Result<Program> {
    match program.stack {
        Some(stack) if stack > most => Err(format!("a stack of more than {most} bytes").into()),
        _ => Ok(program),
    }
}

/// The greatest depth of the stack after what `peer` does.
fn stack_of(mut elf: Vec<u8>, sizes: Sizes, peer: Peer) -> Result<usize> {
    let feed = Feed::listen(0)?;
    set_port(&mut elf, feed.port());
    let patched = Scratch::new();
    fs::write(&patched.0, elf)?;
    let mut board = Board::start(&patched.0, &[])?;
    peer(&board, &feed)?;
    let ram = board.memory(sizes.statics_end, RAM_END - sizes.statics_end)?;
    let painted = ram.chunks_exact(4).take_while(|word| *word == PAINT);
    Ok(ram.len() - 4 * painted.count())
}

/// The programs have no way to be told a port: it is written into them.
fn set_port(elf: &mut [u8], port: u16) {
    let to_replace = b"10.0.2.2:65535";
    let places = elf.windows(to_replace.len());
    let found = places.enumerate().filter(|(_, bytes)| bytes == to_replace);
    for at in found.map(|(at, _)| at).collect::<Vec<_>>() {
        elf[at..][..to_replace.len()].copy_from_slice(format!("10.0.2.2:{port:05}").as_bytes());
    }
}

/// A board that refuses a connection is up.
fn wake(board: &Board, _: &Feed) -> Result<()> {
    let mut refused = TcpStream::connect(("127.0.0.1", board.port))?;
    refused.set_read_timeout(Some(PATIENCE))?;
    match refused.read(&mut [0]) {
        Ok(1..) => Err("it serves".into()),
        Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => Err("it is not up".into()),
        Ok(0) | Err(_) => Ok(()),
    }
}

/// Some events, and the end.
fn get(_: &Board, feed: &Feed) -> Result<()> {
    let mut connection = feed.accept()?;
    connection.open()?;
    connection.events(1..=20)?;
    connection.send("0\r\n\r\n")?;
    connection.finish()
}

/// The same for a client that forgets its connection: more of it is refused then.
fn get_and_forget(_: &Board, feed: &Feed) -> Result<()> {
    let mut connection = feed.accept()?;
    connection.open()?;
    connection.events(1..=20)?;
    connection.send("0\r\n\r\n")?;
    while connection.send("\n").is_ok() {}
    Ok(())
}

/// Events of all kinds, a cut, a redirect, and the end.
fn follow(_: &Board, feed: &Feed) -> Result<()> {
    let mut first = feed.accept()?;
    first.open()?;
    first.piece("\u{feff}retry: 100\n: comment\n\nevent: a\ndata: two\ndata: lines\n\n")?;
    first.piece(b"data: not UTF-8: \xff\xe2\x82\n\n")?;
    first.piece(format!("data: {}\n\n", "too large ".repeat(30)))?;
    first.events(1..=20)?;
    first.piece("data: cut")?;
    drop(first);
    let mut second = feed.accept()?;
    second.send("HTTP/1.1 302 Found\r\nLocation: ../other?a=b\r\nContent-Length: 0\r\n\r\n")?;
    let mut third = feed.accept()?;
    third.open()?;
    third.events(21..=40)?;
    third.send("0\r\n\r\n")?;
    let mut last = feed.accept()?;
    last.send("HTTP/1.1 204 No Content\r\n\r\n")?;
    last.finish()
}

/// The page, and the start of the stream.
fn page_and_events(board: &Board, _: &Feed) -> Result<()> {
    for (path, wanted) in [("/", "Sensors</title>"), ("/events", "21\n\n")] {
        // Until it listens, or does again, it refuses.
        let deadline = Instant::now() + PATIENCE;
        while let Err(error) = fetch(board, path, wanted) {
            if Instant::now() > deadline {
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Gets what is at `path`, up to what is wanted of it.
fn fetch(board: &Board, path: &str, wanted: &str) -> Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", board.port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let headers = "Host: board\r\nUser-Agent: a browser's name\r\nLast-Event-ID: 0\r\n";
    stream.write_all(format!("GET {path} HTTP/1.1\r\n{headers}\r\n").as_bytes())?;
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains(wanted) {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        seen.extend(byte);
    }
    Ok(())
}

const PAINT: [u8; 4] = [0xcc; 4];
const RAM_END: u32 = 0x2040_0000;
