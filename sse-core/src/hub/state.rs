//! All that a hub has under its lock: topics, who follows them, who waits.

use core::{ops::RangeInclusive, task::Waker, time::Duration};
use std::{boxed::Box, collections::HashMap, sync::Arc, vec::Vec};

use super::{
    HubConfig, TooManyTopics,
    clock::Clock,
    cursor::Cursor,
    encoded::Encoded,
    follow::Follow,
    joined::Joined,
    log::{EventId, Held, Log, Past, seam},
    rank::Rank,
    slab::Slab,
    slots::{List, Slots},
};
use crate::{Frame, Instant, Message, PublishError, event_id::decimal, spread::spread};

#[derive(Debug)]
pub(super) struct State {
    pub(super) config: HubConfig,
    topics: Slab<Option<Box<TopicState>>>,
    /// All but the unnamed topic.
    names: HashMap<Arc<str>, u32>,
    pub(super) slots: Slots,
    clock: Clock,
    newest: Rank,
    /// The newest event of the topics that were dropped, or the number before the first.
    forgotten: u64,
    /// Whether the events of dropped topics had their numbers as ids.
    forgotten_numbered: bool,
    /// Set for good once nothing more can be published.
    pub(super) closed: Option<Farewell>,
    subscribed: u64,
    pub(super) subscribers: usize,
    pub(super) held: Held,
    pub(super) counters: Counters,
    /// Memory to join frames in.
    pub(super) joining: Vec<u8>,
}

/// One topic. It is there as long as it is followed or holds something.
#[derive(Debug)]
pub(super) struct TopicState {
    name: Arc<str>,
    pub(super) log: Log,
    pub(super) waiting: List,
    pub(super) subscribers: u32,
    /// Whether the clock has it looked at.
    enrolled: bool,
    pub(super) delivered: u64,
    pub(super) joined: Option<Box<Joined>>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counters {
    pub(super) published: u64,
    pub(super) delivered: u64,
    pub(super) gaps: u64,
    pub(super) lagged: u64,
}

/// What a reader gets when it has read a closed hub to the end.
#[derive(Debug)]
pub(super) enum Farewell {
    Nothing,
    Retry(RangeInclusive<Duration>),
}

impl State {
    pub(super) fn new(config: HubConfig) -> Self {
        let before = config.first_id - 1;
        let mut state = Self {
            config,
            topics: Slab::new(),
            names: HashMap::new(),
            slots: Slots::new(),
            clock: Clock::new(config.max_age),
            newest: Rank::of_event(before),
            forgotten: before,
            forgotten_numbered: true,
            closed: None,
            subscribed: 0,
            subscribers: 0,
            held: Held::default(),
            counters: Counters::default(),
            joining: Vec::new(),
        };
        let past = Past {
            number: before,
            numbered: true,
            seam: false,
        };
        state.insert("".into(), past);
        state
    }

    /// The topic of this name, which is made if need be.
    pub(super) fn open(&mut self, name: &str) -> Result<u32, TooManyTopics> {
        if let Some(topic) = self.find(name) {
            return Ok(topic);
        }
        if self.names.len() >= self.config.max_topics {
            return Err(TooManyTopics);
        }
        let name: Arc<str> = name.into();
        let past = Past {
            number: self.forgotten,
            numbered: self.forgotten_numbered,
            seam: true,
        };
        let topic = self.insert(Arc::clone(&name), past);
        self.names.insert(name, topic);
        Ok(topic)
    }

    fn insert(&mut self, name: Arc<str>, past: Past) -> u32 {
        let topic = TopicState {
            name,
            log: Log::new(past, &self.config),
            waiting: self.slots.insert_list(),
            subscribers: 0,
            enrolled: false,
            delivered: 0,
            joined: None,
        };
        self.topics.insert(Some(Box::new(topic)))
    }

    /// Drops the topic if nobody follows it and it holds nothing.
    pub(super) fn drop_idle(&mut self, index: u32) {
        let topic = self.topic(index);
        if index == UNNAMED || topic.subscribers > 0 || topic.log.held().frames > 0 {
            return;
        }
        if let Some(topic) = self.topics.remove(index) {
            self.forgotten = self.forgotten.max(topic.log.before());
            self.forgotten_numbered &= topic.log.is_numbered();
            self.names.remove(&topic.name);
            self.slots.remove_list(topic.waiting);
        }
    }

    /// Appends a message to a topic.
    pub(super) fn push(
        &mut self,
        index: u32,
        key: Option<&str>,
        encoded: Encoded<'_>,
    ) -> Result<u64, PublishError> {
        if encoded.len() > self.config.max_bytes {
            return Err(PublishError::TooLarge);
        }
        let rank = match encoded.is_event {
            true => self.newest.next_event(),
            false => self.newest.next_aside(),
        };
        let (config, epoch) = (self.config, self.clock.epoch());
        let topic = self.topic_mut(index);
        let mut own = None;
        if let Some(id) = encoded.id {
            topic.log.check_own(id)?;
            own = (decimal(id) != Some(rank.number)).then(|| id.into());
        }
        let before = topic.log.held();
        let frame = encoded.into_frame(rank.number);
        topic.log.push(frame, rank, own, key, epoch, &config);
        let after = topic.log.held();
        if !topic.enrolled && config.max_age.is_some() {
            topic.enrolled = true;
            self.clock.enroll(index, epoch);
        }
        self.held.change(before, after);
        self.newest = rank;
        self.counters.published += 1;
        Ok(rank.number)
    }

    /// Starts a subscription to topics, which are made if need be.
    pub(super) fn subscribe(
        &mut self,
        names: &[impl AsRef<str>],
        last_event_id: Option<&str>,
    ) -> Result<Cursor, TooManyTopics> {
        let mut topics = Vec::with_capacity(names.len());
        let opened = names.iter().try_for_each(|name| {
            topics.push(self.open(name.as_ref())?);
            Ok(())
        });
        topics.sort_unstable();
        topics.dedup();
        if let Err(error) = opened {
            topics.into_iter().for_each(|topic| self.drop_idle(topic));
            return Err(error);
        }
        let mut owner = None;
        let follows = topics.into_iter().map(|index| {
            self.topic_mut(index).subscribers += 1;
            let slot = self.slots.insert(owner);
            owner = owner.or(Some(slot));
            Follow::new(index, slot)
        });
        let follows = follows.collect();
        self.subscribed += 1;
        self.subscribers += 1;
        Ok(Cursor::new(self, follows, last_event_id, self.subscribed))
    }

    /// Ends a subscription; the waker is for the caller to drop.
    pub(super) fn unsubscribe(&mut self, follows: &[Follow]) -> Option<Waker> {
        let mut waker = None;
        for follow in follows {
            waker = self.slots.remove(follow.slot).or(waker);
            self.topic_mut(follow.topic).subscribers -= 1;
            self.drop_idle(follow.topic);
        }
        self.subscribers -= 1;
        waker
    }

    /// Whether a waker as good as this is woken when one of the topics grows. It is taken out then,
    /// so that one that is held waits in all of them.
    pub(super) fn is_waiting(&self, follows: &[Follow], waker: &Waker) -> bool {
        let owner = follows.first().map(|of| of.slot);
        owner.is_some_and(|owner| self.slots.holds(owner, waker))
    }

    /// Has the waker woken when one of the topics grows. Gives back the one that it replaces.
    pub(super) fn wait(&mut self, follows: &[Follow], waker: Waker) -> Option<Waker> {
        for follow in follows {
            let list = self.topic(follow.topic).waiting;
            self.slots.wait(list, follow.slot);
        }
        self.slots.put(follows.first()?.slot, waker)
    }

    /// The event of these topics, or the place between their events, that an id names.
    pub(super) fn place(&self, follows: &[Follow], id: &str) -> Option<EventId> {
        let mut found: Option<EventId> = None;
        for follow in follows {
            if let Some(event) = self.topic(follow.topic).log.find(id) {
                if found.is_some_and(|found| found.number != event.number) {
                    return None;
                }
                found = Some(event);
            }
        }
        if found.is_some() {
            return found;
        }
        let numbered = || {
            follows
                .iter()
                .all(|of| self.topic(of.topic).log.is_numbered())
        };
        let (number, own) = match seam(id) {
            Some(number) => (number, Some(id.into())),
            None => (decimal(id).filter(|_| numbered())?, None),
        };
        (number <= self.newest.number).then_some(EventId { number, own })
    }

    /// Counts frames that readers of a topic took.
    pub(super) fn count_delivered(&mut self, topic: u32, frames: u64) {
        if let Some(topic) = self.topics[topic].as_deref_mut() {
            topic.delivered += frames;
        }
        self.counters.delivered += frames;
    }

    pub(super) fn tick(&mut self, now: Instant) {
        self.clock.tick(now);
    }

    /// Lets some frames go that are too old. Returns whether there may be more of them.
    pub(super) fn age(&mut self) -> bool {
        let mut left = AGED_AT_ONCE;
        while left > 0 {
            let Some((index, epoch)) = self.clock.next_due() else {
                return false;
            };
            let topic = self.topic_mut(index);
            let before = topic.log.held();
            // One more, for the topic that is looked at in vain.
            left = left.saturating_sub(1 + topic.log.age(epoch, left));
            let after = topic.log.held();
            let oldest = topic.log.oldest_epoch();
            topic.enrolled = oldest.is_some();
            topic.joined = None;
            self.held.change(before, after);
            match oldest {
                Some(oldest) => self.clock.enroll(index, oldest),
                None => self.drop_idle(index),
            }
        }
        true
    }

    pub(super) fn find(&self, name: &str) -> Option<u32> {
        if name.is_empty() {
            return Some(UNNAMED);
        }
        self.names.get(name).copied()
    }

    pub(super) fn topic(&self, index: u32) -> &TopicState {
        self.topics[index].as_deref().expect(IN_USE)
    }

    pub(super) fn topic_mut(&mut self, index: u32) -> &mut TopicState {
        self.topics[index].as_deref_mut().expect(IN_USE)
    }

    /// Those who wait for the topic at this index, if there is one.
    pub(super) fn waiting(&self, index: u32) -> Option<List> {
        self.topics[index].as_ref().map(|topic| topic.waiting)
    }

    /// One past the greatest index of a topic.
    pub(super) fn places(&self) -> u32 {
        self.topics.len()
    }

    pub(super) fn topics(&self) -> usize {
        self.names.len()
    }

    pub(super) fn newest(&self) -> Rank {
        self.newest
    }

    /// Whether all numbers so far went to events of this topic.
    pub(super) fn has_all_numbers(&self, index: u32) -> bool {
        let given = self.newest.number - (self.config.first_id - 1);
        index == UNNAMED && self.topic(index).log.events() == given
    }
}

impl Farewell {
    /// The last frame for the subscription with this ordinal.
    pub(super) fn frame(&self, ordinal: u64) -> Option<Frame> {
        let Self::Retry(range) = self else {
            return None;
        };
        Some(Message::empty().retry(spread(range, ordinal)).into())
    }
}

pub(super) const UNNAMED: u32 = 0;

/// How many frames are let go each time the hub is locked.
const AGED_AT_ONCE: usize = 128;

const IN_USE: &str = "a topic that is followed or holds something stays";
