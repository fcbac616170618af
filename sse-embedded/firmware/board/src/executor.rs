//! embassy's executor on a core that sleeps by WFI: to QEMU, WFE is no sleep.

use core::sync::atomic::{AtomicBool, Ordering};

use cortex_m::{Peripherals, asm, interrupt};
use embassy_executor::{Spawner, raw::Executor};
use static_cell::StaticCell;

use crate::{clock, ethernet};

/// Starts the clock, and runs what `start` spawns, for ever.
///
/// # Panics
/// When called twice.
pub fn run(start: impl FnOnce(Spawner)) -> ! {
    static EXECUTOR: StaticCell<Executor> = StaticCell::new();
    let peripherals = Peripherals::take().expect("called once");
    clock::start(peripherals.SYST);
    let executor: &'static Executor = EXECUTOR.init(Executor::new(core::ptr::null_mut()));
    start(executor.spawner());
    loop {
        PENDED.store(false, Ordering::SeqCst);
        // SAFETY: the executor is static and polled here alone.
        unsafe { executor.poll() };
        // An interrupt that comes in between stays pending, and ends the sleep at once.
        interrupt::disable();
        if !PENDED.load(Ordering::SeqCst) {
            asm::wfi();
        }
        // SAFETY: no critical section is open here.
        unsafe { interrupt::enable() };
    }
}

static PENDED: AtomicBool = AtomicBool::new(false);

// SAFETY: the name is the one that embassy calls when a task is woken, with this signature.
#[unsafe(export_name = "__pender")]
fn pend(_: *mut ()) {
    PENDED.store(true, Ordering::SeqCst);
}

/// Without a device crate, each interrupt comes here.
///
/// # Safety
/// Called by the core alone.
#[cortex_m_rt::exception]
unsafe fn DefaultHandler(irq: i16) {
    match irq {
        ethernet::IRQ => ethernet::interrupted(),
        _ => panic!("interrupt {irq}"),
    }
}
