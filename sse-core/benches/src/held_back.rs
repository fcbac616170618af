//! A corpus that nothing is tuned on: the edits of an encyclopaedia, in several scripts and of very
//! different lengths, with a long ID and now and then a comment.

use crate::{
    corpus::{Block, Kind, text},
    random::Random,
};

pub(crate) const HELD_BACK: Kind = Kind {
    name: "edits",
    description: "held back from tuning: a long ID, a type, 0.5 to 2 KB of JSON in several scripts",
    block,
};

fn block(random: &mut Random, number: usize) -> Block {
    let title = TITLES[random.below(TITLES.len())];
    let (length, old) = (10 + random.below(120), random.below(100_000));
    let comment = text(random, length);
    let length = [0, 40, 400, 1200][random.below(4)];
    let parsed = text(random, length);
    Block {
        before: if number.is_multiple_of(25) {
            ":ok\n"
        } else {
            ""
        }
        .to_owned(),
        id: format!(
            r#"[{{"topic":"eqiad.mediawiki.recentchange","partition":0,"timestamp":{}}},{{"topic":"codfw.mediawiki.recentchange","partition":0,"offset":-1}}]"#,
            1_764_039_335_000 + number * 40,
        ),
        event: "message",
        data: format!(
            r#"{{"$schema":"/mediawiki/recentchange/1.0.0","meta":{{"uri":"https://wiki.example/wiki/{title}","domain":"wiki.example","stream":"mediawiki.recentchange","offset":{number}}},"type":"edit","namespace":0,"title":"{title}","comment":"/* {title} */ {comment}","bot":false,"minor":true,"length":{{"old":{old},"new":{}}},"parsedcomment":"<span class=\"autocomment\">{title}</span> {parsed}"}}"#,
            old + 17,
        ),
        crlf: false,
    }
}

const TITLES: &[&str] = &[
    "Wikipedia:Sandbox",
    "Liste des communes de la Charente-Maritime",
    "Österreichische Bundesbahnen",
    "Список наукових праць",
    "東京都立大学",
    "قائمة المدن",
    "Category:Rivers of Iceland",
];
