//! What a client asks for, and where redirects lead it.

use serde_json::json;

use super::{Harness, message};

#[test]
fn first_request_is_a_plain_get() {
    let harness = Harness::new();
    let (_client, connection) = harness.connect(json!({}));
    let request = &connection.request;
    assert_eq!((&*request.method, &*request.target), ("GET", "/stream"));
    assert_eq!(request.last_event_id(), None);
    assert_eq!(request.body, b"");
}

#[test]
fn headers_are_sent_with_every_request() {
    let harness = Harness::new();
    let headers = json!({ "x-one": "1", "authorization": "Bearer two three" });
    let (client, mut connection) =
        harness.connect(json!({ "headers": headers, "initialDelayMs": 0 }));
    connection.open();
    connection.end();
    for connection in [connection, client.connection()] {
        let request = &connection.request;
        assert_eq!(request.header("x-one"), Some("1"));
        assert_eq!(request.header("authorization"), Some("Bearer two three"));
    }
}

#[test]
fn last_event_id_to_begin_with_is_sent_and_counts_as_received() {
    let harness = Harness::new();
    let (client, mut connection) =
        harness.connect(json!({ "lastEventId": "käse", "initialDelayMs": 0 }));
    assert_eq!(connection.request.last_event_id(), Some("käse"));
    connection.open();
    connection.send("data: a\n\n");
    assert_eq!(client.heard(), message("a", "käse"));
    connection.end();
    let next = client.connection();
    assert_eq!(next.request.last_event_id(), Some("käse"));
}

#[test]
fn post_and_report_are_repeated_as_they_were() {
    for method in ["POST", "REPORT"] {
        let harness = Harness::new();
        let (client, mut connection) = harness.connect(json!({
            "method": method,
            "body": "{\"ask\":\"käse\"}",
            "headers": { "content-type": "application/json; charset=utf-8" },
            "initialDelayMs": 0,
        }));
        let request = connection.request.clone();
        assert_eq!(request.method, method);
        assert_eq!(request.body, "{\"ask\":\"käse\"}".as_bytes());
        let content_type = request.header("content-type");
        assert_eq!(content_type, Some("application/json; charset=utf-8"));

        connection.open();
        connection.send("data: a\n\n");
        assert_eq!(client.heard(), message("a", ""));
        connection.end();
        let mut connection = client.connection();
        assert_eq!(connection.request, request);
        connection.open();
        connection.send("data: b\n\n");
        assert_eq!(client.heard(), message("b", ""));
    }
}

#[test]
fn redirects_are_followed() {
    for status in ["301 Moved Permanently", "307 Temporary Redirect"] {
        let harness = Harness::new();
        let (client, connection) = harness.connect(json!({}));
        let there = client.endpoint.url("/there");
        connection.answer(status, &format!("Location: {there}\r\n"));
        let mut connection = client.connection();
        assert_eq!(connection.request.target, "/there");
        connection.open();
        connection.send("data: a\n\n");
        assert_eq!(client.heard(), message("a", ""), "{status}");
    }
}

#[test]
fn redirect_to_nowhere_is_an_error_and_the_first_thing_heard() {
    for status in ["301 Moved Permanently", "307 Temporary Redirect"] {
        for location in ["", "Location:\r\n", "Location: http://\r\n"] {
            let harness = Harness::new();
            let (client, connection) = harness.connect(json!({ "initialDelayMs": 0 }));
            connection.answer(status, location);
            client.heard_an_error();
            harness.meanwhile();
            client.assert_still();
        }
    }
}
