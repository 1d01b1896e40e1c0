//! Speaking HTTP to a node, byte by byte.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::Value;

use crate::node::Node;

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn media(&self) -> &str {
        &self.headers["content-type"]
    }
}

impl Node {
    pub fn get(&self, path: &str, accept: &str) -> Answer {
        self.speak(&format!("GET {path} HTTP/1.1\r\naccept: {accept}\r\n"), "")
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.speak(&format!("POST {path} HTTP/1.1\r\ncontent-type: application/json\r\n"), &body.to_string())
    }

    /// Sends the beginning of a request, ends its head, and sends a body.
    pub fn speak(&self, head: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let length = body.len();
        let head = format!("{head}host: node\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
        // whoever refuses a body does not read all of it, and then the connection is reset behind the answer
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer:?}"));
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let header = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_owned(), value.to_owned())
        };
        Answer { status, headers: lines.map(header).collect(), body: body.to_owned() }
    }
}
