//! A node that lies beside a proof that holds.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
};

use crate::{
    network::{get, json},
    program::Testnet,
};

/// Passes requests on to a node, and puts a lie where its answers are honest; its address.
pub fn liar(url: String, honest: &'static str, lie: &'static str) -> String {
    between(move |asked| replaced(&pass_on(&url, asked), honest.as_bytes(), lie.as_bytes()))
}

/// Passes requests on to a node, and answers those below a path ever again as the first time; its address.
pub fn remembering(url: String, below: &'static str) -> String {
    let mut kept = BTreeMap::new();
    between(move |asked| match asked.starts_with(format!("GET {below}").as_bytes()) {
        true => kept.entry(asked.to_owned()).or_insert_with(|| pass_on(&url, asked)).clone(),
        false => pass_on(&url, asked),
    })
}

/// Answers requests, one after the other.
fn between(mut answer: impl FnMut(&[u8]) -> Vec<u8> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            drop(request(&stream).and_then(|asked| stream.write_all(&answer(&asked))));
        }
    });
    address
}

/// A whole request, which is the last one of its connection.
pub fn request(stream: &TcpStream) -> std::io::Result<Vec<u8>> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut asked, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        if line.trim().is_empty() {
            asked.extend(b"connection: close\r\n\r\n");
            break;
        }
        asked.extend(line.as_bytes());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    asked.extend(body);
    Ok(asked)
}

fn pass_on(url: &str, asked: &[u8]) -> Vec<u8> {
    let mut answer = Vec::new();
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    drop(stream.write_all(asked).and_then(|()| stream.read_to_end(&mut answer)));
    answer
}

/// The lie is as long as the truth, so that the answer's length stays.
fn replaced(bytes: &[u8], honest: &[u8], lie: &[u8]) -> Vec<u8> {
    let mut lying = bytes.to_vec();
    for (place, window) in bytes.windows(honest.len()).enumerate() {
        if window == honest {
            lying[place..place + lie.len()].copy_from_slice(lie);
        }
    }
    lying
}

#[test]
fn what_a_node_says_beside_its_proof_is_not_shown() {
    let testnet = Testnet::up(&["-n", "1", "--gateways", "0", "--seed", "18"]);
    let key = testnet.0.path().join("me.key");
    let made = json(&testnet.run(["did", "create", "--key", key.to_str().unwrap(), "--output", "json"]).ok());
    let did = made["did"].as_str().unwrap();
    let status = json(&testnet.run(["testnet", "status", "--output", "json"]).ok());
    let liar = liar(status[0]["url"].as_str().unwrap().to_owned(), "\"version\":1", "\"version\":2");
    let resolve = |node: &[&str]| {
        let command = [&["did", "resolve", did, "--output", "json"], node].concat();
        (0..400).map(|_| json(&testnet.run(&command).ok())).find(|shown| !shown["record"].is_null())
    };
    let honest = resolve(&[]).expect("it is final");
    assert!(get(&liar, &format!("/v1/records/{did}")).contains("\"version\":2"), "the liar lies");
    assert_eq!(resolve(&["--node", &liar]).expect("it is final")["record"], honest["record"]);
    assert_eq!(honest["record"]["version"], 1);
}
