//! Clients in fixed memory: each thing that does not fit has an outcome of its own.

use sse_core::http::{RequestError, UrlError};
use sse_core::{Buffers, Client, Closed, Config, SliceBuffer, Step, TooLarge};

use crate::random::Random;
use crate::simulation::{Answer, Cuts, HOME, OK, Simulation, at, config, in_turn};

/// The sizes of a client's buffers.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    rx: usize,
    data: usize,
    field: usize,
    url: usize,
    redirect: usize,
}

type Fixed = SliceBuffer<'static>;

impl Sizes {
    const AMPLE: Self = Self {
        rx: 64,
        data: 256,
        field: 16,
        url: 64,
        redirect: 64,
    };

    fn client(self, config: Config) -> Result<Client<Fixed, Fixed>, UrlError> {
        let memory = |len| SliceBuffer::new(Box::leak(vec![0; len].into_boxed_slice()));
        let buffers = Buffers {
            rx: memory(self.rx),
            data: memory(self.data),
            event_type: memory(self.field),
            id: memory(self.field),
            last_event_id: memory(self.field),
            url: memory(self.url),
            redirect: memory(self.redirect),
        };
        Client::with_buffers(HOME, "GET", buffers, config)
    }

    fn simulation<const N: usize>(self, answers: [Answer; N]) -> Simulation<Fixed, Fixed> {
        let client = self.client(config(|_| ())).unwrap();
        Simulation::with_client(client, in_turn(answers))
    }
}

#[test]
fn a_client_lives_in_512_bytes() {
    let answers = [
        Answer::redirect(302, "http://other.example/stream"),
        Answer::stream("id: 1\nevent: tick\ndata: 42\n\n"),
        Answer::stream("data: 43\n\n").hang(),
    ];
    let mut simulation = Sizes::AMPLE.simulation(answers);
    let log = [
        "Opened",
        "tick|42|1",
        "Lost(Ended)",
        "Opened",
        "message|43|1",
    ];
    assert_eq!(simulation.log(10), log);
}

#[cfg(feature = "heapless")]
#[test]
fn its_memory_may_be_part_of_it() {
    type Memory<const N: usize> = Buffers<heapless::Vec<u8, N>, heapless::Vec<u8, 16>>;
    let client = Client::with_buffers(HOME, "GET", Memory::<256>::default(), config(|_| ()));
    let server = in_turn([Answer::stream("id: 1\ndata: 42\n\n").hang()]);
    let mut simulation = Simulation::with_client(client.unwrap(), server);
    assert_eq!(simulation.log(0), ["Opened", "message|42|1"]);
}

#[test]
fn an_address_that_does_not_fit_is_refused() {
    let sizes = Sizes {
        url: HOME.len() - 1,
        ..Sizes::AMPLE
    };
    assert_eq!(sizes.client(Config::default()).unwrap_err(), UrlError::Full);
}

#[test]
fn a_request_that_does_not_fit_closes() {
    let mut simulation = Sizes {
        data: 32,
        ..Sizes::AMPLE
    }
    .simulation([Answer::stream("")]);
    let closed = Closed::Request(RequestError::Full);
    assert_eq!(simulation.run(at(0)), Some(Step::Closed(closed)));
    simulation.client.reopen();
    assert_eq!(simulation.run(at(0)), Some(Step::Closed(closed)));
}

#[test]
fn a_head_that_does_not_fit_closes() {
    let answer = Answer::new(format!("{OK}X: {}\r\n\r\n", "x".repeat(256)));
    assert_eq!(
        Sizes::AMPLE.simulation([answer]).log(0),
        ["Closed(HeadTooLarge)"]
    );
}

#[test]
fn a_redirect_that_does_not_fit_closes() {
    let tight = [
        Sizes {
            redirect: 0,
            ..Sizes::AMPLE
        },
        Sizes {
            redirect: 24,
            ..Sizes::AMPLE
        },
        Sizes {
            rx: 24,
            ..Sizes::AMPLE
        },
    ];
    for sizes in tight {
        for status in [301, 302] {
            let answer = Answer::redirect(status, "http://other.example/stream");
            let mut simulation = sizes.simulation([answer]);
            assert_eq!(simulation.log(0), ["Closed(Redirect(Full))"], "{sizes:?}");
            simulation.client.reopen();
            assert_eq!(simulation.client.url().as_str(), HOME);
            assert_eq!(simulation.log(0), ["Closed(Redirect(Full))"]);
        }
    }
}

#[test]
fn a_source_that_has_no_room_to_move_stays_where_it_is() {
    let sizes = Sizes {
        url: HOME.len(),
        ..Sizes::AMPLE
    };
    let answers = [
        Answer::redirect(301, "http://other.example/a/longer/address"),
        Answer::stream("retry: 1000\n"),
        Answer::stream("").hang(),
    ];
    let mut simulation = sizes.simulation(answers);
    assert_eq!(simulation.log(10), ["Opened", "Lost(Ended)", "Opened"]);
    assert_eq!(
        simulation.asked[1].url,
        "http://other.example/a/longer/address"
    );
    assert_eq!(simulation.asked[2].url, HOME);
    simulation.client.reopen();
    assert_eq!(simulation.client.poll(simulation.now), Step::Connect);
    assert_eq!(simulation.client.url().as_str(), HOME);
}

#[test]
fn a_refused_body_is_kept_as_far_as_it_fits() {
    let head = "HTTP/1.1 500 -\r\n\r\n";
    for cuts in [Cuts::Whole, Cuts::Bytes] {
        let answer = Answer::new(format!("{head}{}", "x".repeat(1_000)));
        let sizes = Sizes {
            rx: 100,
            ..Sizes::AMPLE
        };
        let mut simulation = sizes.simulation([answer]);
        simulation.cuts = cuts;
        assert_eq!(simulation.log(0), ["Closed(Status(500))"]);
        let response = simulation.client.response().unwrap();
        assert_eq!(response.body().len(), 256 - head.len());
    }
}

#[test]
fn an_event_that_does_not_fit_is_skipped() {
    let body = format!("id: 1\ndata: {}\n\nid: 2\ndata: b\n\n", "x".repeat(300));
    let mut simulation = Sizes::AMPLE.simulation([Answer::stream(&body).hang()]);
    assert_eq!(simulation.log(0), ["Opened", "TooLarge", "message|b|2"]);
    let mut client = Sizes::AMPLE.client(Config::default()).unwrap();
    assert_eq!(client.set_last_event_id(&"x".repeat(17)), Err(TooLarge));
    assert_eq!(client.session().last_event_id(), "");
}

#[test]
fn growing_memory_that_starts_empty_is_given_room_to_receive() {
    let client = Client::with_buffers(HOME, "GET", Buffers::default(), config(|_| ()));
    let server = in_turn([Answer::stream("data: a\n\n").hang()]);
    let mut simulation: Simulation = Simulation::with_client(client.unwrap(), server);
    assert_eq!(simulation.log(0), ["Opened", "message|a|"]);
}

#[test]
fn no_choice_of_sizes_does_harm() {
    let mut random = Random(7);
    for _ in 0..3_000 {
        let sizes = Sizes {
            rx: 1 + random.below(80),
            data: random.below(300),
            field: random.below(8),
            url: HOME.len() + random.below(20),
            redirect: random.below(64),
        };
        let answers = [
            Answer::redirect(301, "http://other.example/a"),
            Answer::redirect(308, "/a/longer/path?q"),
            Answer::stream("id: 12345\nevent: tick\ndata: 42\ndata: 43\n\ndata: 1\n\n"),
            Answer::stream("data: x\n\n"),
        ];
        let mut simulation = sizes.simulation(answers);
        simulation.cuts = Cuts::Random(Random(random.0));
        simulation.log(20);
        simulation.client.reopen();
        simulation.log(20);
        assert!(!simulation.client.url().as_str().is_empty());
    }
}
