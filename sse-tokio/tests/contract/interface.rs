//! What the service says to what it is asked.

use serde_json::{Value, json};

use super::Harness;

#[test]
fn status_declares_every_capability() {
    let harness = Harness::new();
    let answer = harness.ask("GET", "/", "");
    assert_eq!(answer.status, 200);
    let status: Value = serde_json::from_str(&answer.body).unwrap();
    let capabilities = json!([
        "bom",
        "comments",
        "event-type-listeners",
        "headers",
        "last-event-id",
        "post",
        "read-timeout",
        "report",
        "restart",
        "server-directed-shutdown-request",
    ]);
    assert_eq!(status["capabilities"], capabilities);
    assert_eq!(status["name"], env!("CARGO_PKG_NAME"));
}

#[test]
fn parameters_that_make_no_client_are_refused() {
    let harness = Harness::new();
    let good = "http://127.0.0.1:1/x";
    for body in [
        json!("no object"),
        json!({ "callbackUrl": good }),
        json!({ "streamUrl": good }),
        json!({ "streamUrl": null, "callbackUrl": good }),
        json!({ "streamUrl": "gopher://h/", "callbackUrl": good }),
        json!({ "streamUrl": good, "callbackUrl": "no address" }),
        json!({ "streamUrl": good, "callbackUrl": "https://127.0.0.1/" }),
        json!({ "streamUrl": good, "callbackUrl": good, "initialDelayMs": -1 }),
        json!({ "streamUrl": good, "callbackUrl": good, "readTimeoutMs": "500" }),
        json!({ "streamUrl": good, "callbackUrl": good, "method": "NO METHOD" }),
        json!({ "streamUrl": good, "callbackUrl": good, "lastEventId": "a\nb" }),
        json!({ "streamUrl": good, "callbackUrl": good, "headers": { "x": "a\r\nb: c" } }),
    ] {
        let answer = harness.ask("POST", "/", &body.to_string());
        assert_eq!(answer.status, 400, "{body}");
        assert_eq!(answer.header("location"), None, "{body}");
    }
    assert_eq!(harness.ask("POST", "/", "{").status, 400);
}

#[test]
fn null_is_as_good_as_nothing() {
    let harness = Harness::new();
    let (_client, connection) = harness.connect(json!({
        "lastEventId": null,
        "headers": null,
        "method": null,
        "body": null,
    }));
    assert_eq!(connection.request.method, "GET");
    assert_eq!(connection.request.last_event_id(), None);
}

#[test]
fn unknown_commands_are_refused_and_change_nothing() {
    let harness = Harness::new();
    let (client, _connection) = harness.connect(json!({}));
    for command in [
        json!({ "command": "jump" }),
        json!({ "command": "listen" }),
        json!({ "command": "listen", "listen": {} }),
        json!({}),
        json!(7),
    ] {
        assert_eq!(client.command(&command), 400, "{command}");
    }
    client.assert_still();
}

#[test]
fn clients_and_paths_that_are_not_there_are_not_found() {
    let harness = Harness::new();
    let restart = json!({ "command": "restart" }).to_string();
    for path in ["/streams/1", "/streams/", "/streams/x", "/other"] {
        assert_eq!(harness.ask("POST", path, &restart).status, 404, "{path}");
        assert_eq!(harness.ask("DELETE", path, "").status, 404, "{path}");
    }
    let (client, _connection) = harness.connect(json!({}));
    client.delete();
    assert_eq!(client.command(&json!({ "command": "restart" })), 404);
    assert_eq!(harness.ask("PUT", "/", "").status, 405);
}

#[test]
fn service_ends_when_told_and_its_clients_with_it() {
    let harness = Harness::new();
    let (client, connection) = harness.open();
    assert_eq!(harness.ask("DELETE", "/", "").status, 204);
    harness.ended();
    connection.until_gone();
    client.assert_still();
}
