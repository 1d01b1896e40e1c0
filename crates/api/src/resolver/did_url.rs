//! Reading the DID URL that is asked for (DID Core, section "DID URL Syntax"; RFC 3986).

use realdid_identity::document::{KeyForm, from_utc};
use realdid_types::{Did, NetworkName};

use super::failure::{Failure, Kind};

/// A DID has less than 100 letters; this leaves a relative reference of the length of a web address.
const LENGTH_MAX: usize = 2_048;
/// Twice as many as there are.
const PARAMETERS_MAX: usize = 16;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DidUrl {
    pub(crate) did: Did,
    pub(crate) at: At,
    pub(crate) keys: KeyForm,
    pub(crate) services: Option<ServiceChoice>,
    /// The name of a part of the document.
    pub(crate) fragment: Option<String>,
}

/// Which version of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    Newest,
    /// `versionId`, from 1.
    Version(u64),
    /// `versionTime`, in seconds since 1970.
    Time(u64),
}

/// Which services, and what is below their addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServiceChoice {
    /// A name, with or without `#` and the DID before it.
    pub(crate) name: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) relative_ref: Option<String>,
}

impl DidUrl {
    /// Whether it names more, or less, than a document.
    pub(crate) fn is_dereferenced(&self) -> bool {
        self.services.is_some() || self.fragment.is_some()
    }

    /// Reads the rest of a request's path, in which a DID URL stands percent-encoded once, and its query, in which
    /// further parameters stand. A DID URL without a fragment can also stand there as it is.
    ///
    /// # Errors
    /// If it is none, or not of this method and network, or asks for what there is not.
    pub(crate) fn read(path: &str, query: Option<&str>, network: &NetworkName) -> Result<Self, Failure> {
        let invalid = |detail: &str| Failure::new(Kind::InvalidDidUrl, detail);
        if path.len().saturating_add(query.map_or(0, str::len)) > LENGTH_MAX {
            return Err(invalid("a DID URL may have 2,048 letters"));
        }
        let text = decoded(path).filter(|text| text.bytes().all(|byte| byte.is_ascii_graphic()));
        let text = text.ok_or_else(|| {
            invalid("the DID URL holds what no URL does: percent-encode it once, as UTF-8 (RFC 3986)")
        })?;
        let (text, fragment) = split(&text, '#');
        let (text, own_query) = split(text, '?');
        let (text, own_path) = split(text, '/');
        let did = read_did(text, network)?;
        if let Some(path) = own_path {
            return Err(Failure::not_found(format!("DIDs of this method have no paths, such as /{path}")));
        }
        let fragment = fragment.map(|fragment| {
            decoded(fragment).ok_or_else(|| invalid("the fragment's percent-encoding is wrong (RFC 3986)"))
        });
        let parameters = Parameters::read([own_query, query])?;
        Ok(Self { did, fragment: fragment.transpose()?, ..parameters.apply(did)? })
    }
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

fn read_did(text: &str, network: &NetworkName) -> Result<Did, Failure> {
    let invalid = || {
        let shown: String = text.chars().take(100).collect();
        let detail = format!("{shown:?} is no DID: one is like did:realdid:{network}:<base58 of 32 bytes>");
        Failure::new(Kind::InvalidDid, detail)
    };
    let (method, id) = text.strip_prefix("did:").and_then(|rest| rest.split_once(':')).ok_or_else(invalid)?;
    let is_method = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_id = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:%".contains(&byte);
    if method.is_empty()
        || !method.bytes().all(is_method)
        || id.is_empty()
        || id.ends_with(':')
        || !id.bytes().all(is_id)
        || decoded(id).is_none()
    {
        return Err(invalid());
    }
    if method != "realdid" {
        let detail = format!("this node resolves did:realdid, not did:{method}");
        return Err(Failure::new(Kind::MethodNotSupported, detail));
    }
    if let Some((other, _)) = id.split_once(':')
        && other != network.as_str()
        && NetworkName::new(other).is_ok()
    {
        let detail = format!("this node belongs to the network {network}: ask one of {other}");
        return Err(Failure::not_found(detail));
    }
    Did::from_text(text, network).map_err(|_| invalid())
}

/// What a percent-encoded text says; none if an escape is cut off or says no UTF-8.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        out.push(u8::try_from((high << 4) | low).ok()?);
    }
    String::from_utf8(out).ok()
}

/// The parameters of a DID URL, by name.
#[derive(Default)]
struct Parameters(std::collections::BTreeMap<String, String>);

impl Parameters {
    fn read(queries: [Option<&str>; 2]) -> Result<Self, Failure> {
        let invalid = |detail: String| Failure::new(Kind::InvalidDidUrl, detail);
        let mut parameters = Self::default();
        for pair in
            queries.into_iter().flatten().filter(|query| !query.is_empty()).flat_map(|query| query.split('&'))
        {
            let (name, value) = split(pair, '=');
            let (Some(name), Some(value)) = (decoded(name), decoded(value.unwrap_or(""))) else {
                return Err(invalid("a parameter's percent-encoding is wrong (RFC 3986)".to_owned()));
            };
            if name.is_empty() || parameters.0.len() >= PARAMETERS_MAX {
                return Err(invalid("parameters are up to 16 pairs name=value between &".to_owned()));
            }
            if parameters.0.contains_key(&name) {
                return Err(invalid(format!("the parameter {name} stands there twice")));
            }
            parameters.0.insert(name, value);
        }
        Ok(parameters)
    }

    fn apply(mut self, did: Did) -> Result<DidUrl, Failure> {
        let mut take = |name: &str| self.0.remove(name);
        let at = version(take("versionId"), take("versionTime"))?;
        // ours are absolute, and nothing is cached here: both only need to make sense
        flag("expandRelativeUrls", take("expandRelativeUrls"))?;
        flag("noCache", take("noCache"))?;
        let keys = key_form(take("transformKeys").or_else(|| take("transformKey")))?;
        let services = services(take("service"), take("serviceType"), take("relativeRef"))?;
        if let Some(name) = self.0.keys().next() {
            let detail = format!(
                "there is no parameter {name:?} here; there are versionId, versionTime, service, serviceType, \
                 relativeRef, transformKeys, expandRelativeUrls and noCache"
            );
            return Err(Failure::new(Kind::FeatureNotSupported, detail));
        }
        Ok(DidUrl { did, at, keys, services, fragment: None })
    }
}

fn invalid_option(detail: impl Into<String>) -> Failure {
    Failure::new(Kind::InvalidOptions, detail)
}

fn version(id: Option<String>, time: Option<String>) -> Result<At, Failure> {
    match (id, time) {
        (None, None) => Ok(At::Newest),
        (Some(_), Some(_)) => Err(invalid_option("versionId and versionTime exclude each other: give one")),
        (Some(id), None) => {
            let number = id.parse().ok().filter(|number: &u64| *number > 0 && number.to_string() == id);
            let wrong = || invalid_option(format!("versionId={id:?}: versions are numbered from 1"));
            number.map(At::Version).ok_or_else(wrong)
        }
        (None, Some(time)) => from_utc(&time).map(At::Time).ok_or_else(|| {
            invalid_option(format!(
                "versionTime={time:?}: a time is UTC to the second, like 2026-02-03T04:05:06Z"
            ))
        }),
    }
}

fn flag(name: &str, value: Option<String>) -> Result<(), Failure> {
    match value.as_deref() {
        None | Some("true" | "false") => Ok(()),
        Some(other) => Err(invalid_option(format!("{name}={other:?}: it takes true or false"))),
    }
}

fn key_form(name: Option<String>) -> Result<KeyForm, Failure> {
    let Some(name) = name else { return Ok(KeyForm::default()) };
    KeyForm::from_name(&name).ok_or_else(|| {
        invalid_option(format!("transformKeys={name:?}: it takes Multikey, JsonWebKey or JsonWebKey2020"))
    })
}

fn services(
    name: Option<String>,
    kind: Option<String>,
    relative_ref: Option<String>,
) -> Result<Option<ServiceChoice>, Failure> {
    if name.is_none() && kind.is_none() {
        return match relative_ref {
            None => Ok(None),
            Some(_) => Err(invalid_option("relativeRef is below a service: name one with service")),
        };
    }
    Ok(Some(ServiceChoice { name, kind, relative_ref }))
}

#[cfg(test)]
mod tests {
    use realdid_crypto::Digest;

    use super::*;

    fn network() -> NetworkName {
        NetworkName::new("testnet").unwrap()
    }

    fn did() -> String {
        Did(Digest::from_bytes([1; 32])).to_text(&network())
    }

    fn read(rest: &str) -> Result<DidUrl, Kind> {
        let (path, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
        DidUrl::read(path, query, &network()).map_err(|failure| failure.kind)
    }

    #[test]
    fn a_did_url_is_the_same_encoded_once_or_as_it_is() {
        let did = did();
        let plain = read(&format!("{did}?service=files&relativeRef=%2Fa%3Fb%3Dc&versionId=3")).unwrap();
        let encoded = read(&format!(
            "{}%3Fservice%3Dfiles%26relativeRef%3D%252Fa%253Fb%253Dc?versionId=3",
            did.replace(':', "%3A")
        ));

        assert_eq!(encoded, Ok(plain.clone()));
        assert_eq!(plain.at, At::Version(3));
        let services = plain.services.unwrap();
        assert_eq!(
            (services.name.as_deref(), services.relative_ref.as_deref()),
            (Some("files"), Some("/a?b=c"))
        );
        assert_eq!(read(&format!("{did}%23z6Mk")).unwrap().fragment.as_deref(), Some("z6Mk"));
        assert_eq!(read(&format!("{did}?")), read(&did));
        assert_eq!(read(&did).unwrap().fragment, None);
    }

    #[test]
    fn what_is_no_did_of_this_network_says_why() {
        let did = did();
        let cut = &did[..did.len() - 3];
        for bad in [
            "x",
            "did:",
            "did:realdid",
            "did:realdid:",
            "did::x",
            "did:Real:x",
            "did:realdid:testnet:",
            cut,
            "did:realdid:testnet:%25zz",
            &did.replace("testnet:", "testnet:1"),
            "did:realdid:x",
        ] {
            assert_eq!(read(bad), Err(Kind::InvalidDid), "{bad}");
        }
        assert_eq!(read("did:web:example.cn"), Err(Kind::MethodNotSupported));
        assert_eq!(read(&did.replace("testnet", "othernet")), Err(Kind::NotFound));
        let failure = DidUrl::read(&did.replace("testnet", "othernet"), None, &network()).unwrap_err();
        assert!(
            failure.detail.contains("network testnet") && failure.detail.contains("othernet"),
            "{failure:?}"
        );
        assert_eq!(read(&format!("{did}/whois")), Err(Kind::NotFound));
    }

    #[test]
    fn hostile_urls_are_refused_and_nothing_panics() {
        let did = did();
        let long = format!("{did}?service={}", "a".repeat(3_000));
        let many: String = (0..40).map(|number| format!("&p{number}=1")).collect();
        for bad in [
            "%",
            "%4",
            "%ff",
            "%00",
            "did:realdid:testnet:\u{ff11}",
            &format!("{did}%23%25zz"),
            &long,
            &format!("{did}?a=1{many}"),
            &format!("{did}?=1"),
            &format!("{did}?versionId=1&versionId=1"),
            &format!("{did}%3FversionId%3D1?versionId=2"),
            &format!("{did}?versionId=%f"),
            &format!("{did}%0d%0a"),
        ] {
            assert_eq!(read(bad), Err(Kind::InvalidDidUrl), "{bad}");
        }
    }

    #[test]
    fn parameters_have_their_values_and_no_others_are_known() {
        let did = did();
        for bad in [
            "versionId=0",
            "versionId=01",
            "versionId=-1",
            "versionId=99999999999999999999",
            "versionId=",
            "versionTime=now",
            "versionTime=2026-02-03T04:05:06.5Z",
            "versionId=1&versionTime=2026-02-03T04:05:06Z",
            "noCache=yes",
            "transformKeys=Rsa",
            "relativeRef=%2Fa",
        ] {
            assert_eq!(read(&format!("{did}?{bad}")), Err(Kind::InvalidOptions), "{bad}");
        }
        for unknown in ["hl=z", "versionid=1", "verificationRelationship=authentication"] {
            assert_eq!(read(&format!("{did}?{unknown}")), Err(Kind::FeatureNotSupported), "{unknown}");
        }
        let good =
            read(&format!("{did}?versionTime=2026-02-03T04%3A05:06Z&transformKeys=JsonWebKey&noCache=true"));
        let good = good.unwrap();
        assert_eq!((good.at, good.keys), (At::Time(1_770_091_506), KeyForm::JsonWebKey));
    }
}
