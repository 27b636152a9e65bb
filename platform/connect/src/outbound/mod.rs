//! The one HTTP client of the program. Whatever address somebody typed or another server answered is resolved here,
//! judged, and called at exactly the addresses that were judged.
//!
//! - Only `http` and `https`, without a user in the address, on ports 80 and 443.
//! - Every address a name stands for has to be a public one; a single other refuses the call.
//! - A redirect is a new address: judged like the first, at most as many as the call allows, never from `https` to
//!   `http`, and headers that say who asks stay behind when the host changes.
//! - What else may be reached, the operator says ([`Allowed`]); nobody of a workspace can.

mod address;
mod allow;
mod exchange;
mod target;
#[cfg(test)]
mod tests;

pub use address::is_public;
pub use allow::Allowed;

use akrab_engine::outside::{Call, Heard, Missed, Outside};
use exchange::Tls;
use futures::future::BoxFuture;
use target::Target;
use tokio::time::Instant;

/// Calls other people's servers.
pub struct Outbound {
    allowed: Vec<Allowed>,
    tls: Tls,
}

impl Outbound {
    /// `allowed`: what may be reached beside the public web.
    ///
    /// # Errors
    /// When the library of TLS has no usable set-up.
    pub fn new(allowed: Vec<Allowed>) -> Result<Outbound, String> {
        Outbound::trusting(allowed, &[])
    }

    /// As [`Outbound::new`], and servers prove themselves by these authorities too (PEM): those of a company's own network.
    ///
    /// # Errors
    /// What is wrong with the certificates.
    pub fn trusting(allowed: Vec<Allowed>, authorities: &[u8]) -> Result<Outbound, String> {
        Ok(Outbound { allowed, tls: Tls::new(authorities)? })
    }

    async fn calls(&self, call: Call) -> Result<Heard, Missed> {
        let end = Instant::now() + call.patience;
        let mut target = Target::read(&call.url)?;
        let (mut headers, mut left) = (call.headers.clone(), call.redirects);
        loop {
            let late = |_| Missed::new("outside_timeout", "");
            let addresses = tokio::time::timeout_at(end, target.addresses(&self.allowed)).await.map_err(late)??;
            let asked = exchange::Asked { method: call.method, target: &target, headers: &headers, body: &call.body, most: call.most };
            let heard = tokio::time::timeout_at(end, exchange::exchange(&self.tls, &addresses, &asked)).await.map_err(late)??;
            let Some(next) = redirected(call.method, &heard) else { return Ok(heard) };
            if left == 0 {
                return if call.redirects == 0 { Ok(heard) } else { Err(Missed::new("outside_redirects", "")) };
            }
            left -= 1;
            let next = target.join(next)?;
            if target.is_tls() && !next.is_tls() {
                return Err(Missed::new("outside_downgrade", next.host()));
            }
            if !target.is_same_origin(&next) {
                headers.retain(|(name, _)| !is_private(name));
            }
            target = next;
        }
    }
}

/// Says who asks; for the first host alone.
fn is_private(name: &str) -> bool {
    ["authorization", "cookie", "proxy-authorization"].iter().any(|private| name.eq_ignore_ascii_case(private))
}

/// Where an answer sends whoever asked, if what was asked may be asked there as it is.
fn redirected<'h>(method: &str, heard: &'h Heard) -> Option<&'h str> {
    let same = matches!(heard.status, 307 | 308) || (matches!(heard.status, 301..=303) && method == "GET");
    if same { heard.header("location") } else { None }
}

impl Outside for Outbound {
    fn judge(&self, url: &str) -> Result<(), Missed> {
        Target::read(url)?.judge(&self.allowed)
    }
    fn call(&self, call: Call) -> BoxFuture<'_, Result<Heard, Missed>> {
        Box::pin(self.calls(call))
    }
}
