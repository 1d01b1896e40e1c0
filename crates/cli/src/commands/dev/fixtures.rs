//! The files that the W3C's DID test suite reads (github.com/w3c/did-test-suite, `suites/implementations`).

use realdid_crypto::Digest;
use realdid_types::{Did, NetworkName};
use serde_json::{Map, Value, json};

use super::resolver::Resolver;

/// Which edition of DID Core the files are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edition {
    V1_0,
    V1_1,
}

impl Edition {
    pub(crate) const fn suffix(self) -> &'static str {
        match self {
            Self::V1_0 => "",
            Self::V1_1 => "-1.1",
        }
    }

    const fn media(self) -> &'static [&'static str] {
        match self {
            Self::V1_0 => &["application/did+json", "application/did+ld+json"],
            Self::V1_1 => &["application/did"],
        }
    }

    const fn results(self) -> [&'static str; 2] {
        match self {
            Self::V1_0 => ["application/json"; 2],
            Self::V1_1 => ["application/did-resolution", "application/did-url-dereferencing"],
        }
    }

    /// Metadata as this edition has them: 1.0 knows errors as words, and its suite takes no lists in metadata.
    fn metadata(self, mut metadata: Value) -> Value {
        if self == Self::V1_0
            && let Some(members) = metadata.as_object_mut()
        {
            members.remove("proof");
            members.remove("chain");
            if let Some(kind) = members.get("error").and_then(|error| error["type"].as_str()) {
                let word = word(kind.rsplit('#').next().unwrap_or(kind));
                members.insert("error".to_owned(), json!(word));
            }
        }
        metadata
    }
}

/// `NOT_FOUND` is `notFound`.
fn word(name: &str) -> String {
    let mut words = name.split('_').map(str::to_ascii_lowercase);
    let first = words.next().unwrap_or_default();
    words.fold(first, |word, next| {
        let (head, tail) = next.split_at(next.len().min(1));
        word + &head.to_ascii_uppercase() + tail
    })
}

/// Answers of a resolver.
pub(crate) struct Fixture {
    edition: Edition,
    dids: Vec<Resolved>,
    resolutions: Vec<Execution>,
    dereferencings: Vec<Execution>,
}

/// A DID with its document in every representation.
struct Resolved {
    did: String,
    documents: Vec<(&'static str, String)>,
    metadata: Value,
}

/// A call of a function, and what the suite should think of it.
struct Execution {
    outcome: &'static str,
    call: Value,
}

impl Fixture {
    /// Asks a resolver for all that the files tell.
    ///
    /// # Errors
    /// If it does not answer, or a DID does not resolve.
    pub(crate) async fn gather(
        resolver: &Resolver,
        dids: &[String],
        network: &NetworkName,
        edition: Edition,
    ) -> anyhow::Result<Self> {
        let mut fixture =
            Self { edition, dids: Vec::new(), resolutions: Vec::new(), dereferencings: Vec::new() };
        for did in dids {
            fixture.add(resolver, did).await?;
        }
        let nobody = Did(Digest::ZERO).to_text(network);
        fixture.resolve(resolver, "did_realdid_nobody", "invalidDidErrorOutcome").await?;
        fixture.resolve(resolver, &nobody, "notFoundErrorOutcome").await?;
        for (url, outcome) in [
            (format!("{nobody}#a part"), "invalidDidUrlErrorOutcome"),
            (format!("{nobody}#part"), "notFoundErrorOutcome"),
        ] {
            fixture.dereference(resolver, &url, edition.media()[0], outcome).await?;
        }
        Ok(fixture)
    }

    async fn add(&mut self, resolver: &Resolver, did: &str) -> anyhow::Result<()> {
        let edition = self.edition;
        let result = resolver.json(did, edition.results()[0]).await?;
        let error = &result["didResolutionMetadata"]["error"];
        anyhow::ensure!(
            error.is_null(),
            "{did} does not resolve: {}",
            error["detail"].as_str().unwrap_or_default()
        );
        let metadata = edition.metadata(result["didDocumentMetadata"].clone());
        let is_ended = metadata["deactivated"] == true;
        let mut documents = Vec::new();
        for media in edition.media() {
            documents.push((*media, resolver.text(did, media).await?));
        }
        let outcome = if is_ended { "deactivatedOutcome" } else { "defaultOutcome" };
        self.resolve(resolver, did, outcome).await?;
        for (media, document) in &documents {
            let output = json!({
                "didResolutionMetadata": { "contentType": media },
                "didDocumentStream": document,
                "didDocumentMetadata": metadata,
            });
            let input = json!({ "did": did, "resolutionOptions": { "accept": media } });
            let call = json!({ "function": "resolveRepresentation", "input": input, "output": output });
            self.resolutions.push(Execution { outcome, call });
        }
        if is_ended {
            return Ok(());
        }
        let first: Value =
            documents.first().map(|(_, text)| serde_json::from_str(text)).transpose()?.unwrap_or_default();
        let parts =
            ["verificationMethod", "service"].map(|list| first[list][0]["id"].as_str().map(str::to_owned));
        for url in std::iter::once(did.to_owned()).chain(parts.into_iter().flatten()) {
            for media in edition.media() {
                self.dereference(resolver, &url, media, "defaultOutcome").await?;
            }
        }
        self.dids.push(Resolved { did: did.to_owned(), documents, metadata });
        Ok(())
    }

    async fn resolve(&mut self, resolver: &Resolver, did: &str, outcome: &'static str) -> anyhow::Result<()> {
        let mut output = resolver.json(did, self.edition.results()[0]).await?;
        for name in ["didResolutionMetadata", "didDocumentMetadata"] {
            output[name] = self.edition.metadata(output[name].take());
        }
        if self.edition == Edition::V1_0
            && let Some(members) = output["didResolutionMetadata"].as_object_mut()
        {
            // there, the function that gives no representation does not name one
            members.remove("contentType");
        }
        let input = json!({ "did": did, "resolutionOptions": {} });
        let call = json!({ "function": "resolve", "input": input, "output": output });
        self.resolutions.push(Execution { outcome, call });
        Ok(())
    }

    async fn dereference(
        &mut self,
        resolver: &Resolver,
        url: &str,
        media: &str,
        outcome: &'static str,
    ) -> anyhow::Result<()> {
        // a whole document is resolved, a part dereferenced: one of the two has something to say
        let result = resolver.json(url, self.edition.results()[1]).await?;
        let [about, beside] =
            [["dereferencingMetadata", "didResolutionMetadata"], ["contentMetadata", "didDocumentMetadata"]]
                .map(|names| names.iter().find_map(|name| result.get(name)).cloned().unwrap_or_default());
        let failed = about.get("error").is_some();
        let about = if failed { self.edition.metadata(about) } else { json!({ "contentType": media }) };
        let stream = if failed { String::new() } else { resolver.text(url, media).await? };
        let input = json!({ "didUrl": url, "dereferenceOptions": { "accept": media } });
        let output = json!({
            "dereferencingMetadata": about,
            "contentStream": stream,
            "contentMetadata": self.edition.metadata(beside),
        });
        let call = json!({ "function": "dereference", "input": input, "output": output });
        self.dereferencings.push(Execution { outcome, call });
        Ok(())
    }

    /// The file about documents.
    pub(crate) fn method(&self) -> Value {
        let mut file = about();
        file.insert("supportedContentTypes".to_owned(), json!(self.edition.media()));
        file.insert(
            "dids".to_owned(),
            json!(self.dids.iter().map(|resolved| &resolved.did).collect::<Vec<_>>()),
        );
        file.insert("didParameters".to_owned(), self.parameters());
        for resolved in &self.dids {
            file.insert(resolved.did.clone(), resolved.shown());
        }
        Value::Object(file)
    }

    fn parameters(&self) -> Value {
        let Some(Resolved { did, metadata, .. }) = self.dids.first() else { return json!({}) };
        let created = metadata["created"].as_str().unwrap_or_default();
        json!({
            "versionId": format!("{did}?versionId=1"),
            "versionTime": format!("{did}?versionTime={created}"),
        })
    }

    /// The file about resolving.
    pub(crate) fn resolutions(&self) -> Value {
        executed(&self.resolutions)
    }

    /// The file about DID URLs.
    pub(crate) fn dereferencings(&self) -> Value {
        executed(&self.dereferencings)
    }
}

impl Resolved {
    fn shown(&self) -> Value {
        let mut shown = Map::new();
        for (media, text) in &self.documents {
            let mut document: Value = serde_json::from_str(text).unwrap_or_default();
            let context = document.as_object_mut().and_then(|members| members.remove("@context"));
            let entries = context.map_or(json!({}), |context| json!({ "@context": context }));
            shown.insert("didDocumentDataModel".to_owned(), json!({ "properties": document }));
            let representation = json!({
                "didDocumentDataModel": { "representationSpecificEntries": entries },
                "representation": text,
                "didDocumentMetadata": self.metadata,
                "didResolutionMetadata": { "contentType": media },
            });
            shown.insert((*media).to_owned(), representation);
        }
        Value::Object(shown)
    }
}

fn about() -> Map<String, Value> {
    let about = [("didMethod", "did:realdid"), ("implementation", "RealDID"), ("implementer", "RealDID")];
    about.map(|(name, value)| (name.to_owned(), json!(value))).into_iter().collect()
}

fn executed(executions: &[Execution]) -> Value {
    let mut outcomes = Map::new();
    for (place, execution) in executions.iter().enumerate() {
        let places = outcomes.entry(execution.outcome).or_insert_with(|| json!([]));
        places.as_array_mut().into_iter().for_each(|places| places.push(json!(place)));
    }
    let mut file = about();
    file.insert("expectedOutcomes".to_owned(), Value::Object(outcomes));
    file.insert("executions".to_owned(), executions.iter().map(|execution| execution.call.clone()).collect());
    Value::Object(file)
}
