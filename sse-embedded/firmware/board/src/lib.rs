//! The boards: entry, clock, executor and Ethernet, as far as QEMU has them.
#![no_std]

#[cfg(feature = "net")]
mod clock;
#[cfg(feature = "net")]
mod ethernet;
#[cfg(feature = "net")]
mod executor;
#[cfg(target_arch = "arm")]
pub mod instructions;
#[cfg(feature = "net")]
mod register;

#[cfg(target_arch = "arm")]
pub use cortex_m_rt::entry;
#[cfg(feature = "net")]
pub use ethernet::Lan9118;
#[cfg(feature = "net")]
pub use executor::run;
#[cfg(target_arch = "riscv32")]
pub use riscv_rt::entry;

#[cfg(target_arch = "riscv32")]
use riscv as _;
