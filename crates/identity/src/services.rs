//! What may stand in the services of a record.

use realdid_types::{Service, ServiceName, limits};

use crate::{Refusal, personal::looks_personal};

/// Refuses services in whose texts something of a person stands.
///
/// # Errors
/// [`Refusal::PersonalData`].
pub fn check_texts(services: &[Service]) -> Result<(), Refusal> {
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

#[cfg(test)]
mod tests {
    use realdid_types::{HttpsUrl, ServiceKind};

    use super::*;

    fn service(name: &str, host: &str) -> Service {
        Service {
            name: ServiceName::new(name).expect("a name"),
            kind: ServiceKind::new("LinkedDomains").expect("a kind"),
            endpoint: HttpsUrl::new(&format!("https://{host}.cn")).expect("an address"),
        }
    }

    fn name(name: &str) -> ServiceName {
        ServiceName::new(name).expect("a name")
    }

    #[test]
    fn one_of_the_same_name_is_replaced_and_the_names_ascend() {
        let before = [service("b", "old"), service("d", "old")];
        let add = [service("a", "new"), service("b", "new"), service("c", "new")];

        let after = changed(&before, &add, &[name("d")]);

        assert_eq!(after, Ok(add.to_vec()));
        assert_eq!(changed(&before, &[service("d", "new")], &[name("d")]).map(|list| list.len()), Ok(2));
    }

    #[test]
    fn one_that_is_not_there_cannot_be_removed() {
        let added_at_once = changed(&[], &[service("a", "new")], &[name("a")]);
        assert_eq!(added_at_once, Err(Refusal::NoSuchService));
    }

    /// Counted after the change: a ninth may come if another goes.
    #[test]
    fn there_are_at_most_eight() {
        let before: Vec<Service> = (1..=8).map(|number| service(&number.to_string(), "old")).collect();
        let ninth = [service("9", "new")];

        assert_eq!(changed(&before, &ninth, &[]), Err(Refusal::TooManyServices));
        assert_eq!(changed(&before, &ninth, &[name("1")]).map(|list| list.len()), Ok(8));
        assert_eq!(changed(&before, &[service("8", "new")], &[]).map(|list| list.len()), Ok(8));
    }
}
