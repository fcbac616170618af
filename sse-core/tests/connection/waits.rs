//! How long to wait before the next attempt, and when to make none.

use std::time::Duration;

use crate::simulation::{Answer, Simulation, config, in_turn, seconds};

/// Times in seconds at which attempts are made.
fn attempts(simulation: &Simulation) -> Vec<u64> {
    let starts = simulation.asked.iter();
    starts.map(|asked| asked.at.elapsed().as_secs()).collect()
}

#[test]
fn waits_double_while_nobody_answers() {
    let mut simulation = Simulation::new(config(|c| c.jitter_percent = 0), |_| None);
    simulation.log(100);
    assert_eq!(simulation.waits(), [3_000, 6_000, 12_000, 24_000, 30_000]);
}

#[test]
fn a_server_that_accepts_and_hangs_up_does_not_undo_the_doubling() {
    let mut simulation = Simulation::of(
        config(|c| c.jitter_percent = 0),
        [Answer::stream("retry: 1000\nid: 1\n\n")],
    );
    simulation.log(20);
    assert_eq!(simulation.waits(), [1_000, 2_000, 4_000, 8_000]);
}

#[test]
fn a_server_that_ends_each_stream_after_an_event_is_asked_again_in_the_time_it_names() {
    let mut simulation = Simulation::of(
        config(|c| c.max_failures = Some(1)),
        [Answer::stream("retry: 1000\ndata: a\n\n")],
    );
    simulation.log(5);
    assert_eq!(simulation.waits(), [1_000; 5]);
}

#[test]
fn a_stable_stream_undoes_the_doubling_and_its_end_is_no_failure() {
    let short = Answer::stream("retry: 1000\n");
    let stable = Answer::stream("retry: 1000\n").then(5_000, ":\n");
    let mut simulation = Simulation::of(
        config(|c| (c.jitter_percent, c.max_failures) = (0, Some(3))),
        [short.clone(), short.clone(), stable, short],
    );
    let log = simulation.log(60);
    assert_eq!(simulation.waits(), [1_000, 2_000, 1_000, 1_000, 2_000]);
    assert_eq!(log.last().unwrap(), "Closed(Failures(Ended))");
    assert_eq!(simulation.client.session().failures(), 3);
}

#[test]
fn as_many_failures_in_a_row_as_allowed_close_the_source() {
    for max in 1..5 {
        let mut simulation = Simulation::new(config(|c| c.max_failures = Some(max)), |_| None);
        let log = simulation.log(1_000);
        assert_eq!(log.last().unwrap(), "Closed(Failures(Connect))");
        assert_eq!(simulation.asked.len(), max as usize);
    }
}

#[test]
fn with_no_failure_allowed_the_end_of_any_stream_is_final() {
    let stable = Answer::stream("").then(60_000, "data: a\n\n");
    let mut simulation = Simulation::of(config(|c| c.max_failures = Some(0)), [stable]);
    let log = ["Opened", "message|a|", "Closed(Failures(Ended))"];
    assert_eq!(simulation.log(100), log);
}

#[test]
fn a_deadline_can_be_the_last_failure() {
    let mut simulation = Simulation::of(
        config(|c| c.max_failures = Some(1)),
        [Answer::new("").hang()],
    );
    assert_eq!(simulation.log(100), ["Closed(Failures(ConnectTimeout))"]);
}

#[test]
fn retry_0_makes_no_storm() {
    let stable = Answer::stream("retry: 0\n\n");
    let mut simulation = Simulation::of(
        config(|c| (c.stable_after, c.jitter_percent) = (Duration::ZERO, 0)),
        [stable],
    );
    simulation.log(60);
    assert_eq!(simulation.asked.len(), 601);

    let mut simulation = Simulation::of(config(|_| ()), [Answer::stream("retry: 0\n\n")]);
    simulation.log(60);
    assert!(simulation.asked.len() <= 10, "{:?}", simulation.waits());
}

#[test]
fn a_huge_retry_is_cut_to_the_ceiling() {
    for retry in [
        "99999999999",
        "18446744073709551615",
        "99999999999999999999999",
    ] {
        let answer = Answer::stream(&format!("retry: {retry}\n"));
        let mut simulation = Simulation::of(config(|_| ()), [answer]);
        simulation.log(301);
        assert_eq!(simulation.waits(), [300_000]);
    }
}

#[test]
fn jitter_lengthens_waits_within_its_bound_and_differs_by_seed() {
    let mut seen = Vec::new();
    for seed in 0..20 {
        let mut simulation = Simulation::new(config(|c| c.seed = seed), |_| None);
        simulation.log(30);
        let waits = simulation.waits();
        assert_eq!(waits[0], 3_000);
        assert!((6_000..=9_000).contains(&waits[1]), "{waits:?}");
        assert!((12_000..=18_000).contains(&waits[2]), "{waits:?}");
        seen.push(waits);
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 20);
}

#[test]
fn statuses_that_may_pass_are_final_unless_the_policy_says_otherwise() {
    for status in [408, 425, 429, 500, 502, 503, 504, 599] {
        let answers = [Answer::status(status), Answer::status(204)];
        let mut by_default = Simulation::of(config(|_| ()), answers.clone());
        assert_eq!(by_default.log(60), [format!("Closed(Status({status}))")]);

        let mut patient = Simulation::of(config(|c| c.retry_refused = true), answers);
        let log = [
            format!("Lost(Status({status}))"),
            "Closed(NoContent)".into(),
        ];
        assert_eq!(patient.log(60), log);
        assert_eq!(patient.waits(), [3_000]);
    }
}

#[test]
fn the_policy_leaves_other_statuses_final() {
    for status in [201, 205, 206, 304, 400, 401, 403, 404, 410, 418, 600, 999] {
        let mut simulation =
            Simulation::of(config(|c| c.retry_refused = true), [Answer::status(status)]);
        assert_eq!(simulation.log(60), [format!("Closed(Status({status}))")]);
    }
}

#[test]
fn retry_after_lengthens_the_wait_up_to_the_ceiling() {
    let waits = [
        ("10", 10_000),
        ("1", 3_000),
        ("0", 3_000),
        ("86400", 300_000),
        ("99999999999999999999999", 300_000),
        ("", 3_000),
        ("-5", 3_000),
        ("+50", 3_000),
        ("1.5", 3_000),
        ("Fri, 31 Dec 2027 23:59:59 GMT", 3_000),
    ];
    for (value, wait) in waits {
        let refused = Answer::new(format!(
            "HTTP/1.1 503 -\r\nRetry-After: {value}\r\nContent-Length: 0\r\n\r\n"
        ));
        let mut simulation = Simulation::of(
            config(|c| c.retry_refused = true),
            [refused, Answer::status(204)],
        );
        simulation.log(400);
        assert_eq!(simulation.waits(), [wait], "{value:?}");
    }
}

#[test]
fn status_204_is_the_end() {
    let answers = [Answer::stream("data: a\n\n"), Answer::status(204)];
    let mut simulation = Simulation::of(config(|c| c.retry_refused = true), answers);
    let log = ["Opened", "message|a|", "Lost(Ended)", "Closed(NoContent)"];
    assert_eq!(simulation.log(60), log);
    simulation.now = simulation.now + seconds(1_000_000);
    assert_eq!(simulation.log(60), ["Closed(NoContent)"]);
    assert_eq!(simulation.client.deadline(), None);
}

#[test]
fn reopening_connects_at_once_and_forgets_the_failures() {
    let mut simulation = Simulation::new(config(|c| c.jitter_percent = 0), |_| None);
    simulation.log(20);
    assert_eq!(attempts(&simulation), [0, 3, 9]);
    simulation.client.reopen();
    simulation.log(2);
    assert_eq!(attempts(&simulation), [0, 3, 9, 20]);
    assert_eq!(simulation.client.session().failures(), 1);
}

#[test]
fn a_closed_source_can_be_reopened_and_goes_on_from_its_last_id() {
    let server = in_turn([
        Answer::stream("id: 7\ndata: a\n\n"),
        Answer::status(404),
        Answer::stream("data: b\n\n").hang(),
    ]);
    let mut simulation = Simulation::new(config(|_| ()), server);
    let log = [
        "Opened",
        "message|a|7",
        "Lost(Ended)",
        "Closed(Status(404))",
    ];
    assert_eq!(simulation.log(60), log);
    simulation.client.reopen();
    assert_eq!(simulation.log(60), ["Opened", "message|b|7"]);
    assert_eq!(simulation.asked[2].header("Last-Event-ID").unwrap(), "7");
}
