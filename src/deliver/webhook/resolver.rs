//! Name resolution for webhooks: only addresses that may be reached come out of it.
//!
//! What comes out is what is connected to, so that a name cannot point elsewhere between the check and the use.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::addresses::{Reach, Refused};

/// The system's resolver, filtered.
pub(super) struct Resolver {
    reach: Arc<Reach>,
}

impl Resolver {
    pub(super) fn new(reach: Arc<Reach>) -> Self {
        Self { reach }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach.clone();
        Box::pin(async move {
            // The port is put in later, by the connector.
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let reachable = filter(&reach, found)?;
            Ok(Box::new(reachable.into_iter()) as Addrs)
        })
    }
}

/// The addresses that may be reached; the first refusal if there are none among some.
fn filter(reach: &Reach, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Refused> {
    let mut refused = None;
    let mut reachable = Vec::with_capacity(found.len());
    for address in found {
        match reach.check(address.ip()) {
            Ok(()) => reachable.push(address),
            Err(refusal) => refused = refused.or(Some(refusal)),
        }
    }
    match refused {
        Some(refusal) if reachable.is_empty() => Err(refusal),
        _ => Ok(reachable),
    }
}

/// The refusal that an error of the client came from, if it did.
pub(super) fn refusal(error: &(dyn Error + 'static)) -> Option<Refused> {
    std::iter::successors(Some(error), |error| (*error).source())
        .find_map(|error| error.downcast_ref().copied())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]

    use super::*;

    #[test]
    fn a_name_with_mixed_addresses_leads_to_the_public_ones_only() {
        let addresses = |list: &[&str]| list.iter().map(|a| a.parse().unwrap()).collect::<Vec<SocketAddr>>();
        let reach = Reach::default();
        let mixed = addresses(&["10.0.0.1:0", "8.8.8.8:0", "[::1]:0"]);
        assert_eq!(filter(&reach, mixed), Ok(addresses(&["8.8.8.8:0"])));
        let private = addresses(&["10.0.0.1:0", "[::1]:0"]);
        assert_eq!(filter(&reach, private).unwrap_err().address.to_string(), "10.0.0.1");
        assert_eq!(filter(&reach, Vec::new()), Ok(Vec::new()));
    }
}
