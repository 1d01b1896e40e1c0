//! Handing on to a node what a wallet asks.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::{
    body::Bytes,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use realdid_client::{RootsError, http_builder, roots};
use reqwest::{Client, RequestBuilder};
use serde_json::json;
use url::Url;

/// More than the largest genesis in base64.
const ANSWER_BYTES_MAX: usize = 16 << 20;
/// What a wallet reads. Everything else of a node's interface is nothing to it.
const READ: [&str; 8] =
    ["genesis", "epochs/", "records/", "entries/", "bundles/", "sites", "dids", "transactions/"];

/// The nodes that are asked: one, and the next when it does not answer.
#[derive(Debug)]
pub struct Nodes {
    urls: Vec<String>,
    http: Client,
    /// Which one answered last.
    at: AtomicUsize,
}

/// Why nodes cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum NodesError {
    /// No address.
    #[error(
        "{0:?} is no address of a node's interface: one is like http://127.0.0.1:8080 or https://node.example:8443"
    )]
    Address(String),
    /// None at all.
    #[error("name a node with --node")]
    None,
    /// No certificates.
    #[error("--ca-cert: {0}")]
    Certificate(#[from] RootsError),
}

impl Nodes {
    /// The nodes at these addresses. The certificates of those that speak TLS must lead to one of `trusted`, in PEM, or
    /// without it to one that this machine trusts.
    ///
    /// # Errors
    /// [`NodesError`].
    pub fn new(urls: &[String], trusted: Option<&[u8]>) -> Result<Self, NodesError> {
        let urls: Vec<_> = urls.iter().map(|url| checked(url)).collect::<Result<_, _>>()?;
        if urls.is_empty() {
            return Err(NodesError::None);
        }
        let mut builder = http_builder().redirect(reqwest::redirect::Policy::none());
        if let Some(pem) = trusted {
            builder = builder.tls_certs_only(roots(pem)?);
        }
        let http = builder.build().map_err(RootsError::Unusable)?;
        Ok(Self { urls, http, at: AtomicUsize::new(0) })
    }

    /// What a node answers to a question of a wallet's; `path` has the query, too.
    pub(crate) async fn read(&self, path: &str) -> Response {
        if is_a_wallets(path) {
            self.ask(|url| self.http.get(format!("{url}{path}"))).await
        } else {
            problem(StatusCode::NOT_FOUND, "not_found", "a wallet asks a node for nothing like that")
        }
    }

    /// What a node answers to transactions, each handed in at a node drawn for it: the ledger tells whose node took what,
    /// and a person's DIDs must not have that in common. To hand them in twice does no harm.
    pub(crate) async fn submit(&self, query: &str, body: Bytes) -> Response {
        let request = |url: &str| {
            let request = self.http.post(format!("{url}/v1/transactions{query}"));
            request.header(header::CONTENT_TYPE, "application/octet-stream").body(body.clone())
        };
        match self.first_answer(drawn(self.urls.len()), request).await {
            Some((_, answer)) => pass_on(answer).await,
            None => nobody(),
        }
    }

    async fn ask(&self, request: impl Fn(&str) -> RequestBuilder) -> Response {
        let Some((place, answer)) = self.first_answer(self.at.load(Ordering::Relaxed), request).await else {
            return nobody();
        };
        self.at.store(place, Ordering::Relaxed);
        pass_on(answer).await
    }

    /// What the first node says that answers, from a place on, and its place.
    async fn first_answer(
        &self,
        first: usize,
        request: impl Fn(&str) -> RequestBuilder,
    ) -> Option<(usize, reqwest::Response)> {
        for (place, url) in self.urls.iter().enumerate().cycle().skip(first).take(self.urls.len()) {
            if let Ok(answer) = request(url).send().await {
                return Some((place, answer));
            }
        }
        None
    }
}

/// A place below `count` that nobody can foresee; the first if the system gives no random numbers.
fn drawn(count: usize) -> usize {
    let mut bytes = [0; 8];
    if getrandom::fill(&mut bytes).is_err() {
        return 0;
    }
    usize::try_from(u64::from_le_bytes(bytes) % count.max(1) as u64).unwrap_or(0)
}

fn nobody() -> Response {
    problem(StatusCode::SERVICE_UNAVAILABLE, "unreachable", "no node answers: try again later")
}

/// Whether it is a question of a wallet's, and no path with dots, which would lead elsewhere.
fn is_a_wallets(path: &str) -> bool {
    let plain = path.split('?').next().unwrap_or_default();
    let leads_there = Url::parse(&format!("http://node.invalid{path}")).is_ok_and(|url| url.path() == plain);
    let rest = plain.strip_prefix("/v1/").unwrap_or_default();
    leads_there && READ.iter().any(|known| rest.starts_with(known))
}

fn checked(url: &str) -> Result<String, NodesError> {
    let wrong = || NodesError::Address(url.to_owned());
    let parsed = Url::parse(url).map_err(|_| wrong())?;
    if matches!(parsed.scheme(), "http" | "https") && parsed.path() == "/" && parsed.query().is_none() {
        Ok(url.trim_end_matches('/').to_owned())
    } else {
        Err(wrong())
    }
}

/// The answer, which is JSON whatever the node says that it is: a node is not trusted, and what it sends must never run on
/// the wallet's origin. Of its headers only the time to wait is kept.
async fn pass_on(mut answer: reqwest::Response) -> Response {
    let status = answer.status();
    let kind = if status.is_success() { "application/json" } else { "application/problem+json" };
    let wait = answer.headers().get(header::RETRY_AFTER).map(|value| value.as_bytes().to_vec());
    let mut body = Vec::new();
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) if body.len().saturating_add(chunk.len()) <= ANSWER_BYTES_MAX => {
                body.extend(chunk)
            }
            Ok(None) => break,
            Ok(Some(_)) | Err(_) => {
                return problem(
                    StatusCode::BAD_GATEWAY,
                    "answer_invalid",
                    "the node's answer is cut off, or far too long",
                );
            }
        }
    }
    let mut response = (status, [(header::CONTENT_TYPE, kind)], body).into_response();
    if let Some(wait) = wait.and_then(|wait| HeaderValue::from_bytes(&wait).ok()) {
        response.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    response
}

fn problem(status: StatusCode, code: &str, detail: &str) -> Response {
    let body = json!({ "status": status.as_u16(), "code": code, "title": code, "detail": detail });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_address_of_an_interface_is_refused() {
        let urls = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        for bad in
            ["", "127.0.0.1:8080", "ftp://node.example", "http://node.example/v1", "http://node.example/?a"]
        {
            assert!(matches!(Nodes::new(&urls(&[bad]), None), Err(NodesError::Address(_))), "{bad}");
        }
        assert!(matches!(Nodes::new(&[], None), Err(NodesError::None)));
        let nodes = Nodes::new(&urls(&["http://127.0.0.1:1/", "https://node.example:8443"]), None).unwrap();
        assert_eq!(nodes.urls, ["http://127.0.0.1:1", "https://node.example:8443"]);
        assert!(matches!(
            Nodes::new(&urls(&["http://127.0.0.1:1"]), Some(b"no PEM")),
            Err(NodesError::Certificate(_))
        ));
    }

    #[tokio::test]
    async fn nothing_is_asked_of_a_node_that_no_wallet_asks() {
        let nodes = Nodes::new(&["http://127.0.0.1:1".to_owned()], None).unwrap();
        let dots = [
            "/v1/records/../status",
            "/v1/records/%2e%2e/status",
            "/v1/sites/../../metrics",
            "/v1/records/./a",
        ];
        let others = ["/v1/status", "/v1/", "/metrics", "/v1/members", "/v1/blocks/1", "/v1x/genesis"];
        for path in dots.into_iter().chain(others) {
            assert_eq!(nodes.read(path).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(nodes.read("/v1/genesis").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    }

    /// A node that answers everything with a page.
    async fn evil_node() -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let page =
            || async { ([(header::CONTENT_TYPE, "text/html")], "<script src=/v1/records/b></script>") };
        let router = axum::Router::new().fallback(page);
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }

    /// Two nodes that say which of them was asked.
    async fn counted() -> (Nodes, std::sync::Arc<[AtomicUsize; 2]>) {
        let counts = std::sync::Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
        let mut urls = Vec::new();
        for place in [0, 1] {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            urls.push(format!("http://{}", listener.local_addr().unwrap()));
            let counts = counts.clone();
            let router = axum::Router::new().fallback(move || async move {
                counts[place].fetch_add(1, Ordering::Relaxed);
                "{}"
            });
            tokio::spawn(async move { axum::serve(listener, router).await });
        }
        (Nodes::new(&urls, None).unwrap(), counts)
    }

    #[tokio::test]
    async fn transactions_are_handed_in_at_a_node_drawn_for_each_and_questions_stay_with_one() {
        let (nodes, counts) = counted().await;
        let count = |place: usize| counts[place].load(Ordering::Relaxed);
        for _ in 0..64 {
            assert_eq!(nodes.submit("", Bytes::new()).await.status(), StatusCode::OK);
        }
        // that one is never drawn is as likely as 64 heads in a row
        assert!(count(0) > 0 && count(1) > 0 && count(0) + count(1) == 64);
        let before = [count(0), count(1)];
        for _ in 0..8 {
            assert_eq!(nodes.read("/v1/genesis").await.status(), StatusCode::OK);
        }
        assert_eq!([count(0), count(1)], [before[0] + 8, before[1]]);
    }

    #[tokio::test]
    async fn what_a_node_sends_is_never_a_page() {
        let nodes = Nodes::new(&[evil_node().await], None).unwrap();
        let answer = nodes.read("/v1/records/a").await;
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/json");
    }
}
