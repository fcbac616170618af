//! Streams that stand in the same place of the same feed, and go on together.
//!
//! One of them asks the hub for all. What it gets is passed on to one after the other; who cannot
//! take all of it at once is left behind, and goes on alone.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use sse_core::{Feed, Portion};

use super::{
    chunk::Piece,
    mailbox::{Bell, Mailbox, Ring},
};

/// The convoys of a shard: one for a feed at most.
pub(super) struct Convoys<T> {
    mailbox: Arc<Mailbox<T>>,
    by_feed: HashMap<Feed, u32>,
    convoys: Vec<Option<Convoy<T>>>,
    free: Vec<u32>,
    /// Those that may have something to do, each once.
    moving: VecDeque<u32>,
    /// Where the streams are, by their numbers.
    berths: Vec<Option<Berth>>,
}

pub(super) struct Convoy<T> {
    feed: Feed,
    pub(super) bell: Bell<T>,
    is_moving: bool,
    /// The first asks the hub. There is at least one.
    members: Vec<u32>,
    /// How many of them have what is being passed on.
    served: usize,
    /// What is being passed on.
    pub(super) passing: Option<Box<Passing>>,
}

pub(super) struct Passing {
    pub(super) portion: Portion,
    pub(super) piece: Piece,
}

#[derive(Clone, Copy, Debug)]
struct Berth {
    convoy: u32,
    position: u32,
}

impl<T: Send + 'static> Convoys<T> {
    pub(super) fn new(mailbox: Arc<Mailbox<T>>) -> Self {
        Self {
            mailbox,
            by_feed: HashMap::new(),
            convoys: Vec::new(),
            free: Vec::new(),
            moving: VecDeque::new(),
            berths: Vec::new(),
        }
    }

    /// Begins the convoy of a feed that has none.
    pub(super) fn found(&mut self, feed: Feed, stream: u32) {
        let number = self.free.pop().unwrap_or_else(|| {
            self.convoys.push(None);
            (self.convoys.len() - 1) as u32
        });
        self.convoys[number as usize] = Some(Convoy {
            feed,
            bell: Bell::new(&self.mailbox, Ring::Convoy(number)),
            is_moving: false,
            members: Vec::new(),
            served: 0,
            passing: None,
        });
        self.by_feed.insert(feed, number);
        self.join(number, stream, true);
        self.set_moving(number);
    }

    /// Adds a stream that is in no convoy: one that has what is being passed on, or one that is to
    /// get it.
    pub(super) fn join(&mut self, number: u32, stream: u32, has_all: bool) {
        let Some(convoy) = &mut self.convoys[number as usize] else {
            return;
        };
        let last = convoy.members.len();
        convoy.members.push(stream);
        let position = if has_all { convoy.served } else { last };
        convoy.members.swap(position, last);
        convoy.served += usize::from(has_all);
        self.settle(number, last);
        self.settle(number, position);
    }

    /// Takes a stream out of its convoy; says whether it was in one.
    pub(super) fn leave(&mut self, stream: u32) -> bool {
        let berth = self.berths.get_mut(stream as usize).and_then(Option::take);
        let Some(Berth {
            convoy: number,
            position,
        }) = berth
        else {
            return false;
        };
        let Some(convoy) = &mut self.convoys[number as usize] else {
            return true;
        };
        // Its place goes to the last of the served if it is one of them, and that one's to the
        // last of all.
        let position = position as usize;
        let mut hole = position;
        if hole < convoy.served {
            convoy.served -= 1;
            convoy.members.swap(hole, convoy.served);
            hole = convoy.served;
        }
        convoy.members.swap_remove(hole);
        if convoy.members.is_empty() {
            self.by_feed.remove(&convoy.feed);
            self.convoys[number as usize] = None;
            self.free.push(number);
            return true;
        }
        self.settle(number, position);
        self.settle(number, hole);
        if position == 0 {
            self.set_moving(number);
        }
        true
    }

    /// Ends a convoy, and gives the streams that were in it.
    pub(super) fn disband(&mut self, number: u32) -> Vec<u32> {
        let Some(convoy) = self.convoys[number as usize].take() else {
            return Vec::new();
        };
        self.by_feed.remove(&convoy.feed);
        self.free.push(number);
        for stream in &convoy.members {
            self.berths[*stream as usize] = None;
        }
        convoy.members
    }

    pub(super) fn disband_all(&mut self) {
        for number in 0..self.convoys.len() as u32 {
            self.disband(number);
        }
    }

    /// Begins to pass this on, which the first has taken.
    pub(super) fn begin(&mut self, number: u32, portion: Portion) -> Box<Passing> {
        if let Some(convoy) = self.get_mut(number) {
            convoy.served = 1;
        }
        let piece = Piece::new(portion.frame().clone());
        Box::new(Passing { portion, piece })
    }

    /// Has the convoy looked after again, to pass this on or to ask for more.
    pub(super) fn go_on(&mut self, number: u32, passing: Box<Passing>) {
        if let Some(convoy) = self.get_mut(number)
            && convoy.served < convoy.members.len()
        {
            convoy.passing = Some(passing);
        }
        self.set_moving(number);
    }

    /// Notes that the convoy's bell has rung.
    pub(super) fn answer(&mut self, number: u32) {
        if let Some(convoy) = self.get_mut(number) {
            convoy.bell.answer();
        }
        self.set_moving(number);
    }

    fn set_moving(&mut self, number: u32) {
        if let Some(convoy) = self.get_mut(number)
            && !convoy.is_moving
        {
            convoy.is_moving = true;
            self.moving.push_back(number);
        }
    }

    /// The next convoy that may have something to do.
    pub(super) fn next_moving(&mut self) -> Option<u32> {
        loop {
            let number = self.moving.pop_front()?;
            // It may be another one by now, which is looked after for nothing.
            if let Some(convoy) = self.get_mut(number) {
                convoy.is_moving = false;
                return Some(number);
            }
        }
    }

    pub(super) fn are_moving(&self) -> bool {
        !self.moving.is_empty()
    }

    pub(super) fn of(&self, feed: Feed) -> Option<(u32, &Convoy<T>)> {
        let number = *self.by_feed.get(&feed)?;
        Some((number, self.convoys[number as usize].as_ref()?))
    }

    pub(super) fn get_mut(&mut self, number: u32) -> Option<&mut Convoy<T>> {
        self.convoys.get_mut(number as usize)?.as_mut()
    }

    pub(super) fn has(&self, stream: u32) -> bool {
        self.berths
            .get(stream as usize)
            .is_some_and(Option::is_some)
    }

    /// Notes where the stream at this position is.
    fn settle(&mut self, number: u32, position: usize) {
        let convoy = self.convoys[number as usize].as_ref();
        let Some(&stream) = convoy.and_then(|convoy| convoy.members.get(position)) else {
            return;
        };
        let stream = stream as usize;
        if self.berths.len() <= stream {
            self.berths.resize(stream + 1, None);
        }
        self.berths[stream] = Some(Berth {
            convoy: number,
            position: position as u32,
        });
    }
}

impl<T> Convoy<T> {
    /// A stream that has what is being passed on; the one that asks the hub, if any has.
    pub(super) fn leader(&self) -> Option<u32> {
        self.members[..self.served].first().copied()
    }

    /// The next streams to get what is being passed on, at most so many. They count as served.
    pub(super) fn next(&mut self, most: usize) -> &[u32] {
        let from = self.served;
        self.served = self.members.len().min(from + most);
        &self.members[from..self.served]
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, task::Context};

    use sse_core::{Hub, Message};

    use super::*;

    /// What a convoy should be: who is in it, and who of them has what is being passed on.
    #[derive(Default)]
    struct Expected {
        members: HashSet<u32>,
        served: HashSet<u32>,
    }

    fn portion(hub: &Hub) -> Portion {
        let mut reader = hub.subscribe(None);
        hub.publish(&Message::new("x")).unwrap();
        let mut cx = Context::from_waker(std::task::Waker::noop());
        match reader.poll_portion(&mut cx, 1) {
            std::task::Poll::Ready(Some(portion)) => portion,
            other => panic!("{other:?}"),
        }
    }

    fn check(convoys: &Convoys<()>, feeds: &[Feed], expected: &[Expected]) {
        for (feed, expected) in feeds.iter().zip(expected) {
            let Some((_, convoy)) = convoys.of(*feed) else {
                assert!(expected.members.is_empty());
                continue;
            };
            let members = convoy.members.iter().copied();
            assert_eq!(members.clone().collect::<HashSet<_>>(), expected.members);
            assert_eq!(convoy.members.len(), expected.members.len());
            let served = members.take(convoy.served);
            assert_eq!(served.collect::<HashSet<_>>(), expected.served);
        }
    }

    #[test]
    fn whoever_comes_and_goes_each_gets_it_once() {
        let hub = Hub::default();
        let topics = ["", "a", "b"].map(|topic| hub.subscribe_to([topic], None).unwrap());
        let feeds = topics.each_ref().map(|topic| topic.feed().unwrap());
        let mut convoys = Convoys::<()>::new(Mailbox::new());
        let mut expected: [Expected; 3] = Default::default();
        let mut passed = 0;
        for n in 0..20_000_u32 {
            let random = n.wrapping_mul(0x9e37_79b9).rotate_right(15);
            let stream = random / 8 % 20;
            let number = stream as usize % 3;
            let (feed, of) = (feeds[number], &mut expected[number]);
            match random % 8 {
                0..=2 if !convoys.has(stream) => {
                    let has_all = match convoys.of(feed) {
                        None => {
                            convoys.found(feed, stream);
                            true
                        }
                        Some((number, convoy)) => {
                            let has_all = convoy.passing.is_none() || random > u32::MAX / 2;
                            convoys.join(number, stream, has_all);
                            has_all
                        }
                    };
                    of.members.insert(stream);
                    if has_all {
                        of.served.insert(stream);
                    }
                }
                3 => {
                    assert_eq!(convoys.leave(stream), of.members.remove(&stream));
                    of.served.remove(&stream);
                }
                4 if n % 50 == 0 => {
                    if let Some((number, _)) = convoys.of(feed) {
                        let members = convoys.disband(number).into_iter().collect();
                        assert_eq!(of.members, members);
                        *of = Expected::default();
                    }
                }
                _ => {
                    if let Some(moving) = convoys.next_moving() {
                        let convoy = convoys.get_mut(moving).unwrap();
                        let number = feeds.iter().position(|feed| *feed == convoy.feed);
                        let of = &mut expected[number.unwrap()];
                        let passing = match convoy.passing.take() {
                            Some(passing) => {
                                for stream in convoy.next(2) {
                                    assert!(of.served.insert(*stream));
                                    passed += 1;
                                }
                                passing
                            }
                            None => {
                                let leader = convoy.leader().unwrap();
                                of.served = HashSet::from([leader]);
                                convoys.begin(moving, portion(&hub))
                            }
                        };
                        convoys.go_on(moving, passing);
                    }
                }
            }
            check(&convoys, &feeds, &expected);
        }
        assert!(passed > 1000, "{passed}");
    }

    #[test]
    fn when_the_one_that_asks_goes_another_asks() {
        let hub = Hub::default();
        let feed = hub.subscribe(None).feed().unwrap();
        let mut convoys = Convoys::<()>::new(Mailbox::new());
        convoys.found(feed, 7);
        convoys.join(0, 8, true);
        assert_eq!(convoys.next_moving(), Some(0));
        assert!(convoys.leave(8) && !convoys.are_moving());
        convoys.join(0, 9, true);
        assert!(convoys.leave(7) && convoys.are_moving());
        assert_eq!(convoys.next_moving(), Some(0));
        assert_eq!(convoys.of(feed).unwrap().1.leader(), Some(9));
        assert!(convoys.leave(9) && convoys.of(feed).is_none());
    }
}
