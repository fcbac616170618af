//! Whatever is published and asked for, in any order.

use sse_core::{History, HubConfig, Message};

use crate::{
    log::{Log, OfHistory, OfHub},
    random::Random,
};

#[test]
fn hub_and_history_say_the_same_of_whatever_happens() {
    let mut random = Random(42);
    for _ in 0..200 {
        let mut hub = OfHub::new(HubConfig::new().max_bytes(160));
        let mut history = OfHistory::<160>::new(History::new());
        for _ in 0..200 {
            let text = random.text(&["x", "yz", "\n"], 15);
            let id = random.below(30).to_string();
            let own = ["a", "bb", "", "key", &id][random.below(5)];
            match random.below(8) {
                0..=2 => {
                    let message = Message::new(&text);
                    assert_eq!(hub.publish(&message), history.publish(&message));
                }
                3 => {
                    let message = Message::new(&text).with_comment("c").event("e").unwrap();
                    let message = message.id(own).unwrap();
                    assert_eq!(hub.publish(&message), history.publish(&message));
                }
                4 => {
                    let message = Message::comment(&text);
                    assert_eq!(hub.publish(&message), history.publish(&message));
                }
                5 => {
                    hub.resume(Some(own));
                    history.resume(Some(own));
                }
                _ => assert_eq!(hub.read(), history.read()),
            }
        }
    }
}
