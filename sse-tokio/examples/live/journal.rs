//! The events on disk, one line of JSON each, so that a restart loses none.

use std::{
    fs::{File, OpenOptions, rename},
    io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) id: u64,
    pub(crate) event: String,
    pub(crate) data: String,
}

/// An event is written here before anyone is sent it: an id that a client has seen is never given
/// to another event. Each line is one write, which outlives the process, not a loss of power.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    /// Bytes that are whole lines.
    len: u64,
    lines: usize,
    /// Lines worth keeping.
    keep: usize,
    next_id: u64,
}

impl Journal {
    /// Opens or creates the file, and returns the last `keep` entries in it as well.
    ///
    /// What follows the last line end was torn by a kill, and is cut off.
    pub(crate) fn open(path: &Path, keep: usize) -> io::Result<(Self, Vec<Entry>)> {
        let mut file = open(path)?;
        let mut entries = Vec::new();
        let mut len = 0;
        let mut reader = BufReader::new(&mut file);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 && line.ends_with(b"\n") {
            let entry: Entry = serde_json::from_slice(&line)
                .map_err(|error| format!("line {}: {error}", entries.len() + 1))
                .map_err(io::Error::other)?;
            entries.push(entry);
            len += line.len() as u64;
            line.clear();
        }
        file.set_len(len)?;

        let lines = entries.len();
        entries.drain(..lines.saturating_sub(keep));
        let next_id = entries.last().map_or(1, |entry| entry.id + 1);
        let path = path.to_owned();
        Ok((
            Self {
                path,
                file,
                len,
                lines,
                keep,
                next_id,
            },
            entries,
        ))
    }

    /// Writes the next event down; its id is to be used if that succeeds.
    pub(crate) fn append(&mut self, event: &str, data: &str) -> io::Result<u64> {
        if self.lines >= self.keep * 4 {
            self.compact()?;
        }
        let entry = Entry {
            id: self.next_id,
            event: event.to_owned(),
            data: data.to_owned(),
        };
        let mut line = serde_json::to_vec(&entry)?;
        line.push(b'\n');
        if let Err(error) = self.file.write_all(&line) {
            self.file.set_len(self.len)?;
            return Err(error);
        }
        self.len += line.len() as u64;
        self.lines += 1;
        self.next_id += 1;
        Ok(entry.id)
    }

    /// Puts a file with only the last lines in the place of this one.
    fn compact(&mut self) -> io::Result<()> {
        let mut all = String::new();
        self.file.seek(SeekFrom::Start(0))?;
        self.file.read_to_string(&mut all)?;
        let kept: String = all
            .split_inclusive('\n')
            .skip(self.lines - self.keep)
            .collect();

        let new_path = self.path.with_extension("new");
        let mut file = File::create(&new_path)?;
        file.write_all(kept.as_bytes())?;
        rename(&new_path, &self.path)?;
        self.file = open(&self.path)?;
        self.len = kept.len() as u64;
        self.lines = self.keep;
        Ok(())
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .open(path)
}
