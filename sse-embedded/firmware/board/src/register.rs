//! Registers of the board's devices.

/// A register of 32 bits at this address.
#[derive(Clone, Copy)]
pub(crate) struct Register(pub(crate) usize);

impl Register {
    pub(crate) fn read(self) -> u32 {
        // SAFETY: the constants of this crate name registers of the mps2-an385.
        unsafe { (self.0 as *const u32).read_volatile() }
    }

    pub(crate) fn write(self, value: u32) {
        // SAFETY: as above.
        unsafe { (self.0 as *mut u32).write_volatile(value) }
    }
}
