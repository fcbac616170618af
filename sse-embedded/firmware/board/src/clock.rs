//! The clock of embassy-time.
//!
//! The time is that of the CMSDK dual timer, which runs freely: QEMU drops SysTick's interrupts
//! when the host is busy. SysTick only looks, each millisecond, whose time has come.

use core::cell::{Cell, RefCell};
use core::task::Waker;

use cortex_m::peripheral::{SYST, syst::SystClkSource};
use critical_section::Mutex;
use embassy_time_driver::Driver;
use embassy_time_queue_utils::Queue;

use crate::register::Register;

struct Clock {
    /// What the counter said last, and how often it has wrapped in units of 2^32.
    last: Mutex<Cell<(u32, u64)>>,
    queue: Mutex<RefCell<Queue>>,
}

embassy_time_driver::time_driver_impl!(static CLOCK: Clock = Clock {
    last: Mutex::new(Cell::new((0, 0))),
    queue: Mutex::new(RefCell::new(Queue::new())),
});

impl Driver for Clock {
    fn now(&self) -> u64 {
        critical_section::with(|cs| {
            let last = self.last.borrow(cs);
            let (before, mut wraps) = last.get();
            let count = !VALUE.read(); // it counts down
            if count < before {
                wraps += 1 << 32;
            }
            last.set((count, wraps));
            (wraps + u64::from(count)) * PRESCALE / (CORE_HZ as u64 / 1000)
        })
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        critical_section::with(|cs| {
            self.queue.borrow(cs).borrow_mut().schedule_wake(at, waker);
        });
    }
}

#[cortex_m_rt::exception]
fn SysTick() {
    let now = CLOCK.now();
    critical_section::with(|cs| CLOCK.queue.borrow(cs).borrow_mut().next_expiration(now));
}

pub(crate) fn start(mut tick: SYST) {
    CONTROL.write(0);
    LOAD.write(!0);
    CONTROL.write(ENABLED | PRESCALE_256 | WIDE);
    tick.set_clock_source(SystClkSource::Core);
    tick.set_reload(CORE_HZ / 1000 - 1);
    tick.clear_current();
    tick.enable_counter();
    tick.enable_interrupt();
}

const CORE_HZ: u32 = 25_000_000;
const PRESCALE: u64 = 256;

const LOAD: Register = Register(0x4000_2000);
const VALUE: Register = Register(0x4000_2004);
const CONTROL: Register = Register(0x4000_2008);
const ENABLED: u32 = 1 << 7;
const PRESCALE_256: u32 = 0b10 << 2;
const WIDE: u32 = 1 << 1;
