//! The network stack, used by nobody.
#![no_std]
#![no_main]

use embassy_net::Stack;

#[board::entry]
fn main() -> ! {
    sizes::start(|stack| run(stack).expect("spawned once"))
}

#[embassy_executor::task]
async fn run(stack: Stack<'static>) {
    stack.wait_config_up().await;
}
