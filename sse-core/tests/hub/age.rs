//! Frames that leave because they are old.

use std::time::Duration;

use sse_core::{Hub, HubConfig, Instant, Message};

use crate::common::{gap, numbered, publish_numbers, read};

const AGE: Duration = Duration::from_secs(160);

fn aging() -> Hub {
    Hub::new(HubConfig::new().max_age(AGE))
}

fn at(seconds: u64) -> Instant {
    Instant::since_epoch(Duration::from_secs(seconds))
}

/// How many frames are left after each tick.
fn left_after(hub: &Hub, seconds: impl IntoIterator<Item = u64>) -> Vec<usize> {
    let tick = |second| {
        hub.tick(at(second));
        hub.stats().frames
    };
    seconds.into_iter().map(tick).collect()
}

#[test]
fn a_frame_is_held_for_its_age_and_little_longer() {
    let hub = aging();
    hub.tick(at(1000));
    publish_numbers(&hub, 1..=1);
    let left = left_after(&hub, 1001..=1171);
    let held = left.iter().filter(|&&frames| frames > 0).count();
    assert!((160..=170).contains(&held), "{held}");
    assert_eq!(hub.stats().bytes, 0);
}

#[test]
fn what_was_published_before_the_hub_knew_the_time_is_young() {
    let hub = aging();
    publish_numbers(&hub, 1..=1);
    assert_eq!(left_after(&hub, [5_000_000, 5_000_159]), [1, 1]);
    assert_eq!(left_after(&hub, [5_000_319]), [0]);
}

#[test]
fn a_reader_of_what_is_too_old_is_told() {
    let hub = aging();
    let mut reader = hub.subscribe(None);
    publish_numbers(&hub, 1..=3);
    left_after(&hub, [0, 100]);
    publish_numbers(&hub, 4..=4);
    assert_eq!(left_after(&hub, [200, 260]), [4, 1]);
    let told = gap("3", r#"{"after":null,"resumes_at":"4","lost":3}"#);
    let expected = [vec![told], numbered(4..=4)].concat();
    assert_eq!(read(&mut reader), (expected, false));
    assert_eq!(read(&mut hub.subscribe(Some("3"))).0, numbered(4..=4));
}

#[test]
fn a_clock_that_jumps_back_takes_nothing_and_ages_on() {
    let hub = aging();
    hub.tick(at(1_000_000));
    publish_numbers(&hub, 1..=1);
    assert_eq!(left_after(&hub, [1_000_010, 5, 5, 4]), [1, 1, 1, 1]);
    publish_numbers(&hub, 2..=2);
    assert_eq!(left_after(&hub, [100, 163, 300]), [2, 2, 0]);
}

#[test]
fn a_clock_that_jumps_ahead_takes_only_what_was_there_before_the_last_tick() {
    let hub = aging();
    hub.tick(at(0));
    publish_numbers(&hub, 1..=1);
    hub.tick(at(20));
    publish_numbers(&hub, 2..=2);
    assert_eq!(
        left_after(&hub, [1_000_000, 1_000_159, 1_000_160]),
        [1, 1, 0]
    );
    publish_numbers(&hub, 3..=3);
    assert_eq!(left_after(&hub, [u64::MAX, u64::MAX]), [1, 1]);
}

#[test]
fn without_a_greatest_age_time_takes_nothing() {
    let hub = Hub::default();
    publish_numbers(&hub, 1..=2);
    assert_eq!(left_after(&hub, [0, 1, u64::MAX]), [2, 2, 2]);
}

#[test]
fn any_number_of_old_frames_leaves_with_one_tick() {
    let config = HubConfig::new().max_age(AGE).max_frames(100_000);
    let hub = Hub::new(config);
    for topic in 0..1000 {
        let topic = format!("topic {topic}");
        hub.publish_to(&topic, &Message::new("x")).unwrap();
    }
    hub.publish_all("", (0..10_000).map(Message::display))
        .unwrap();
    assert_eq!(hub.stats().topics, 1000);
    assert_eq!(
        left_after(&hub, [0, 10, 169, 170]),
        [11_000, 11_000, 11_000, 0]
    );
    assert_eq!((hub.stats().topics, hub.stats().bytes), (0, 0));
}

#[test]
fn an_age_of_nothing_holds_nothing_beyond_the_next_tick() {
    let hub = Hub::new(HubConfig::new().max_age(Duration::ZERO));
    publish_numbers(&hub, 1..=3);
    assert_eq!(left_after(&hub, [7]), [0]);
    publish_numbers(&hub, 4..=4);
    assert_eq!(read(&mut hub.subscribe(Some("3"))).0, numbered(4..=4));
    assert_eq!(left_after(&hub, [7]), [0]);
}
