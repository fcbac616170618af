//! What a program takes of flash and RAM, from the sections of its ELF file.

use crate::Result;

#[derive(Clone, Copy, Debug, Default)]
pub struct Sizes {
    /// Code, constants, and what statics start as.
    pub flash: u32,
    /// All statics.
    pub ram: u32,
    /// Where in RAM the statics end.
    pub statics_end: u32,
}

/// Reads the sections of a 32-bit little-endian ELF file.
pub fn sizes(elf: &[u8]) -> Result<Sizes> {
    let bytes = |at: usize, len: usize| elf.get(at..at + len).ok_or("not a whole ELF file");
    let word = |at| -> Result<u32> { Ok(u32::from_le_bytes(bytes(at, 4)?.try_into()?)) };
    let half = |at| -> Result<usize> { Ok(u16::from_le_bytes(bytes(at, 2)?.try_into()?).into()) };
    let (table, entry, count) = (word(0x20)? as usize, half(0x2e)?, half(0x30)?);
    let mut sizes = Sizes::default();
    for section in (0..count).map(|n| table + n * entry) {
        let (kind, flags) = (word(section + 4)?, word(section + 8)?);
        let (address, size) = (word(section + 12)?, word(section + 20)?);
        if flags & ALLOCATED == 0 {
            continue;
        }
        if kind != NO_BITS {
            sizes.flash += size;
        }
        if address >= RAM {
            sizes.ram += size;
            sizes.statics_end = sizes.statics_end.max(address + size);
        }
    }
    Ok(sizes)
}

const ALLOCATED: u32 = 1 << 1;
const NO_BITS: u32 = 8;
/// Where the RAM of a Cortex-M begins.
const RAM: u32 = 0x2000_0000;
