//! What a DID URL names (DID Resolution, section "DID URL Dereferencing").

use realdid_identity::document::{DidDocument, ServiceEntry};
use serde_json::{Value, json};
use url::Url;

use super::{
    did_url::{DidUrl, ServiceChoice},
    failure::{Failure, Kind},
};

/// The document with the chosen services alone, or the part of it that the fragment names.
///
/// # Errors
/// [`Kind::NotFound`] if there is no such part.
pub(crate) fn dereference(mut document: DidDocument, url: &DidUrl) -> Result<Value, Failure> {
    if let Some(choice) = &url.services {
        document.service = chosen(&document, choice)?.into_iter().cloned().collect();
    }
    let Some(fragment) = &url.fragment else { return Ok(json!(document)) };
    let id = format!("{}#{fragment}", document.id);
    let key = document.verification_method.iter().find(|method| method.id == id).map(|method| json!(method));
    let service = || document.service.iter().find(|service| service.id == id).map(|service| json!(service));
    let mut part = key.or_else(service).ok_or_else(|| {
        let known: Vec<&str> = names(&document).collect();
        Failure::not_found(format!("this version has no part #{fragment}; it has {}", known.join(", ")))
    })?;
    if !document.context.is_empty() {
        part["@context"] = json!(document.context);
    }
    Ok(part)
}

fn names(document: &DidDocument) -> impl Iterator<Item = &str> {
    let keys = document.verification_method.iter().map(|method| method.id.as_str());
    keys.chain(document.service.iter().map(|service| service.id.as_str()))
}

/// The address of the one service that is chosen, with the relative reference and the fragment.
///
/// # Errors
/// If there is none or several, or the reference leads away from it.
pub(crate) fn address(document: &DidDocument, url: &DidUrl) -> Result<String, Failure> {
    let Some(choice) = &url.services else {
        let detail = "text/uri-list is where a service is: name one with service";
        return Err(Failure::new(Kind::RepresentationNotSupported, detail));
    };
    let [service] = chosen(document, choice)?[..] else {
        let detail = "several services are of this type: name one with service";
        return Err(Failure::new(Kind::InvalidOptions, detail));
    };
    let broken = |_| Failure::new(Kind::Internal, "the service's address cannot be read");
    let base = Url::parse(&service.service_endpoint).map_err(broken)?;
    let mut target = base.clone();
    if let Some(reference) = &choice.relative_ref {
        target = base.join(reference).map_err(|error| leads_away(reference, &error.to_string()))?;
        // who resolves a DID trusts its service's host, not one that a stranger put into the link
        if target.origin() != base.origin() || !target.username().is_empty() || target.password().is_some() {
            return Err(leads_away(reference, "it leads to another host"));
        }
    }
    if let Some(fragment) = &url.fragment {
        if target.fragment().is_some() {
            return Err(leads_away("", "relativeRef and the DID URL both have a fragment"));
        }
        target.set_fragment(Some(fragment));
    }
    Ok(target.into())
}

fn leads_away(reference: &str, why: &str) -> Failure {
    let detail =
        format!("relativeRef={reference:?}: {why}; it takes a path below the service, like /a/b?c=d");
    Failure::new(Kind::InvalidOptions, detail)
}

fn chosen<'a>(document: &'a DidDocument, choice: &ServiceChoice) -> Result<Vec<&'a ServiceEntry>, Failure> {
    let is_named = |service: &&ServiceEntry| {
        let own = service.id.strip_prefix(&document.id).unwrap_or_default();
        choice
            .name
            .as_deref()
            .is_none_or(|name| name == service.id || name == own || own.strip_prefix('#') == Some(name))
    };
    let is_of_kind =
        |service: &&ServiceEntry| choice.kind.as_deref().is_none_or(|kind| kind == service.r#type);
    let chosen: Vec<_> = document.service.iter().filter(is_named).filter(is_of_kind).collect();
    if chosen.is_empty() {
        let known: Vec<&str> = document.service.iter().map(|service| service.id.as_str()).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Err(Failure::not_found(format!("this version has no such service; it has {known}")));
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use realdid_crypto::Digest;
    use realdid_identity::document::KeyForm;
    use realdid_types::Did;

    use super::*;
    use crate::resolver::did_url::At;

    const ID: &str = "did:realdid:testnet:x";

    fn document() -> DidDocument {
        let service = |name: &str, kind: &str, endpoint: &str| ServiceEntry {
            id: format!("{ID}#{name}"),
            r#type: kind.to_owned(),
            service_endpoint: endpoint.to_owned(),
        };
        DidDocument {
            context: Vec::new(),
            id: ID.to_owned(),
            controller: Vec::new(),
            verification_method: Vec::new(),
            authentication: Vec::new(),
            assertion_method: Vec::new(),
            capability_invocation: Vec::new(),
            service: vec![
                service("files", "Files", "https://files.example.cn/a/b"),
                service("more", "Files", "https://more.example.cn:8443"),
                service("site", "LinkedDomains", "https://shop.example.cn"),
            ],
        }
    }

    fn url(
        name: Option<&str>,
        kind: Option<&str>,
        reference: Option<&str>,
        fragment: Option<&str>,
    ) -> DidUrl {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let choice = ServiceChoice { name: owned(name), kind: owned(kind), relative_ref: owned(reference) };
        DidUrl {
            did: Did(Digest::ZERO),
            at: At::Newest,
            keys: KeyForm::default(),
            services: Some(choice),
            fragment: owned(fragment),
        }
    }

    #[test]
    fn a_reference_is_resolved_below_the_service() {
        let to = |reference| address(&document(), &url(Some("files"), None, Some(reference), None));
        for (reference, target) in [
            ("/some/path?query", "https://files.example.cn/some/path?query"),
            ("c", "https://files.example.cn/a/c"),
            ("../../../c", "https://files.example.cn/c"),
            ("?q", "https://files.example.cn/a/b?q"),
        ] {
            assert_eq!(to(reference).as_deref(), Ok(target));
        }
        let with_fragment = url(Some("#files"), None, Some("/d"), Some("intro"));
        assert_eq!(address(&document(), &with_fragment).as_deref(), Ok("https://files.example.cn/d#intro"));
        let absolute = format!("{ID}#more");
        assert_eq!(
            address(&document(), &url(Some(&absolute), None, None, None)).as_deref(),
            Ok("https://more.example.cn:8443/")
        );
    }

    #[test]
    fn no_reference_leads_to_another_host() {
        for reference in [
            "//evil.example/",
            "https://evil.example/",
            "http://files.example.cn/",
            "javascript:alert(1)",
            "\\\\evil.example/",
            "/\\evil.example/",
            "https://user@files.example.cn/",
            "https://files.example.cn:444/",
            "did:web:evil.example",
        ] {
            let failure = address(&document(), &url(Some("files"), None, Some(reference), None));
            assert_eq!(failure.map_err(|failure| failure.kind), Err(Kind::InvalidOptions), "{reference}");
        }
    }

    #[test]
    fn services_are_chosen_by_name_and_by_type() {
        let count = |name, kind| {
            let content = dereference(document(), &url(name, kind, None, None));
            content
                .map(|content| content["service"].as_array().unwrap().len())
                .map_err(|failure| failure.kind)
        };
        assert_eq!(count(Some("files"), None), Ok(1));
        assert_eq!(count(None, Some("Files")), Ok(2));
        assert_eq!(count(Some("files"), Some("LinkedDomains")), Err(Kind::NotFound));
        assert_eq!(count(Some("nothing"), None), Err(Kind::NotFound));
        let several = address(&document(), &url(None, Some("Files"), None, None)).unwrap_err();
        assert_eq!(several.kind, Kind::InvalidOptions);
    }
}
