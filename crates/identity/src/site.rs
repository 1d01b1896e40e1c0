//! What the ledger knows of a website.

use realdid_types::{OrganisationName, Site, codec, limits, wire::TopLevel};

use crate::{Moment, Refusal, personal::looks_personal};

/// A site, and who answers for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteRecord {
    /// The operator that checked it last.
    pub operator: OrganisationName,
    /// What was said of it.
    pub site: Site,
    /// When it came.
    pub registered: Moment,
    /// When it last changed.
    pub updated: Moment,
}

/// Refuses texts in which something of a person stands, and return addresses on pages that are not the site's.
///
/// # Errors
/// [`Refusal::PersonalData`], [`Refusal::ForeignReturnAddress`].
pub fn check(site: &Site) -> Result<(), Refusal> {
    let addresses = site.return_addresses.iter().map(|address| address.as_str());
    let origins = site.origins.iter().map(|origin| origin.as_str());
    if std::iter::once(site.name.as_str()).chain(origins).chain(addresses).any(looks_personal) {
        return Err(Refusal::PersonalData);
    }
    let is_own = |address: &str| {
        let mut rests = site.origins.iter().filter_map(|origin| address.strip_prefix(origin.as_str()));
        rests.any(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if site.return_addresses.iter().all(|address| is_own(address.as_str())) {
        Ok(())
    } else {
        Err(Refusal::ForeignReturnAddress)
    }
}

/// The record after a change that was checked; `before` is the one that stood there.
#[must_use]
pub fn apply(
    site: &Site,
    operator: &OrganisationName,
    before: Option<&SiteRecord>,
    now: Moment,
) -> SiteRecord {
    SiteRecord {
        operator: operator.clone(),
        site: site.clone(),
        registered: before.map_or(now, |before| before.registered),
        updated: now,
    }
}

codec! { #[versioned] SiteRecord { 2: operator, 3: site, 4: registered, 5: updated, } }

impl TopLevel for SiteRecord {
    const BYTES_MAX: usize = limits::SITE_BYTES_MAX + 256;
}

#[cfg(test)]
mod tests {
    use realdid_crypto::Digest;
    use realdid_types::{Did, Origin, ReturnAddress, SiteName};

    use super::*;

    fn site(origin: &str, address: &str) -> Site {
        Site {
            did: Did(Digest::from_bytes([1; 32])),
            name: SiteName::new("Books").expect("a name"),
            origins: vec![Origin::new(origin).expect("an origin")],
            return_addresses: vec![ReturnAddress::new(address).expect("an address")],
            may_ask_real_name: false,
            closed: false,
        }
    }

    /// Otherwise a response could be sent to whoever registered the site.
    #[test]
    fn responses_go_back_to_the_sites_own_pages() {
        assert_eq!(check(&site("https://a.cn", "https://a.cn/back")), Ok(()));
        assert_eq!(check(&site("https://a.cn", "https://a.cn")), Ok(()));
        for foreign in ["https://b.cn/back", "https://a.cn.evil.cn/back", "https://a.cn:8443/back"] {
            assert_eq!(
                check(&site("https://a.cn", foreign)),
                Err(Refusal::ForeignReturnAddress),
                "{foreign}"
            );
        }
    }
}
