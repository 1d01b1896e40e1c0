//! What a node lists for wallets. It is the node's word: what it lists can be proven, what it leaves out cannot.

use realdid_identity::SiteRecord;
use realdid_types::Wire;
use serde::Deserialize;

use crate::{ClientError, NodeClient};

/// A node that lies could go on for ever; a thousand sites are on a page.
const SITE_PAGES_MAX: usize = 1_000;

#[derive(Deserialize)]
struct DidsView {
    dids: Vec<String>,
}

#[derive(Deserialize)]
struct SitesView {
    sites: Vec<SiteView>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct SiteView {
    encoded: String,
}

impl NodeClient {
    /// All DIDs whose bytes begin with these hexadecimal digits; none if they are more than one answer holds, and to be
    /// asked for with one digit more.
    ///
    /// # Errors
    /// If the node does not answer so.
    pub async fn dids(&self, prefix: &str) -> Result<Option<Vec<String>>, ClientError> {
        match self.get::<DidsView>(&format!("/v1/dids?prefix={prefix}")).await {
            Ok(view) => Ok(Some(view.dids)),
            Err(ClientError::Refused(problem)) if problem.code == "too_many" => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The entries of all sites.
    ///
    /// # Errors
    /// If the node does not answer so.
    pub async fn sites(&self) -> Result<Vec<SiteRecord>, ClientError> {
        let mut sites = Vec::new();
        let mut query = String::new();
        for _ in 0..SITE_PAGES_MAX {
            let view: SitesView = self.get(&format!("/v1/sites{query}")).await?;
            for SiteView { encoded } in view.sites {
                let site = SiteRecord::decode(&self.bytes(&encoded)?);
                sites.push(site.map_err(|error| self.strange(error))?);
            }
            let Some(next) = view.next else { return Ok(sites) };
            query = format!("?after={next}");
        }
        Err(self.strange("more sites than there can be"))
    }
}
