//! A node that lies beside a proof that holds.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
};

use crate::{
    network::{get, json},
    program::Testnet,
};

/// Passes requests on to a node, and puts a lie where its answers are honest; its address.
pub fn liar(url: String, honest: &'static str, lie: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            drop(answer(stream, &url, honest, lie));
        }
    });
    address
}

fn answer(mut stream: TcpStream, url: &str, honest: &str, lie: &str) -> std::io::Result<()> {
    let mut request = BufReader::new(stream.try_clone()?).lines();
    let first = request.next().transpose()?.unwrap_or_default();
    // the headers end with an empty line
    request.map_while(Result::ok).take_while(|line| !line.is_empty()).for_each(drop);
    let path = first.split(' ').nth(1).unwrap_or("/");
    stream.write_all(get(url, path).replace(honest, lie).as_bytes())
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
