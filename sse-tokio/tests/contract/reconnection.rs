//! How a client connects again, and how it ends.

use serde_json::json;

use super::{Harness, event, message};

#[test]
fn end_of_the_body_is_no_error_and_the_last_id_is_sent() {
    let harness = Harness::new();
    let (client, mut connection) = harness.open();
    connection.send("id: 7\ndata: a\n\ndata: b\n\n");
    connection.end();
    let mut connection = client.connection();
    assert_eq!(connection.request.last_event_id(), Some("7"));
    connection.open();
    connection.send("data: c\n\nid\ndata: d\n\n");
    connection.end();
    let mut connection = client.connection();
    assert_eq!(connection.request.last_event_id(), None);
    connection.open();
    connection.send("data: e\n\n");
    for heard in [
        message("a", "7"),
        message("b", "7"),
        message("c", "7"),
        message("d", ""),
        message("e", ""),
    ] {
        assert_eq!(client.heard(), heard);
    }
}

#[test]
fn block_without_its_end_is_dropped_with_its_id() {
    let harness = Harness::new();
    let (client, mut connection) = harness.open();
    connection.send("id: 7\ndata: a\n\nid: 8\nevent: x\ndata: b\n: half a comm");
    connection.end();
    let mut connection = client.connection();
    assert_eq!(connection.request.last_event_id(), Some("7"));
    connection.open();
    connection.send("data: c\n\n");
    assert_eq!(client.heard(), message("a", "7"));
    assert_eq!(client.heard(), message("c", "7"));
}

#[test]
fn many_ends_in_a_row_do_not_slow_it_down() {
    let harness = Harness::new();
    let (client, mut connection) = harness.open();
    for _ in 0..20 {
        connection.end();
        connection = client.connection();
        connection.open();
    }
    connection.send("data: a\n\n");
    assert_eq!(client.heard(), message("a", ""));
}

#[test]
fn silence_is_an_error_and_another_connection() {
    let harness = Harness::new();
    let (client, mut connection) = harness.connect(json!({
        "readTimeoutMs": 500,
        "initialDelayMs": 0,
    }));
    connection.open();
    connection.send("id: 7\ndata: a\n\n");
    assert_eq!(client.heard(), message("a", "7"));
    client.heard_an_error();
    let mut next = client.connection();
    connection.until_gone();
    assert_eq!(next.request.last_event_id(), Some("7"));
    next.open();
    next.send("data: b\n\n");
    assert_eq!(client.heard(), message("b", "7"));
}

#[test]
fn restart_drops_the_connection_and_says_nothing() {
    let harness = Harness::new();
    // Without a delay of its own: a restart waits for none.
    let (client, mut connection) = harness.connect(json!({}));
    connection.open();
    connection.send("id: 7\ndata: a\n\nevent: x\ndata: lo");
    assert_eq!(client.heard(), message("a", "7"));
    client.restart();
    let mut next = client.connection();
    connection.until_gone();
    assert_eq!(next.request.target, "/stream");
    assert_eq!(next.request.last_event_id(), Some("7"));
    next.open();
    next.send("data: st\n\n");
    assert_eq!(client.heard(), message("st", "7"));
}

#[test]
fn restart_wakes_a_client_that_has_given_up() {
    let harness = Harness::new();
    let (client, connection) = harness.connect(json!({}));
    connection.answer("404 Not Found", "");
    client.heard_an_error();
    client.restart();
    let mut connection = client.connection();
    connection.open();
    connection.send("data: a\n\n");
    assert_eq!(client.heard(), message("a", ""));
}

#[test]
fn no_content_ends_it() {
    let harness = Harness::new();
    let (client, connection) = harness.connect(json!({ "initialDelayMs": 0 }));
    connection.answer("204 No Content", "");
    harness.meanwhile();
    client.assert_still();
    client.delete();
}

#[test]
fn delete_ends_it_whatever_it_is_doing() {
    let harness = Harness::new();
    // While it reads, and half of an event is there.
    let (client, mut connection) = harness.open();
    connection.send("data: a\n\ndata: b");
    assert_eq!(client.heard(), message("a", ""));
    client.delete();
    connection.until_gone();
    assert_eq!(client.command(&json!({ "command": "restart" })), 404);
    harness.meanwhile();
    client.assert_still();

    // While it waits for an answer.
    let (client, connection) = harness.connect(json!({ "initialDelayMs": 0 }));
    client.delete();
    connection.until_gone();
    harness.meanwhile();
    client.assert_still();

    // While it waits before it connects again.
    let (client, mut connection) = harness.connect(json!({ "initialDelayMs": 60_000 }));
    connection.open();
    connection.end();
    connection.until_gone();
    client.delete();
    client.assert_still();
}

#[test]
fn delete_waits_for_no_callback() {
    let harness = Harness::new();
    let (client, mut connection) = harness.open();
    client.endpoint.fall_silent();
    connection.send("data: a\n\ndata: b\n\n");
    assert_eq!(client.heard(), message("a", ""));
    client.delete();
    connection.until_gone();
    harness.meanwhile();
    client.assert_still();
}

#[test]
fn messages_pile_up_in_order() {
    let harness = Harness::new();
    let (client, mut connection) = harness.open();
    let blocks = (0..200).map(|n| format!("event: e{n}\nid: {n}\ndata: {n}\n\n"));
    connection.send(blocks.collect::<String>());
    for n in 0..200 {
        let expected = event(&format!("e{n}"), &n.to_string(), &n.to_string());
        assert_eq!(client.heard(), expected);
    }
}
