//! An address in parts, and the places it stands for.

use super::address::is_public;
use super::allow::Allowed;
use akrab_engine::outside::Missed;
use std::net::{IpAddr, SocketAddr};
use url::{Host, Url};

/// Ports of the web.
const PORTS: [u16; 2] = [80, 443];

/// An address that can be called, once it has been judged.
#[derive(Debug, Clone)]
pub(super) struct Target {
    url: Url,
    port: u16,
}

impl Target {
    /// # Errors
    /// `outside_url` for what is no address of the web.
    pub fn read(text: &str) -> Result<Target, Missed> {
        let wrong = || Missed::new("outside_url", text);
        let url = Url::parse(text.trim()).map_err(|_| wrong())?;
        let web = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
        let port = url.port_or_known_default().filter(|_| web && url.host().is_some()).ok_or_else(wrong)?;
        Ok(Target { url, port })
    }

    /// The address a redirect leads to.
    ///
    /// # Errors
    /// As [`Target::read`].
    pub fn join(&self, location: &str) -> Result<Target, Missed> {
        let url = self.url.join(location).map_err(|_| Missed::new("outside_url", location))?;
        Target::read(url.as_str())
    }

    pub fn is_tls(&self) -> bool {
        self.url.scheme() == "https"
    }
    /// Name or number of the host, without brackets.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']')
    }
    /// As the header `Host` wants it.
    pub fn authority(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_string(), |port| format!("{host}:{port}"))
    }
    /// Path and query.
    pub fn path(&self) -> String {
        let query = self.url.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}{query}", self.url.path())
    }
    pub fn is_same_origin(&self, other: &Target) -> bool {
        self.url.origin() == other.url.origin()
    }

    /// What can be said of it without asking for its addresses.
    ///
    /// # Errors
    /// `outside_port`, and `outside_private` for a number that is no public address.
    pub fn judge(&self, allowed: &[Allowed]) -> Result<(), Missed> {
        if !PORTS.contains(&self.port) && !allowed.iter().any(|open| open.opens(self.port)) {
            return Err(Missed::new("outside_port", self.port));
        }
        match self.number() {
            Some(address) => self.place(address, allowed).map(|_| ()),
            None => Ok(()),
        }
    }

    /// All places it stands for, each judged.
    ///
    /// # Errors
    /// As [`Target::judge`], and `outside_unresolved` for a name nobody has.
    pub async fn addresses(&self, allowed: &[Allowed]) -> Result<Vec<SocketAddr>, Missed> {
        self.judge(allowed)?;
        if let Some(address) = self.number() {
            return Ok(vec![self.place(address, allowed)?]);
        }
        let unresolved = || Missed::new("outside_unresolved", self.host());
        let found = tokio::net::lookup_host((self.host(), self.port)).await.map_err(|_| unresolved())?;
        let places = found.map(|place| self.place(place.ip(), allowed)).collect::<Result<Vec<_>, _>>()?;
        if places.is_empty() { Err(unresolved()) } else { Ok(places) }
    }

    fn number(&self) -> Option<IpAddr> {
        match self.url.host()? {
            Host::Ipv4(v4) => Some(v4.into()),
            Host::Ipv6(v6) => Some(v6.into()),
            Host::Domain(_) => None,
        }
    }

    /// The place of one address, if it may be called.
    fn place(&self, address: IpAddr, allowed: &[Allowed]) -> Result<SocketAddr, Missed> {
        let place = SocketAddr::new(address, self.port);
        let usual = PORTS.contains(&self.port) && is_public(address);
        if usual || allowed.iter().any(|open| open.covers(place)) {
            return Ok(place);
        }
        // of a name it is told which one, not what it stands for
        Err(Missed::new(if is_public(address) { "outside_port" } else { "outside_private" }, self.host()))
    }
}
