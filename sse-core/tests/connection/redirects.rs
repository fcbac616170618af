//! Where redirects lead, what they cost the request, and where a reconnect goes.

use sse_core::http::{InvalidUrl, RequestBuf, UrlError};
use sse_core::{Client, Closed, Step};

use crate::simulation::{Answer, HOME, Simulation, config, in_turn};

fn urls<D, F>(simulation: &Simulation<D, F>) -> Vec<&str> {
    simulation
        .asked
        .iter()
        .map(|asked| asked.url.as_str())
        .collect()
}

fn stream() -> Answer {
    Answer::stream("retry: 1000\n")
}

#[test]
fn each_redirect_is_followed_and_only_permanent_ones_move_the_source() {
    let moved = "http://home.example/new";
    for (status, next) in [
        (301, moved),
        (302, HOME),
        (303, HOME),
        (307, HOME),
        (308, moved),
    ] {
        let answers = [Answer::redirect(status, "new"), stream(), stream().hang()];
        let mut simulation = Simulation::of(config(|_| ()), answers);
        assert_eq!(simulation.log(10), ["Opened", "Lost(Ended)", "Opened"]);
        assert_eq!(urls(&simulation), [HOME, moved, next], "{status}");
    }
}

#[test]
fn locations_are_absolute_or_relative() {
    let locations = [
        ("new", "http://home.example/new"),
        ("/a/b?c", "http://home.example/a/b?c"),
        ("?page=2", "http://home.example/events?page=2"),
        ("//other.example/x", "http://other.example/x"),
        ("https://home.example/events", "https://home.example/events"),
        ("HTTP://OTHER.example:80", "http://other.example/"),
        ("a/../b", "http://home.example/b"),
        ("/x#top", "http://home.example/x"),
    ];
    for (location, url) in locations {
        let answers = [Answer::redirect(302, location), stream().hang()];
        let mut simulation = Simulation::of(config(|_| ()), answers);
        assert_eq!(simulation.log(10), ["Opened"]);
        assert_eq!(urls(&simulation), [HOME, url]);
        assert_eq!(
            simulation.client.url().is_secure(),
            url.starts_with("https")
        );
    }
}

#[test]
fn a_source_moves_as_far_as_the_whole_chain_is_permanent() {
    let chains: [(&[u16], &str); 5] = [
        (&[301, 308, 301], "http://home.example/3"),
        (&[301, 302], "http://home.example/1"),
        (&[308, 307, 308], "http://home.example/1"),
        (&[302, 301], HOME),
        (&[301, 301, 303, 308], "http://home.example/2"),
    ];
    for (chain, next) in chains {
        let chain = chain.to_vec();
        let mut asked = 0;
        let mut simulation = Simulation::new(config(|_| ()), move |_| {
            asked += 1;
            Some(match chain.get(asked - 1) {
                Some(&status) => Answer::redirect(status, &format!("/{asked}")),
                None => stream(),
            })
        });
        assert_eq!(simulation.log(1)[..2], ["Opened", "Lost(Ended)"]);
        assert_eq!(simulation.asked.last().unwrap().url, next);
    }
}

#[test]
fn twenty_redirects_are_followed_and_no_more() {
    let answers = |n: usize| {
        let mut left = n;
        move |_: &str| {
            left = left.saturating_sub(1);
            Some(match left {
                0 => stream().hang(),
                _ => Answer::redirect(302, "/again"),
            })
        }
    };
    let mut simulation = Simulation::new(config(|_| ()), answers(21));
    assert_eq!(
        (simulation.log(1), simulation.asked.len()),
        (vec!["Opened".into()], 21)
    );
    let mut simulation = Simulation::new(config(|_| ()), answers(22));
    assert_eq!(simulation.log(1), ["Closed(TooManyRedirects)"]);
    assert_eq!(simulation.asked.len(), 21);
    assert_eq!(simulation.client.response().unwrap().status(), 302);

    let mut simulation = Simulation::new(config(|c| c.max_redirects = 0), answers(2));
    assert_eq!(simulation.log(1), ["Closed(TooManyRedirects)"]);
    let mut simulation = Simulation::new(config(|c| c.max_redirects = u8::MAX), |_| {
        Some(Answer::redirect(308, "/again"))
    });
    assert_eq!(simulation.log(1), ["Closed(TooManyRedirects)"]);
    assert_eq!(simulation.asked.len(), 256);
}

#[test]
fn a_redirect_to_nowhere_closes_and_shows_the_response() {
    let locations = [
        ("ftp://home.example/x", InvalidUrl::Scheme),
        ("", InvalidUrl::Empty),
        ("#top", InvalidUrl::Empty),
        ("http://", InvalidUrl::Host),
        ("http://home.example:0/", InvalidUrl::Port),
        ("http://user@home.example/", InvalidUrl::Userinfo),
    ];
    for (location, invalid) in locations {
        let mut simulation = Simulation::of(config(|_| ()), [Answer::redirect(302, location)]);
        let closed = Closed::Redirect(UrlError::Invalid(invalid));
        assert_eq!(simulation.run(simulation.now), Some(Step::Closed(closed)));
        let response = simulation.client.response().expect("the redirect");
        assert_eq!(response.status(), 302);
        assert_eq!(response.header("location"), Some(location.as_bytes()));
    }
}

#[test]
fn a_redirect_without_location_is_a_refusal() {
    for status in [300, 301, 302, 303, 304, 305, 306, 307, 308] {
        let mut simulation = Simulation::of(config(|_| ()), [Answer::status(status)]);
        assert_eq!(simulation.log(1), [format!("Closed(Status({status}))")]);
    }
}

#[test]
fn other_3xx_lead_nowhere() {
    for status in [300, 304, 305, 306] {
        let mut simulation = Simulation::of(config(|_| ()), [Answer::redirect(status, "/x")]);
        assert_eq!(simulation.log(1), [format!("Closed(Status({status}))")]);
    }
}

/// Which of the requests carried the secret.
fn trusted(simulation: &Simulation) -> Vec<bool> {
    let asked = simulation.asked.iter();
    asked
        .map(|asked| asked.header("Authorization").is_some())
        .collect()
}

fn with_secret(answers: impl FnMut(&str) -> Option<Answer> + 'static) -> Simulation {
    let mut simulation = Simulation::new(config(|_| ()), answers);
    simulation
        .request
        .set_header("Authorization", "Bearer secret")
        .unwrap();
    simulation.request.set_header("X-Topic", "tea").unwrap();
    simulation
}

#[test]
fn credentials_stay_within_the_origin_for_the_rest_of_the_chain() {
    let mut simulation = with_secret(in_turn([
        Answer::redirect(302, "/here"),
        Answer::redirect(302, "http://other.example/"),
        Answer::redirect(302, "/there"),
        Answer::redirect(302, "http://home.example/back"),
        stream(),
        stream().hang(),
    ]));
    assert_eq!(simulation.log(10), ["Opened", "Lost(Ended)", "Opened"]);
    assert_eq!(
        trusted(&simulation),
        [true, true, false, false, false, true]
    );
    let mut asked = simulation.asked.iter();
    assert!(asked.all(|asked| asked.header("X-Topic").is_some()));
    assert_eq!(simulation.asked[3].header("Host").unwrap(), "other.example");
}

#[test]
fn the_body_of_a_redirect_is_left_behind() {
    let body = "HTTP/1.1 404 -\r\n\r\n";
    let redirect = Answer::new(format!("HTTP/1.1 302 -\r\nLocation: /x\r\n\r\n{body}"));
    let mut simulation = Simulation::of(config(|_| ()), [redirect, stream().hang()]);
    assert_eq!(simulation.log(1), ["Opened"]);
}

#[test]
fn credentials_stay_behind_when_the_source_moves_for_good() {
    let mut simulation = with_secret(in_turn([
        Answer::redirect(301, "http://other.example/"),
        stream(),
        Answer::redirect(308, HOME),
        stream(),
        stream().hang(),
    ]));
    assert_eq!(simulation.log(10).len(), 5);
    assert_eq!(
        urls(&simulation)[2..],
        ["http://other.example/", HOME, HOME]
    );
    assert_eq!(trusted(&simulation), [true, false, false, false, false]);
}

#[test]
fn a_downgrade_is_another_origin() {
    let client = Client::new("https://home.example/events", config(|_| ())).unwrap();
    let server = in_turn([Answer::redirect(302, HOME), stream().hang()]);
    let mut simulation = Simulation::with_client(client, server);
    simulation
        .request
        .set_header("Authorization", "Bearer secret")
        .unwrap();
    simulation.log(1);
    assert_eq!(trusted(&simulation), [true, false]);
}

fn posting(answers: impl FnMut(&str) -> Option<Answer> + 'static) -> Simulation {
    let config = config(|c| c.resend = true);
    let client = Client::with_buffers(HOME, "POST", Default::default(), config).unwrap();
    let mut simulation = Simulation::with_client(client, answers);
    simulation.request = RequestBuf::new("POST").unwrap();
    simulation
        .request
        .set_header("Content-Type", "application/json")
        .unwrap();
    simulation.request.set_body("{}");
    simulation
}

#[test]
fn a_post_becomes_a_get_after_301_302_and_303_and_stays_one_after_307_and_308() {
    for (status, method) in [
        (301, "GET"),
        (302, "GET"),
        (303, "GET"),
        (307, "POST"),
        (308, "POST"),
    ] {
        let answers = [
            Answer::redirect(status, "/1"),
            Answer::redirect(307, "/2"),
            stream().hang(),
        ];
        let mut simulation = posting(in_turn(answers));
        assert_eq!(simulation.log(1), ["Opened"]);
        for asked in &simulation.asked[1..] {
            assert!(asked.text.starts_with(method), "{status}: {}", asked.text);
            assert_eq!(asked.text.ends_with("\r\n\r\n{}"), method == "POST");
            assert_eq!(asked.header("Content-Type").is_some(), method == "POST");
        }
    }
}

/// Where a POST was answered "look there", a POST does not belong there.
#[test]
fn a_post_that_became_a_get_does_not_move_its_source() {
    let answers = [Answer::redirect(301, "/1"), stream(), stream().hang()];
    let mut simulation = posting(in_turn(answers));
    assert_eq!(simulation.log(10), ["Opened", "Lost(Ended)", "Opened"]);
    assert_eq!(urls(&simulation)[2], HOME);
    let answers = [Answer::redirect(308, "/1"), stream(), stream().hang()];
    let mut simulation = posting(in_turn(answers));
    simulation.log(10);
    assert_eq!(urls(&simulation)[2], "http://home.example/1");
    assert!(simulation.asked[2].text.ends_with("{}"));
}

#[test]
fn the_last_event_id_goes_along() {
    let answers = [
        Answer::stream("id: 5\n\n"),
        Answer::redirect(302, "http://other.example/"),
        stream().hang(),
    ];
    let mut simulation = Simulation::of(config(|_| ()), answers);
    simulation.log(10);
    assert_eq!(simulation.asked[2].header("Last-Event-ID").unwrap(), "5");
}
