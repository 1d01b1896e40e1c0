//! A node's HTTP interface, as its clients use it.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use realdid_state::StateKey;
use realdid_types::{DecodeError, Epoch, EpochEnd, Genesis, SignedTransaction, ValidatorSet, Wire};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    ClientError, Problem, RecordProof, RootsError,
    body::{self, BodyError},
    roots,
};

/// How long a connection may take to come about.
const CONNECT_MAX: Duration = Duration::from_secs(3);
/// How long an answer may take: nodes keep a client waiting for half a minute at most.
const ANSWER_MAX: Duration = Duration::from_secs(40);
/// How long reading may take.
const READ_MAX: Duration = Duration::from_secs(10);

/// The longest answer. A block with 64 batches of 64 KiB has some 17,000 transactions, and a receipt in words and in base64
/// takes 400 bytes: 7 MB; a genesis of 8 MiB is in base64 11 MiB.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// A problem is a few sentences.
const PROBLEM_BYTES_MAX: usize = 64 * 1024;

/// A node.
#[derive(Clone, Debug)]
pub struct NodeClient {
    base: String,
    http: reqwest::Client,
}

/// How long to wait for what becomes of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Not at all: it is handed in.
    No,
    /// Until it cannot be lost.
    Accepted,
    /// Until it is decided.
    Final,
}

/// What became of a transaction that was handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submitted {
    /// Which.
    pub id: String,
    /// `pending`, `accepted`, `final`, `void` or `refused`.
    pub status: String,
    /// In which block it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u64>,
    /// `applied`, `refused` or `skipped`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Why it was refused, as a stable code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Why it was refused, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a node says of a DID.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The node's view of the record, to be shown.
    pub view: serde_json::Value,
    /// What proves it.
    pub proof: RecordProof,
}

#[derive(Deserialize)]
struct GenesisView {
    encoded: String,
}

#[derive(Deserialize)]
struct ProofView {
    value: Option<String>,
    proof: String,
    block: String,
    certificate: String,
}

#[derive(Deserialize)]
struct BundleView {
    bundle: String,
}

#[derive(Deserialize)]
struct VersionView {
    value: String,
}

/// What all clients of this workspace are built from: it trusts whom this machine trusts, and waits as long as a node may take.
pub fn http_builder() -> reqwest::ClientBuilder {
    // the same cryptography as the networks use; it fails only where it is chosen already
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder().connect_timeout(CONNECT_MAX).timeout(ANSWER_MAX)
}

impl NodeClient {
    /// A node by the address of its interface, such as `http://127.0.0.1:8001`. One that begins with `https` must have a
    /// certificate that this machine trusts.
    #[must_use]
    pub fn new(base: &str) -> Self {
        Self::with(base, http_builder())
            .unwrap_or_else(|_| Self { base: base.to_owned(), http: Default::default() })
    }

    /// A node whose certificate must lead to one of these, in PEM.
    ///
    /// # Errors
    /// If they are no certificates.
    pub fn trusting(base: &str, certificates: &[u8]) -> Result<Self, ClientError> {
        Self::with(base, http_builder().tls_certs_only(roots(certificates)?))
    }

    fn with(base: &str, builder: reqwest::ClientBuilder) -> Result<Self, ClientError> {
        let http = builder.build().map_err(RootsError::Unusable)?;
        Ok(Self { base: base.trim_end_matches('/').to_owned(), http })
    }

    /// Its address.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The network's genesis as the node tells it. It is to be compared with one that is trusted.
    ///
    /// # Errors
    /// If the node does not answer with one.
    pub async fn genesis(&self) -> Result<Genesis, ClientError> {
        let view: GenesisView = self.get("/v1/genesis").await?;
        let bytes = self.bytes(&view.encoded)?;
        Genesis::decode(&bytes).map_err(|error: DecodeError| self.strange(error))
    }

    /// Hands transactions in; what became of each, in order.
    ///
    /// # Errors
    /// If the node does not take them.
    pub async fn submit(
        &self,
        transactions: &[SignedTransaction],
        wait: Wait,
    ) -> Result<Vec<Submitted>, ClientError> {
        let mut body = Vec::new();
        for transaction in transactions {
            let bytes = transaction.encode();
            // a transaction has at most 8 KiB
            body.extend((bytes.len() as u32).to_be_bytes());
            body.extend(bytes);
        }
        let query = match wait {
            Wait::No => "",
            Wait::Accepted => "?wait=accepted",
            Wait::Final => "?wait=final",
        };
        let url = format!("{}/v1/transactions{query}", self.base);
        let request = self.http.post(url).header("content-type", "application/octet-stream").body(body);
        self.read(request).await
    }

    /// What the node says of a DID, with proof.
    ///
    /// # Errors
    /// If the node does not answer so.
    pub async fn resolve(&self, did: &str) -> Result<Resolved, ClientError> {
        let view: serde_json::Value = self.get(&format!("/v1/records/{did}")).await?;
        let proof = self.proof(&view)?;
        Ok(Resolved { view, proof })
    }

    /// What proves an entry of the state, or its absence.
    ///
    /// # Errors
    /// If the node does not answer so.
    pub async fn entry(&self, key: &StateKey) -> Result<RecordProof, ClientError> {
        let digits: String = key.to_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        self.proof(&self.get(&format!("/v1/entries/{digits}")).await?)
    }

    /// What a wallet holds ready for logins of a DID: the bytes of a bundle, which is in the crate `realdid-login`.
    ///
    /// # Errors
    /// If the node does not answer so.
    pub async fn bundle(&self, did: &str) -> Result<Vec<u8>, ClientError> {
        let view: BundleView = self.get(&format!("/v1/bundles/{did}")).await?;
        self.bytes(&view.bundle)
    }

    /// The bytes of a version of a DID's record, to be checked by [`crate::check_previous`].
    ///
    /// # Errors
    /// If the node does not answer so.
    pub async fn version(&self, did: &str, version: u64) -> Result<Vec<u8>, ClientError> {
        let view: VersionView = self.get(&format!("/v1/records/{did}/versions/{version}")).await?;
        self.bytes(&view.value)
    }

    fn proof(&self, view: &serde_json::Value) -> Result<RecordProof, ClientError> {
        let proof = view.get("proof").cloned().unwrap_or_default();
        let proof: ProofView = serde_json::from_value(proof).map_err(|error| self.strange(error))?;
        Ok(RecordProof {
            value: proof.value.map(|value| self.bytes(&value)).transpose()?,
            proof: self.bytes(&proof.proof)?,
            block: self.bytes(&proof.block)?,
            certificate: self.bytes(&proof.certificate)?,
        })
    }

    /// Any JSON that the node gives at an address.
    ///
    /// # Errors
    /// If the node does not answer so.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.read(self.http.get(format!("{}{path}", self.base)).timeout(READ_MAX)).await
    }

    /// Sends JSON to an address.
    ///
    /// # Errors
    /// If the node refuses.
    pub async fn post<T: Serialize + Sync>(&self, path: &str, body: &T) -> Result<(), ClientError> {
        let request = self.http.post(format!("{}{path}", self.base)).json(body);
        let answer = request.send().await.map_err(|error| self.unreachable(error))?;
        if answer.status().is_success() { Ok(()) } else { Err(self.problem(answer).await) }
    }

    /// Sends JSON to an address, and reads the JSON that comes back.
    ///
    /// # Errors
    /// If the node refuses, or does not answer so.
    pub async fn ask<T: Serialize + Sync, A: DeserializeOwned>(
        &self,
        path: &str,
        body: &T,
    ) -> Result<A, ClientError> {
        self.read(self.http.post(format!("{}{path}", self.base)).json(body)).await
    }

    /// The bytes that the node gives at an address; none if there is no such thing.
    ///
    /// # Errors
    /// If the node does not answer so.
    pub async fn get_bytes(&self, path: &str) -> Result<Option<Vec<u8>>, ClientError> {
        let request = self.http.get(format!("{}{path}", self.base));
        let answer = request.send().await.map_err(|error| self.unreachable(error))?;
        if answer.status() == reqwest::StatusCode::NOT_FOUND {
            return Ok(None);
        }
        if !answer.status().is_success() {
            return Err(self.problem(answer).await);
        }
        Ok(Some(self.body(answer).await?))
    }

    async fn read<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, ClientError> {
        let answer = request.send().await.map_err(|error| self.unreachable(error))?;
        if !answer.status().is_success() {
            return Err(self.problem(answer).await);
        }
        let bytes = self.body(answer).await?;
        serde_json::from_slice(&bytes).map_err(|error| self.strange(error))
    }

    async fn body(&self, answer: reqwest::Response) -> Result<Vec<u8>, ClientError> {
        body::read(answer, ANSWER_BYTES_MAX).await.map_err(|error| match error {
            BodyError::Broken(error) => self.unreachable(error),
            BodyError::TooLarge => self.strange(format!("more than {ANSWER_BYTES_MAX} bytes")),
        })
    }

    async fn problem(&self, answer: reqwest::Response) -> ClientError {
        let status = answer.status().as_u16();
        let body = body::read(answer, PROBLEM_BYTES_MAX).await.ok();
        match body.and_then(|bytes| serde_json::from_slice::<Problem>(&bytes).ok()) {
            Some(problem) => ClientError::Refused(problem),
            None => self.strange(format!("HTTP status {status}")),
        }
    }

    fn unreachable(&self, error: reqwest::Error) -> ClientError {
        ClientError::Unreachable(self.base.clone(), error)
    }

    pub(crate) fn strange(&self, error: impl std::fmt::Display) -> ClientError {
        ClientError::Answer(self.base.clone(), error.to_string())
    }

    pub(crate) fn bytes(&self, text: &str) -> Result<Vec<u8>, ClientError> {
        STANDARD.decode(text).map_err(|error| self.strange(error))
    }
}

#[derive(Deserialize)]
struct EpochView {
    end: Option<String>,
    next_validators: Option<String>,
}

impl NodeClient {
    /// How an epoch ended, and the validators of the next one.
    ///
    /// # Errors
    /// If the node does not answer so, or the epoch is not over.
    pub async fn epoch_end(&self, epoch: Epoch) -> Result<(EpochEnd, ValidatorSet), ClientError> {
        let view: EpochView = self.get(&format!("/v1/epochs/{epoch}")).await?;
        let (Some(end), Some(next)) = (view.end, view.next_validators) else {
            return Err(self.strange(format!("epoch {epoch} is not over here")));
        };
        let end = EpochEnd::decode(&self.bytes(&end)?).map_err(|error| self.strange(error))?;
        let next = ValidatorSet::decode(&self.bytes(&next)?).map_err(|error| self.strange(error))?;
        Ok((end, next))
    }
}
