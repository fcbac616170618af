//! The firmware `client` follows a feed through all that befalls a connection.

use host::{Board, Feed, Result, firmware, printed};

#[test]
fn each_event_is_seen_once_through_cuts_silence_and_a_restart() -> Result<()> {
    let feed = Feed::listen(0)?;
    let mut board = Board::start(&firmware("client")?, &[&feed.url()])?;
    let mut seen = Vec::new();

    let mut first = feed.accept()?;
    assert_eq!(first.last_event_id, "");
    first.open()?;
    first.piece("retry: 100\n\n")?;
    first.events(1..=10)?;
    first.piece("id: 11\ndata: half of an ev")?;
    drop(first);
    seen.extend(board.until("lost Cut")?);

    let mut second = feed.accept()?;
    assert_eq!(second.last_event_id, "10");
    second.open()?;
    second.events(11..=20)?;
    seen.extend(board.until("event 20")?);
    board.set_cable("off")?;
    second.events(21..=25)?;
    seen.extend(board.until("no address")?);
    seen.extend(board.until("lost Connect")?);
    board.set_cable("on")?;

    let mut third = feed.accept()?;
    assert_eq!(third.last_event_id, "20");
    third.open()?;
    third.events(21..=25)?;
    seen.extend(board.until("lost Idle")?);

    let mut fourth = feed.accept()?;
    assert_eq!(fourth.last_event_id, "25");
    fourth.open()?;
    fourth.events(26..=30)?;
    seen.extend(board.until("event 30")?);
    let port = feed.port();
    drop(feed);
    drop(fourth);
    seen.extend(board.until("lost Cut")?);
    seen.extend(board.until("lost Connect")?);

    let feed = Feed::listen(port)?;
    let mut fifth = feed.accept()?;
    assert_eq!(fifth.last_event_id, "30");
    fifth.open()?;
    fifth.events(31..=40)?;
    fifth.send("0\r\n\r\n")?;
    seen.extend(board.until("lost Ended")?);
    feed.accept()?.refuse()?;
    seen.extend(board.finish()?);

    seen.retain(|line| line.starts_with("event"));
    assert_eq!(seen, printed(1..=40));
    Ok(())
}
