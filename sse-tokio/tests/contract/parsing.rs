//! What a client makes of the bytes of a stream, and when.

use serde_json::json;

use super::{Harness, comment, event, message};

#[test]
fn bom_in_pieces_is_removed_and_a_later_one_kept() {
    let harness = Harness::new();
    let (client, mut connection) = harness.open();
    for byte in "\u{feff}data: a\n\n".as_bytes() {
        connection.send([*byte]);
    }
    connection.send("data: \u{feff}b\n\n\u{feff}data: c\n\ndata: d\n\n");
    assert_eq!(client.heard(), message("a", ""));
    assert_eq!(client.heard(), message("\u{feff}b", ""));
    assert_eq!(client.heard(), message("d", ""));
}

#[test]
fn cr_ends_a_line_at_once() {
    let harness = Harness::new();
    let (client, mut connection) = harness.open();
    connection.send("data: a\r");
    connection.send("data: b\r\r");
    assert_eq!(client.heard(), message("a\nb", ""));
    connection.send("\n:c\r");
    assert_eq!(client.heard(), comment("c"));
    connection.send("\ndata: d\r\n\r");
    assert_eq!(client.heard(), message("d", ""));
    connection.send("\ndata: e\n\r");
    assert_eq!(client.heard(), message("e", ""));
}

#[test]
fn comments_come_whole_at_their_end_and_in_order() {
    let harness = Harness::new();
    let (client, mut connection) = harness.open();
    connection.send(":a");
    connection.send(" comm");
    connection.send("ent\n");
    assert_eq!(client.heard(), comment("a comment"));
    connection.send("data: b\n:c\n:\n\n:d");
    assert_eq!(client.heard(), comment("c"));
    assert_eq!(client.heard(), comment(""));
    assert_eq!(client.heard(), message("b", ""));
    for byte in "\u{20ac}\n".as_bytes() {
        connection.send([*byte]);
    }
    assert_eq!(client.heard(), comment("d\u{20ac}"));
}

#[test]
fn half_a_comment_is_forgotten_with_its_connection() {
    let harness = Harness::new();
    let (client, mut connection) = harness.open();
    connection.send(":first\n:half");
    assert_eq!(client.heard(), comment("first"));
    client.restart();
    connection = client.connection();
    connection.open();
    connection.send(":other\n");
    assert_eq!(client.heard(), comment("other"));
}

#[test]
fn characters_may_come_byte_by_byte() {
    let harness = Harness::new();
    let (client, mut connection) = harness.open();
    for byte in "id: \u{e4}\nevent: \u{20ac}\ndata: \u{1f980}\n\n".as_bytes() {
        connection.send([*byte]);
    }
    assert_eq!(client.heard(), event("\u{20ac}", "\u{1f980}", "\u{e4}"));
}

#[test]
fn fields_are_read_as_the_standard_says() {
    let harness = Harness::new();
    let (client, mut connection) = harness.open();
    connection.send(
        "data\n\nevent: x\n\nevent\ndata:  a\ndata:\ndata:b:c\n\nid: 1\n\nid: 2\0\ndata: d\n\n\
         unknown: e\ndata : f\nretry: 1\nDATA: g\ndata: h\n\n",
    );
    assert_eq!(client.heard(), message("", ""));
    assert_eq!(client.heard(), message(" a\n\nb:c", ""));
    assert_eq!(client.heard(), message("d", "1"));
    assert_eq!(client.heard(), message("h", "1"));
}

#[test]
fn types_are_listened_to_by_name() {
    let harness = Harness::new();
    let (client, mut connection) = harness.open();
    let listen = json!({ "command": "listen", "listen": { "type": " greeting" } });
    assert_eq!(client.command(&listen), 204);
    connection.send("event:  greeting\ndata: a\n\ndata: b\n\n");
    assert_eq!(client.heard(), event(" greeting", "a", ""));
    assert_eq!(client.heard(), message("b", ""));
}

#[test]
fn line_of_megabytes_comes_whole() {
    let harness = Harness::new();
    let (client, mut connection) = harness.open();
    let piece = "0123456789\u{20ac}".repeat(80);
    let pieces = 6 * 1024 * 1024 / piece.len();
    connection.send("data: ");
    for _ in 0..pieces {
        connection.send(&piece);
    }
    connection.send("\n\n");
    let heard = client.heard();
    assert_eq!(heard["kind"], "event");
    let data = heard["event"]["data"].as_str().unwrap();
    assert!(data == piece.repeat(pieces), "{} bytes", data.len());
}

#[test]
fn megabytes_of_short_lines_come_whole() {
    let harness = Harness::new();
    let (client, mut connection) = harness.open();
    connection.send("data: 0123456789\n".repeat(200_000));
    connection.send("\n");
    let heard = client.heard();
    let data = heard["event"]["data"].as_str().unwrap();
    assert!(
        data == ["0123456789"; 200_000].join("\n"),
        "{} bytes",
        data.len()
    );
}
