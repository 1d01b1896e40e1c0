//! What a client wants to have: the `Accept` header (RFC 9110, section 12.5.1).

use axum::http::{HeaderMap, header};
use realdid_identity::document::CoreVersion;

use super::failure::{Failure, Kind};

/// Media ranges that are looked at; nobody has more to say.
const RANGES_MAX: usize = 32;

/// The answers that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A result with all metadata.
    Result(Shape),
    /// The document, or the part of it that a DID URL names.
    Content(Representation),
    /// Where a service is, as a redirection.
    UriList,
}

/// The results that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `application/did-resolution`: the W3C's of a whole document, of DID Core 1.1.
    Resolution,
    /// `application/did-url-dereferencing`: the W3C's of whatever a DID URL names, of DID Core 1.1.
    Dereferencing,
    /// Whatever there is: the W3C's, with a document of DID Core 1.0.
    Any,
    /// The same as `application/json`.
    Json,
    /// `application/ld+json` with a profile: as the Universal Resolver gave it, errors as words.
    Legacy,
}

/// The representations of a document that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Representation {
    /// DID Core 1.1.
    Did,
    /// DID Core 1.0 in JSON-LD.
    DidLdJson,
    /// DID Core 1.0 in plain JSON.
    DidJson,
}

impl Representation {
    pub(crate) const fn media(self) -> &'static str {
        match self {
            Self::Did => "application/did",
            Self::DidLdJson => "application/did+ld+json",
            Self::DidJson => "application/did+json",
        }
    }

    pub(crate) const fn core(self) -> CoreVersion {
        match self {
            Self::Did => CoreVersion::V1_1,
            Self::DidLdJson | Self::DidJson => CoreVersion::V1_0,
        }
    }
}

impl Form {
    /// How the document is written.
    pub(crate) const fn representation(self) -> Representation {
        match self {
            Self::Content(representation) => representation,
            Self::Result(Shape::Resolution | Shape::Dereferencing) => Representation::Did,
            Self::Result(Shape::Any | Shape::Json | Shape::Legacy) | Self::UriList => {
                Representation::DidLdJson
            }
        }
    }

    /// Whether errors are words.
    pub(crate) const fn is_legacy(self) -> bool {
        matches!(self, Self::Result(Shape::Legacy))
    }

    /// The form that a client prefers; of those that it likes equally, the one that it names first. What names a part of a
    /// document is dereferenced, and has no result of resolution.
    ///
    /// # Errors
    /// If it takes none that there is.
    pub(crate) fn of(headers: &HeaderMap, is_part: bool) -> Result<Self, Failure> {
        let values = headers.get_all(header::ACCEPT).iter().map(|value| value.to_str().unwrap_or(""));
        let wanted = values.collect::<Vec<_>>().join(",");
        if wanted.trim().is_empty() {
            return Ok(Self::Result(Shape::Any));
        }
        let mut best: Option<(f32, Self)> = None;
        for range in ranges(&wanted).into_iter().take(RANGES_MAX) {
            let (media, quality) =
                Range::read(range).map_or((None, 0.0), |range| (range.form, range.quality));
            let Some(form) = media.filter(|form| !is_part || *form != Self::Result(Shape::Resolution)) else {
                continue;
            };
            if quality > best.map_or(0.0, |(quality, _)| quality) {
                best = Some((quality, form));
            }
        }
        best.map(|(_, form)| form).ok_or_else(|| {
            let result =
                if is_part { "application/did-url-dereferencing" } else { "application/did-resolution" };
            let detail = format!(
                "nothing that `accept` names is written here: take {result}, application/did, \
                 application/did+ld+json or application/did+json"
            );
            Failure::new(Kind::RepresentationNotSupported, detail)
        })
    }
}

/// The header's parts between commas that stand in no quotes.
fn ranges(header: &str) -> Vec<&str> {
    let mut is_quoted = false;
    let is_end = |letter: char| {
        is_quoted ^= letter == '"';
        letter == ',' && !is_quoted
    };
    header.split(is_end).collect()
}

struct Range {
    form: Option<Form>,
    quality: f32,
}

impl Range {
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let media = parts.next()?.to_ascii_lowercase();
        let (mut profile, mut quality) = (None, 1.0);
        for parameter in parts {
            let (name, value) = parameter.split_once('=')?;
            match name.trim().to_ascii_lowercase().as_str() {
                "q" => {
                    quality = value.trim().parse().ok().filter(|quality| (0.0..=1.0).contains(quality))?;
                }
                "profile" => profile = Some(value.trim().trim_matches('"')),
                _ => {}
            }
        }
        Some(Self { form: form_of(&media, profile), quality })
    }
}

fn form_of(media: &str, profile: Option<&str>) -> Option<Form> {
    Some(match (media, profile) {
        ("*/*" | "application/*", _) => Form::Result(Shape::Any),
        ("application/json", _) => Form::Result(Shape::Json),
        ("application/did-resolution", _) => Form::Result(Shape::Resolution),
        ("application/did-url-dereferencing", _) => Form::Result(Shape::Dereferencing),
        (
            "application/ld+json",
            Some("https://w3id.org/did-resolution" | "https://w3id.org/did-url-dereferencing"),
        ) => Form::Result(Shape::Legacy),
        ("application/did", _) => Form::Content(Representation::Did),
        ("application/did+ld+json", _) => Form::Content(Representation::DidLdJson),
        ("application/did+json", _) => Form::Content(Representation::DidJson),
        ("text/uri-list", _) => Form::UriList,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(accept: &str) -> Option<Form> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        Form::of(&headers, false).ok()
    }

    #[test]
    fn whoever_names_nothing_gets_a_result() {
        assert_eq!(Form::of(&HeaderMap::new(), false), Ok(Form::Result(Shape::Any)));
        assert_eq!(form("*/*"), Some(Form::Result(Shape::Any)));
        assert_eq!(form("application/json"), Some(Form::Result(Shape::Json)));
    }

    #[test]
    fn the_preferred_form_is_the_first_of_the_highest_quality() {
        let did = Some(Form::Content(Representation::Did));
        assert_eq!(form("application/did, application/did+json"), did);
        assert_eq!(form("application/did+json;q=0.5, application/did ; q=0.9"), did);
        assert_eq!(form("text/html, Application/DID, */*;q=0.1"), did);
        assert_eq!(form("application/did+json;q=0, application/did;q=0.001"), did);
    }

    #[test]
    fn a_part_of_a_document_has_no_result_of_resolution() {
        let of = |accept: &str, is_part| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            Form::of(&headers, is_part).map_err(|failure| failure.kind)
        };
        let both = "application/did-resolution, application/did-url-dereferencing;q=0.9";
        assert_eq!(of(both, false), Ok(Form::Result(Shape::Resolution)));
        assert_eq!(of(both, true), Ok(Form::Result(Shape::Dereferencing)));
        assert_eq!(of("application/did-resolution", true), Err(Kind::RepresentationNotSupported));
    }

    #[test]
    fn the_older_result_is_told_by_its_profile() {
        let legacy = Some(Form::Result(Shape::Legacy));
        assert_eq!(form("application/ld+json;profile=\"https://w3id.org/did-resolution\""), legacy);
        assert_eq!(
            form("text/html,application/ld+json; profile=https://w3id.org/did-resolution;q=0.9"),
            legacy
        );
        assert_eq!(form("application/ld+json"), None);
        assert_eq!(form("application/ld+json;profile=\"a,b\""), None);
    }

    #[test]
    fn what_is_not_written_here_is_not_accepted_whatever_the_header_holds() {
        for bad in [
            "text/html",
            "application/did+cbor",
            "application/did;q=0",
            "application/did;q=2",
            ";,;,\"",
            "a;b",
        ] {
            assert_eq!(form(bad), None, "{bad}");
        }
        let many = "text/html,".repeat(10_000) + "application/did";
        assert_eq!(form(&many), None, "only the first ranges are looked at");
    }
}
