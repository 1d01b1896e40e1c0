//! A browser as far as a bridge can tell.

use std::{
    fmt::Write as _,
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::Value;

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let pairs = self.head.lines().filter_map(|line| line.split_once(':'));
        pairs.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
    }

    /// Where it sends the browser.
    pub fn to(&self) -> &str {
        self.header("location").unwrap_or_else(|| panic!("no redirection: {self:?}"))
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}

/// One request.
pub fn ask(origin: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let address = origin.strip_prefix("http://localhost:").unwrap();
    let mut stream = TcpStream::connect(format!("127.0.0.1:{address}")).unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    for (name, value) in headers {
        write!(head, "{name}: {value}\r\n").unwrap();
    }
    write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

/// Its cookie.
#[derive(Default)]
pub struct Browser {
    cookie: String,
}

impl Browser {
    pub fn open(&mut self, origin: &str, path: &str) -> Answer {
        let answer = ask(origin, "GET", path, &[("Cookie", &self.cookie)], "");
        if let Some(set) = answer.header("set-cookie") {
            self.cookie = set.split(';').next().unwrap().to_owned();
        }
        answer
    }

    /// The challenge on a page.
    pub fn challenge(&mut self, origin: &str, path: &str) -> String {
        let page = self.open(origin, path);
        let found = page.body.split_once("#challenge=").map(|(_, rest)| rest.split('"').next().unwrap());
        found.unwrap_or_else(|| panic!("no challenge: {page:?}")).to_owned()
    }

    /// What the page does to which a wallet comes back.
    pub fn hand_in(&self, origin: &str, response: &str) -> Answer {
        let headers = [("Cookie", self.cookie.as_str()), ("Accept", "application/json")];
        ask(origin, "POST", "/return", &headers, &format!("response={response}"))
    }

    pub fn post(&self, origin: &str, path: &str, form: &str) -> Answer {
        ask(origin, "POST", path, &[("Cookie", &self.cookie)], form)
    }
}
