//! Services and controllers on the command line.

use anyhow::ensure;
use realdid_types::{Controllers, Did, HttpsUrl, NetworkName, Service, ServiceKind, ServiceName, limits};

/// Who may act for the DID besides its own keys.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ControllersWanted {
    /// This DID may act for it, together with as many others as the threshold says; for organisations, not for people
    #[arg(long, value_name = "DID")]
    pub(crate) controller: Vec<String>,
    /// How many controllers must sign [default: all of them]
    #[arg(long, requires = "controller")]
    pub(crate) threshold: Option<u32>,
}

impl ControllersWanted {
    /// None if no controller is named.
    ///
    /// # Errors
    /// If one is no DID of the network, there are too many, or the threshold cannot be reached.
    pub(crate) fn read(&self, network: &NetworkName) -> anyhow::Result<Option<Controllers>> {
        if self.controller.is_empty() {
            return Ok(None);
        }
        let mut dids: Vec<Did> =
            self.controller.iter().map(|text| Did::from_text(text, network)).collect::<Result<_, _>>()?;
        dids.sort_unstable();
        dids.dedup();
        let count = dids.len();
        ensure!(
            count <= limits::CONTROLLERS_MAX,
            "{count} controllers are named, and a DID has at most {}",
            limits::CONTROLLERS_MAX
        );
        let all = u32::try_from(count)?;
        let threshold = self.threshold.unwrap_or(all);
        ensure!(
            (1..=all).contains(&threshold),
            "--threshold {threshold} cannot be reached: with {all} controllers it is 1 to {all}"
        );
        Ok(Some(Controllers { dids, threshold }))
    }
}

/// A service, written `name,Kind,https://…`.
///
/// # Errors
/// If one of the three does not have its form.
pub(crate) fn service(text: &str) -> Result<Service, String> {
    let mut parts = text.splitn(3, ',');
    let (Some(name), Some(kind), Some(endpoint)) = (parts.next(), parts.next(), parts.next()) else {
        return Err("a service is like web,LinkedDomains,https://shop.example".to_owned());
    };
    let words = |error: realdid_types::InvalidText| error.to_string();
    Ok(Service {
        name: ServiceName::new(name).map_err(words)?,
        kind: ServiceKind::new(kind).map_err(words)?,
        endpoint: HttpsUrl::new(endpoint).map_err(words)?,
    })
}

/// Services in the order in which they must stand.
///
/// # Errors
/// If two have one name.
pub(crate) fn in_order(services: &[Service]) -> anyhow::Result<Vec<Service>> {
    let mut services = services.to_vec();
    services.sort_by(|a, b| a.name.cmp(&b.name));
    if let Some([one, _]) = services.array_windows().find(|[one, next]| one.name == next.name) {
        anyhow::bail!("two services are called {}: each has a name of its own", one.name);
    }
    Ok(services)
}
