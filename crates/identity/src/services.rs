//! What may stand in the services of a record.

use realdid_types::{Service, ServiceName, limits};

use crate::{Refusal, personal::looks_personal};

/// Refuses texts in which something of a person stands.
pub(crate) fn check_texts(services: &[Service]) -> Result<(), Refusal> {
    let texts = services
        .iter()
        .flat_map(|service| [service.name.as_str(), service.kind.as_str(), service.endpoint.as_str()]);
    if texts.into_iter().any(looks_personal) { Err(Refusal::PersonalData) } else { Ok(()) }
}

/// The services of a record after some were removed and others added or replaced.
pub(crate) fn changed(
    services: &[Service],
    add: &[Service],
    remove: &[ServiceName],
) -> Result<Vec<Service>, Refusal> {
    if !remove.iter().all(|name| services.iter().any(|service| service.name == *name)) {
        return Err(Refusal::NoSuchService);
    }
    check_texts(add)?;
    let stays = |service: &&Service| {
        !remove.contains(&service.name) && !add.iter().any(|added| added.name == service.name)
    };
    let mut changed: Vec<Service> = services.iter().filter(stays).chain(add).cloned().collect();
    changed.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    if changed.len() > limits::SERVICES_MAX { Err(Refusal::TooManyServices) } else { Ok(changed) }
}
