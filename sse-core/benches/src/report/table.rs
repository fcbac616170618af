//! Markdown tables.

use std::fmt::Write as _;

/// A table under construction: its first column is text, the others are numbers.
pub(crate) struct Table(String);

impl Table {
    pub(crate) fn new<S: AsRef<str>>(head: impl IntoIterator<Item = S>) -> Self {
        let mut table = Self(String::new());
        let columns = table.line(head);
        let _ = writeln!(table.0, "|---|{}", "--:|".repeat(columns - 1));
        table
    }

    pub(crate) fn row<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.line(cells);
    }

    pub(crate) fn finish(self) -> String {
        self.0
    }

    /// Says how many cells there were.
    fn line<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) -> usize {
        self.0.push('|');
        let mut columns = 0;
        for cell in cells {
            let _ = write!(self.0, " {} |", cell.as_ref());
            columns += 1;
        }
        self.0.push('\n');
        columns
    }
}

/// A number with as many digits as say something.
pub(crate) fn number(value: f64) -> String {
    match value {
        ..10.0 => format!("{value:.2}"),
        ..100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}
