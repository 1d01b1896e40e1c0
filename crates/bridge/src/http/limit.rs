//! How often one address may ask.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{Bridge, milliseconds_now};

/// Requests that one address may make at once: a login takes some ten, and many people may sit behind one address.
const BURST: u64 = 300;
/// Milliseconds after which one more is allowed: 30 a second.
const REFILL_MS: u64 = 33;
/// Addresses that are remembered, some 100 bytes each.
const ADDRESSES_MAX: usize = 50_000;

/// What each address may still ask: when it would have asked too much, if it asked nothing more, counted in time.
#[derive(Default)]
pub(super) struct Allowances(Mutex<BTreeMap<IpAddr, u64>>);

impl Allowances {
    /// Whether an address may ask now. Each request moves the time at which the address has asked nothing on by one refill;
    /// it may lie ahead by the burst.
    fn take(&self, address: IpAddr, now: u64) -> bool {
        let mut spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.len() >= ADDRESSES_MAX {
            spent.retain(|_, until| *until > now);
            if spent.len() >= ADDRESSES_MAX {
                spent.clear();
            }
        }
        let until = spent.entry(address).or_insert(now);
        let next = (*until).max(now).saturating_add(REFILL_MS);
        let may = next <= now.saturating_add(BURST.saturating_mul(REFILL_MS));
        if may {
            *until = next;
        }
        may
    }
}

/// Turns away whoever asks too often.
pub(super) async fn keep(
    State((bridge, allowances)): State<(Arc<Bridge>, Arc<Allowances>)>,
    request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<SocketAddr>().map(SocketAddr::ip);
    let forwarded = if bridge.settings.behind_proxy { forwarded(request.headers()) } else { None };
    let address = network(forwarded.or(peer).unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED)));
    if allowances.take(address, milliseconds_now()) {
        return next.run(request).await;
    }
    let retry = [(header::RETRY_AFTER, HeaderValue::from_static("1"))];
    (StatusCode::TOO_MANY_REQUESTS, HeaderMap::from_iter(retry), "too many requests: try again in a second")
        .into_response()
}

/// The last entry is the proxy's own word; those before it are anybody's.
fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?;
    last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

/// Whoever has one address of IPv6 has 2⁶⁴.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => match address.segments() {
            [a, b, c, d, ..] => IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000_000;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn an_address_may_ask_in_bursts_and_then_no_faster_than_it_is_refilled() {
        let allowances = Allowances::default();
        assert!((0..BURST).all(|_| allowances.take(address(1), NOW)));
        assert!(!allowances.take(address(1), NOW));
        assert!(allowances.take(address(2), NOW));
        assert!(allowances.take(address(1), NOW + REFILL_MS));
        assert!(!allowances.take(address(1), NOW + REFILL_MS));
        let later = NOW + 1_000_000;
        assert_eq!((0..2 * BURST).filter(|_| allowances.take(address(1), later)).count() as u64, BURST);
    }

    #[test]
    fn the_memory_of_addresses_has_a_bound() {
        let allowances = Allowances::default();
        for number in 0..2 * ADDRESSES_MAX {
            let number = u32::try_from(number).unwrap();
            allowances.take(IpAddr::from(number.to_be_bytes()), NOW);
        }
        assert!(allowances.0.lock().unwrap().len() <= ADDRESSES_MAX);
    }

    #[test]
    fn a_proxy_is_believed_its_own_word_alone() {
        let headers =
            |text: &str| HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), text.parse().unwrap())]);
        assert_eq!(forwarded(&headers("10.0.0.1, 192.0.2.1")), Some(address(1)));
        assert_eq!(forwarded(&headers("nobody")), None);
        let [one, two] = ["2001:db8::1", "2001:db8::2"].map(|text| network(text.parse().unwrap()));
        assert_eq!(one, two);
    }
}
