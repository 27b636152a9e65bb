//! Which addresses are public: those the registries of special-purpose addresses (IANA, for IPv4 and IPv6) call
//! globally reachable.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 networks that are not the public web: first address and length of the prefix.
const SPECIAL_V4: [([u8; 4], u8); 16] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
    ([255, 255, 255, 255], 32),
];

/// IPv6 networks within 2000::/3 that are not the public web; outside of it nothing is.
const SPECIAL_V6: [([u16; 2], u8); 3] = [([0x2001, 0x0000], 23), ([0x2001, 0x0db8], 32), ([0x3fff, 0x0000], 20)];

/// Whether the address is one of the public web. An IPv6 form that carries an IPv4 address is what that one is.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => match carried(v6) {
            Some(v4) => is_public_v4(v4),
            None => is_public_v6(v6),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !SPECIAL_V4.iter().any(|(first, length)| within(address.to_bits().into(), u32::from_be_bytes(*first).into(), 32, *length))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let bits = address.to_bits();
    let network = |first: [u16; 2]| (u128::from(first[0]) << 112) | (u128::from(first[1]) << 96);
    bits >> 125 == 1 && !SPECIAL_V6.iter().any(|(first, length)| within(bits, network(*first), 128, *length))
}

/// Whether two addresses of so many bits agree in the first `length`.
pub(super) fn within(address: u128, network: u128, bits: u8, length: u8) -> bool {
    let rest = u32::from(bits.saturating_sub(length));
    length == 0 || address >> rest == network >> rest
}

/// The IPv4 address inside: mapped (::ffff:a.b.c.d), translated (64:ff9b::a.b.c.d) or tunnelled (2002:ab:cd::).
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = address.segments();
    let of = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(of(high, low)),
        [0x2002, high, low, ..] => Some(of(high, low)),
        _ => None,
    }
}
