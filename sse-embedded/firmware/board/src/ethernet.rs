//! The LAN9118 that QEMU puts on the mps2-an385, as a driver for embassy-net.

use core::task::Context;

use cortex_m::{interrupt::InterruptNumber, peripheral::NVIC};
use embassy_net_driver::{Capabilities, Driver, HardwareAddress, LinkState, RxToken, TxToken};
use embassy_sync::waitqueue::AtomicWaker;
use static_cell::ConstStaticCell;

use crate::register::Register;

pub struct Lan9118 {
    mac: [u8; 6],
    received: &'static mut [u8; FRAME],
    sent: &'static mut [u8; FRAME],
}

impl Lan9118 {
    /// Resets the controller and gives it this address.
    ///
    /// # Panics
    /// If it is not there, or was made before.
    #[must_use]
    pub fn new(mac: [u8; 6]) -> Self {
        assert_eq!(BYTE_TEST.read(), 0x8765_4321, "no LAN9118");
        HW_CFG.write(SOFT_RESET);
        while HW_CFG.read() & SOFT_RESET != 0 {}
        HW_CFG.write(TX_FIFO_5K);
        INT_EN.write(0);
        INT_STS.write(!0);
        let [a, b, c, d, e, f] = mac;
        write_mac(MAC_ADDRL, u32::from_le_bytes([a, b, c, d]));
        write_mac(MAC_ADDRH, u32::from_le_bytes([e, f, 0, 0]));
        RX_CFG.write(0);
        TX_CFG.write(TX_ON);
        write_mac(MAC_CR, FULL_DUPLEX | TX_EN | RX_EN);
        write_phy(PHY_INT_MASK, PHY_LINK_DOWN | PHY_NEGOTIATED);
        FIFO_INT.write(0);
        INT_EN.write(INT_RX | INT_PHY);
        IRQ_CFG.write(IRQ_ENABLED);
        // SAFETY: unmasking breaks no critical section: none is based on masks.
        unsafe { NVIC::unmask(Irq) };
        Self {
            mac,
            received: RECEIVED.take(),
            sent: SENT.take(),
        }
    }
}

impl Driver for Lan9118 {
    type RxToken<'a> = Received<'a>;
    type TxToken<'a> = Sender<'a>;

    fn receive(&mut self, cx: &mut Context<'_>) -> Option<(Received<'_>, Sender<'_>)> {
        WAKER.register(cx.waker());
        if (RX_INF.read() >> 16) & 0xff == 0 {
            return None;
        }
        let len = ((RX_STATUS.read() >> 16) & 0x3fff) as usize;
        let mut words = self.received.chunks_exact_mut(4);
        for _ in 0..len.div_ceil(4) {
            let word = RX_DATA.read();
            if let Some(place) = words.next() {
                place.copy_from_slice(&word.to_le_bytes());
            }
        }
        let frame = &mut self.received[..len.min(FRAME).saturating_sub(CHECKSUM)];
        Some((Received(frame), Sender(self.sent)))
    }

    fn transmit(&mut self, cx: &mut Context<'_>) -> Option<Sender<'_>> {
        WAKER.register(cx.waker());
        let free = (TX_INF.read() & 0xffff) as usize;
        (free >= FRAME + 8).then_some(Sender(self.sent))
    }

    fn link_state(&mut self, cx: &mut Context<'_>) -> LinkState {
        WAKER.register(cx.waker());
        read_phy(PHY_INT_SOURCE);
        INT_EN.write(INT_RX | INT_PHY);
        match read_phy(PHY_STATUS) & PHY_LINK {
            0 => LinkState::Down,
            _ => LinkState::Up,
        }
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = MTU;
        capabilities.max_burst_size = Some(1);
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet(self.mac)
    }
}

pub struct Received<'a>(&'a mut [u8]);

impl RxToken for Received<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, f: F) -> R {
        f(self.0)
    }
}

pub struct Sender<'a>(&'a mut [u8; FRAME]);

impl TxToken for Sender<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let Self(frame) = self;
        let result = f(&mut frame[..len]);
        TX_DATA.write(FIRST_SEGMENT | LAST_SEGMENT | len as u32);
        TX_DATA.write(len as u32);
        for word in frame[..len.next_multiple_of(4)].chunks_exact(4) {
            TX_DATA.write(u32::from_le_bytes([word[0], word[1], word[2], word[3]]));
        }
        while (TX_INF.read() >> 16) & 0xff != 0 {
            TX_STATUS.read();
        }
        result
    }
}

#[derive(Clone, Copy)]
struct Irq;

// SAFETY: the number is that of the controller's interrupt on this board, always.
unsafe impl InterruptNumber for Irq {
    fn number(self) -> u16 {
        IRQ as u16
    }
}

/// What it was about, the driver sees for itself when it is polled.
pub(crate) fn interrupted() {
    let status = INT_STS.read();
    INT_STS.write(status);
    // That of the PHY stays until the driver has read why.
    if status & INT_PHY != 0 {
        INT_EN.write(INT_RX);
    }
    WAKER.wake();
}

static SENT: ConstStaticCell<[u8; FRAME]> = ConstStaticCell::new([0; FRAME]);
static RECEIVED: ConstStaticCell<[u8; FRAME]> = ConstStaticCell::new([0; FRAME]);

static WAKER: AtomicWaker = AtomicWaker::new();

fn write_mac(register: u32, value: u32) {
    MAC_DATA.write(value);
    MAC_CMD.write(MAC_BUSY | register);
    while MAC_CMD.read() & MAC_BUSY != 0 {}
}

fn read_mac(register: u32) -> u32 {
    MAC_CMD.write(MAC_BUSY | MAC_READ | register);
    while MAC_CMD.read() & MAC_BUSY != 0 {}
    MAC_DATA.read()
}

fn write_phy(register: u32, value: u32) {
    write_mac(MII_DATA, value);
    write_mac(MII_ACCESS, PHY_ADDRESS | register << 6 | MII_WRITE);
}

fn read_phy(register: u32) -> u32 {
    write_mac(MII_ACCESS, PHY_ADDRESS | register << 6);
    read_mac(MII_DATA)
}

pub(crate) const IRQ: i16 = 13;

const MTU: usize = 1514;
const CHECKSUM: usize = 4;
/// What is read of a frame, checksum and padding to whole words included.
const FRAME: usize = (MTU + CHECKSUM).next_multiple_of(4);

const RX_DATA: Register = Register(0x4020_0000);
const TX_DATA: Register = Register(0x4020_0020);
const RX_STATUS: Register = Register(0x4020_0040);
const TX_STATUS: Register = Register(0x4020_0048);
const IRQ_CFG: Register = Register(0x4020_0054);
const INT_STS: Register = Register(0x4020_0058);
const INT_EN: Register = Register(0x4020_005c);
const BYTE_TEST: Register = Register(0x4020_0064);
const FIFO_INT: Register = Register(0x4020_0068);
const RX_CFG: Register = Register(0x4020_006c);
const TX_CFG: Register = Register(0x4020_0070);
const HW_CFG: Register = Register(0x4020_0074);
const RX_INF: Register = Register(0x4020_007c);
const TX_INF: Register = Register(0x4020_0080);
const MAC_CMD: Register = Register(0x4020_00a4);
const MAC_DATA: Register = Register(0x4020_00a8);

const SOFT_RESET: u32 = 1;
const TX_FIFO_5K: u32 = 5 << 16;
const TX_ON: u32 = 1 << 1;
const FIRST_SEGMENT: u32 = 1 << 13;
const LAST_SEGMENT: u32 = 1 << 12;
const INT_RX: u32 = 1 << 3;
const INT_PHY: u32 = 1 << 18;
/// Enabled, active high, push-pull.
const IRQ_ENABLED: u32 = 0x111;

const MAC_BUSY: u32 = 1 << 31;
const MAC_READ: u32 = 1 << 30;
const MAC_CR: u32 = 1;
const MAC_ADDRH: u32 = 2;
const MAC_ADDRL: u32 = 3;
const MII_ACCESS: u32 = 6;
const MII_DATA: u32 = 7;
const FULL_DUPLEX: u32 = 1 << 20;
const TX_EN: u32 = 1 << 3;
const RX_EN: u32 = 1 << 2;

const MII_WRITE: u32 = 1 << 1;
const PHY_ADDRESS: u32 = 1 << 11;
const PHY_STATUS: u32 = 1;
const PHY_LINK: u32 = 1 << 2;
const PHY_INT_SOURCE: u32 = 29;
const PHY_INT_MASK: u32 = 30;
const PHY_LINK_DOWN: u32 = 1 << 4;
const PHY_NEGOTIATED: u32 = 1 << 6;
