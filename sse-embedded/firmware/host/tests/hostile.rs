//! The firmware `client` and a peer that means it no good: each thing that does not fit or is no
//! stream is reported, what comes behind it is seen, and other tasks take their turns.

use host::{Board, Feed, Result, firmware};

#[test]
fn a_hostile_peer_neither_stops_nor_blocks_the_board() -> Result<()> {
    let feed = Feed::listen(0)?;
    let mut board = Board::start(&firmware("client")?, &[&feed.url(), "watch"])?;
    let mut random = Random(1);

    // A head without an end.
    let mut peer = feed.accept()?;
    peer.send("HTTP/1.1 200 OK\r\n")?;
    peer.send("X-More: and more\r\n".repeat(100))?;
    board.until("closed HeadTooLarge")?;

    // No head at all.
    let mut peer = feed.accept()?;
    peer.send("\0\0\0 not HTTP \0\0\0\r\n\r\n")?;
    board.until("lost BadHead")?;

    let mut peer = feed.accept()?;
    peer.open()?;
    board.until("open")?;
    // One line of 256 KiB, of each kind.
    for line in ["data: ", "id: ", "event: ", "retry: ", ": ", "no field"] {
        peer.piece(line)?;
        for _ in 0..256 {
            peer.piece([b'7'; 1024])?;
        }
        peer.piece("\n\ndata: behind it\n\n")?;
        let seen = board.until("event  behind it")?;
        let is_kept = ["data: ", "id: ", "event: "].contains(&line);
        let too_large = seen.iter().filter(|line| *line == "too large").count();
        assert_eq!(too_large, usize::from(is_kept), "{line:?}: {seen:?}");
    }
    // One event of many lines, and one a byte larger than the buffer beside one that just fits.
    peer.piece("data: a\n".repeat(10_000))?;
    peer.piece(format!("\ndata: {}\n\n", "b".repeat(257)))?;
    peer.piece(format!("data: {}\n\n", "c".repeat(256)))?;
    let seen = board.until("event  ccc")?;
    assert_eq!(seen.iter().filter(|line| *line == "too large").count(), 2);
    assert!(
        seen.last()
            .is_some_and(|line| line.ends_with(&"c".repeat(256)))
    );

    // Noise, of all bytes and of those that mean something.
    let noise: Vec<u8> = (0..200_000).map(|_| random.next() as u8).collect();
    peer.piece(noise)?;
    let pieces = [
        "data", "data:", "id:", "event:", "retry:", ":", "\n", "\n\n", "\r", "\0", "x", "\u{feff}",
    ];
    for _ in 0..1000 {
        let pieces = (0..20).map(|_| pieces[random.next() as usize % pieces.len()]);
        peer.piece(pieces.collect::<String>())?;
    }
    peer.piece("\n\nretry: 100\nid: 7\ndata: behind noise\n\n")?;
    board.until("event 7 behind noise")?;

    // A chunk of no size.
    peer.send("no size\r\n")?;
    board.until("lost BadChunk")?;

    let peer = feed.accept()?;
    assert_eq!(peer.last_event_id, "7");
    peer.refuse()?;
    let said = board.finish()?;
    let most = said.iter().find_map(|line| {
        let most = line.strip_prefix("at most ")?;
        most.strip_suffix(" reads at once")?.parse::<u32>().ok()
    });
    // One in each turn; embassy's executor gives a task that is ready again up to two turns before
    // another that is ready has its own.
    assert!(
        matches!(most, Some(1..=2)),
        "{most:?} reads between two turns of another task"
    );
    Ok(())
}

/// The SplitMix64 generator.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}
