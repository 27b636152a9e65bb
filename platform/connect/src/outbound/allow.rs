//! What may be reached beside the public web, as the operator writes it.

use super::address::{is_public, within};
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// `10.0.0.5:8443`, `10.0.0.0/24:443`, `[fd00::1]:80`, `127.0.0.1:*`; `*:8443` opens a port of public addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// First address and length of the prefix; none for every public address.
    network: Option<(IpAddr, u8)>,
    /// None for every port.
    port: Option<u16>,
}

impl FromStr for Allowed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text} is not ADDRESS:PORT, such as 10.0.0.5:8443, 10.0.0.0/24:443, [fd00::1]:80 or *:8443");
        let (host, port) = text.trim().rsplit_once(':').ok_or_else(wrong)?;
        let port = if port == "*" { None } else { Some(port.parse().map_err(|_| wrong())?) };
        if host == "*" {
            return Ok(Allowed { network: None, port: Some(port.ok_or_else(wrong)?) });
        }
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let (address, length) = host.split_once('/').map_or((host, None), |(address, length)| (address, Some(length)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let length = length.map_or(Ok(bits), str::parse).ok().filter(|length| *length <= bits).ok_or_else(wrong)?;
        Ok(Allowed { network: Some((address, length)), port })
    }
}

impl Allowed {
    /// Whether this place may be called.
    pub fn covers(&self, place: SocketAddr) -> bool {
        let address = place.ip().to_canonical();
        let here = match (self.network, address) {
            (None, address) => is_public(address),
            (Some((IpAddr::V4(network), length)), IpAddr::V4(v4)) => within(v4.to_bits().into(), network.to_bits().into(), 32, length),
            (Some((IpAddr::V6(network), length)), IpAddr::V6(v6)) => within(v6.to_bits(), network.to_bits(), 128, length),
            _ => false,
        };
        here && self.port.is_none_or(|port| port == place.port())
    }

    /// Whether some address may be called at this port.
    pub fn opens(&self, port: u16) -> bool {
        self.port.is_none_or(|open| open == port)
    }
}
