//! A site that people log in to: a web server that checks responses as sites do.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use realdid_client::LightClient;
use realdid_crypto::{Digest, Ed25519Verifier};
use realdid_login::*;
use realdid_testnet::now_ms;
use realdid_types::*;

const SESSION: Session = [1; 32];

pub struct LoginSite {
    pub origin: String,
    genesis: Genesis,
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    open: Challenges,
    epochs: KnownEpochs,
    nonces: u8,
    /// What became of each response, in order: who logged in, or the code of what was wrong.
    logins: Vec<Result<Login, String>>,
}

impl LoginSite {
    pub fn new(genesis: Genesis) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let inner = Arc::new(Mutex::new(Inner {
            open: Challenges::new(100),
            epochs: KnownEpochs::new(LightClient::new(&genesis).unwrap()),
            nonces: 0,
            logins: Vec::new(),
        }));
        let shared = inner.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                drop(serve(stream, &shared));
            }
        });
        Self { origin, genesis, inner }
    }

    pub fn back(&self) -> String {
        format!("{}/back", self.origin)
    }

    /// What a page of the site asks, for this DID of the site, changed as wanted.
    pub fn challenge(&self, site: &str, change: impl FnOnce(&mut Challenge)) -> String {
        let mut inner = self.inner.lock().unwrap();
        inner.nonces += 1;
        let mut challenge = Challenge {
            genesis: self.genesis.digest(),
            site: Did::from_text(site, &self.genesis.network).unwrap(),
            origin: Origin::new(&self.origin).unwrap(),
            return_address: ReturnAddress::new(&self.back()).unwrap(),
            nonce: Digest::from_bytes([inner.nonces; 32]),
            expires: Timestamp(now_ms() + 300_000),
            epoch: Epoch(0),
            age_max: 24 * 3_600_000,
            level: 0,
            other_device: true,
        };
        change(&mut challenge);
        inner.open.open(challenge.clone(), SESSION, Timestamp(now_ms()));
        format!("https://wallet.example/#challenge={}", URL_SAFE_NO_PAD.encode(challenge.encode()))
    }

    /// Checks a response that came by another way than the server.
    pub fn take(&self, response: &str) -> Result<Login, String> {
        take(&mut self.inner.lock().unwrap(), response)
    }

    /// What became of the newest response, and how many there were.
    pub fn newest(&self) -> (Option<Result<Login, String>>, usize) {
        let inner = self.inner.lock().unwrap();
        let newest = inner.logins.last().map(|login| login.as_ref().cloned().map_err(Clone::clone));
        (newest, inner.logins.len())
    }
}

fn take(inner: &mut Inner, response: &str) -> Result<Login, String> {
    let malformed = |_| "malformed".to_owned();
    let bytes = URL_SAFE_NO_PAD.decode(response).map_err(|_| "malformed".to_owned())?;
    let response = Response::decode(&bytes).map_err(malformed)?;
    let now = Timestamp(now_ms());
    let code = |error: LoginError| error.code().to_owned();
    let (challenge, _) = inner.open.take(response.challenge.nonce, Some(&SESSION), now).map_err(code)?;
    let acceptance = Acceptance { now, epochs: &inner.epochs, authorities: None };
    let login = verify(&challenge, response, acceptance, &Ed25519Verifier::default()).map_err(code)?;
    inner.epochs.learn(login.proven.clone());
    Ok(login)
}

fn serve(mut stream: TcpStream, inner: &Mutex<Inner>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.trim().to_lowercase().split_once(": ") {
            Some(("content-length", text)) => length = text.parse().unwrap(),
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let body = String::from_utf8(body).unwrap();
    assert!(first.starts_with("POST /back "), "{first}");
    let login = take(&mut inner.lock().unwrap(), body.strip_prefix("response=").unwrap());
    let (status, text) = match &login {
        Ok(login) => ("303 See Other\r\nLocation: https://elsewhere.example/", login.subject.to_string()),
        Err(code) => ("403 Forbidden\r\nContent-Type: text/html", format!("<!doctype html><p>{code}")),
    };
    inner.lock().unwrap().logins.push(login);
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", text.len());
    stream.write_all((head + &text).as_bytes())
}
