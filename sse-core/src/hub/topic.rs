//! What a message is about.

use core::fmt;
use std::string::String;

use crate::PublishError;

/// Where a message is published: a topic, and within it a key.
///
/// ```
/// use sse_core::{Hub, HubConfig, Message, Overrun, Topic};
///
/// let hub = Hub::new(HubConfig::new().overrun(Overrun::Latest));
/// hub.publish_to("rooms/7", &Message::new("hello"))?;
/// hub.publish_to(Topic::new("prices").key("ACME"), &Message::new("21.5"))?;
/// # Ok::<(), sse_core::PublishError>(())
/// ```
///
/// A topic is any text. The empty one is the unnamed topic, which [`Hub::publish`] publishes to.
///
/// [`Hub::publish`]: crate::Hub::publish
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Topic<'a> {
    pub(super) name: &'a str,
    pub(super) key: Option<&'a str>,
}

impl<'a> Topic<'a> {
    /// The topic of this name, without a key.
    #[must_use]
    pub const fn new(name: &'a str) -> Self {
        Self { name, key: None }
    }

    /// Sets what the event is the newest state of; an event replaces the one of the same key
    /// before it.
    ///
    /// Of use in a hub with [`Overrun::Latest`], and to events only; otherwise it is ignored.
    ///
    /// [`Overrun::Latest`]: crate::Overrun::Latest
    #[must_use]
    pub const fn key(mut self, key: &'a str) -> Self {
        self.key = Some(key);
        self
    }
}

impl<'a> From<&'a str> for Topic<'a> {
    fn from(name: &'a str) -> Self {
        Self::new(name)
    }
}

impl<'a> From<&'a String> for Topic<'a> {
    fn from(name: &'a String) -> Self {
        Self::new(name)
    }
}

/// There are as many topics as a [`HubConfig`](crate::HubConfig) allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyTopics;

impl From<TooManyTopics> for PublishError {
    fn from(TooManyTopics: TooManyTopics) -> Self {
        Self::TooManyTopics
    }
}

impl fmt::Display for TooManyTopics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("more topics than the hub may have")
    }
}

impl core::error::Error for TooManyTopics {}
