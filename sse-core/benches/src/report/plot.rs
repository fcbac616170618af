//! The plot: for each corpus a group of bars. Colours suit a light and a dark background.

use std::fmt::Write as _;

use super::{summary::Bars, table::number};

/// An SVG.
pub(crate) fn plot(groups: &[Bars], machine: &str) -> String {
    let height = TOP + groups.len() as u32 * GROUP + BOTTOM;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         role=\"img\" aria-label=\"How many times as fast as the quickest conforming peer\">\n\
         <style>{STYLE}</style>\n\
         <text class=\"title\" x=\"{LEFT}\" y=\"20\">times as fast as the quickest peer that passes \
         every conformance vector; 16 KiB chunks</text>\n",
    );
    legend(&mut svg);
    for (group, bars) in groups.iter().enumerate() {
        let top = TOP + group as u32 * GROUP;
        let middle = top + GROUP / 2;
        let _ = writeln!(
            svg,
            "<text class=\"name\" x=\"{}\" y=\"{middle}\">{}</text>",
            LEFT - 8,
            bars.kind
        );
        for (bar, (class, value)) in bars.each().into_iter().enumerate() {
            let Some(value) = value else { continue };
            let (y, length) = (top + bar as u32 * BAR, length(value));
            let _ = writeln!(
                svg,
                "<rect class=\"{class}\" x=\"{LEFT}\" y=\"{y}\" width=\"{length:.1}\" height=\"{}\"/>\
                 <text class=\"value\" x=\"{:.1}\" y=\"{}\">{}{}</text>",
                BAR - 1,
                f64::from(LEFT) + length + 4.0,
                y + BAR - 3,
                number(value),
                if value > MOST { " (cut)" } else { "" },
            );
        }
    }
    let one = f64::from(LEFT) + length(1.0);
    let bottom = height - BOTTOM;
    let _ = writeln!(
        svg,
        "<line class=\"one\" x1=\"{one:.1}\" x2=\"{one:.1}\" y1=\"{}\" y2=\"{bottom}\"/>\n\
         <text class=\"value\" x=\"{LEFT}\" y=\"{}\">{machine}</text>\n</svg>",
        TOP - 4,
        height - 8,
    );
    svg
}

fn legend(svg: &mut String) {
    let mut x = LEFT;
    for (class, label) in LEGEND {
        let _ = writeln!(
            svg,
            "<rect class=\"{class}\" x=\"{x}\" y=\"32\" width=\"10\" height=\"10\"/>\
             <text class=\"value\" x=\"{}\" y=\"41\">{label}</text>",
            x + 14,
        );
        x += 24 + 6 * label.len() as u32;
    }
}

impl Bars {
    fn each(&self) -> [(&'static str, Option<f64>); 5] {
        let values = [
            Some(self.text),
            Some(self.raw),
            Some(self.owned),
            Some(self.correct),
            self.javascript,
        ];
        std::array::from_fn(|i| (LEGEND[i].0, values[i]))
    }
}

/// In pixels.
fn length(value: f64) -> f64 {
    value.min(MOST) / MOST * f64::from(WIDTH - LEFT - RIGHT)
}

const LEGEND: [(&str, &str); 5] = [
    ("text", "next_event"),
    ("raw", "next_raw"),
    ("owned", "EventBuf"),
    ("peer", "quickest peer at all"),
    ("js", "eventsource-parser, from bytes"),
];

const WIDTH: u32 = 760;
const LEFT: u32 = 90;
const RIGHT: u32 = 80;
const TOP: u32 = 60;
const BOTTOM: u32 = 28;
const BAR: u32 = 11;
const GROUP: u32 = 5 * BAR + 12;
/// Longer bars are cut.
const MOST: f64 = 15.0;

const STYLE: &str = "\
text{font:11px system-ui,sans-serif;fill:#24292f}.title{font-size:13px}.name{text-anchor:end}\
.value{font-size:10px}.text{fill:#1f6feb}.raw{fill:#8250df}.owned{fill:#1a7f37}.peer{fill:#bc4c00}\
.js{fill:#8c959f}.one{stroke:#cf222e;stroke-dasharray:3 3}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.text{fill:#58a6ff}.raw{fill:#bc8cff}\
.owned{fill:#3fb950}.peer{fill:#f0883e}.one{stroke:#ff7b72}}";
