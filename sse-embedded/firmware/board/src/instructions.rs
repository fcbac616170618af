//! Counts of instructions, by QEMU's `-icount shift=0`: then each takes a nanosecond.

use cortex_m::{Peripherals, peripheral::SYST, peripheral::syst::SystClkSource};

/// Counts in units of [`TICK`] instructions, up to 2^24 of them.
pub struct Counter(());

impl Counter {
    /// # Panics
    /// When there is one already.
    #[must_use]
    pub fn new() -> Self {
        let mut tick = Peripherals::take().expect("there is one").SYST;
        tick.set_clock_source(SystClkSource::Core);
        tick.set_reload(0xff_ffff);
        tick.clear_current();
        tick.enable_counter();
        Self(())
    }

    /// How many instructions `f` takes, within [`TICK`].
    pub fn of(&self, f: impl FnOnce()) -> u32 {
        let before = SYST::get_current();
        f();
        before.wrapping_sub(SYST::get_current()) % (1 << 24) * TICK
    }
}

impl Default for Counter {
    fn default() -> Self {
        Self::new()
    }
}

/// Instructions between two ticks of a clock of 25 MHz.
pub const TICK: u32 = 40;
