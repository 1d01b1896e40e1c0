//! Answers that go on and on.

use std::{io::Write, net::TcpListener};

use crate::{liar::request, life::Life, program::realdid};

/// A server that answers everything with this head, and then without an end; its address.
fn flood(head: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            drop(request(&stream));
            let mut go_on = stream.write_all(format!("HTTP/1.1 {head}\r\n\r\n").as_bytes());
            while go_on.is_ok() {
                go_on = stream.write_all(&[b' '; 65_536]);
            }
        }
    });
    address
}

#[test]
fn no_more_is_read_of_a_nodes_answer_than_one_may_have() {
    let nowhere = tempfile::tempdir().unwrap();
    for head in ["200 OK", "200 OK\r\nContent-Length: 99999999999"] {
        let ran = realdid(nowhere.path(), ["status", "--node", &flood(head)]);
        assert!(ran.status == 5 && ran.err.contains("more than 16777216 bytes"), "{head}: {}", ran.err);
    }
    let ran = realdid(nowhere.path(), ["status", "--node", &flood("500 Internal Server Error")]);
    assert!(ran.status == 5 && ran.err.contains("HTTP status 500"), "{}", ran.err);
}

#[test]
fn no_more_is_read_of_what_an_origin_shows_than_it_may_have() {
    let life = Life::new("139");
    let did = life.create("@my.key", &[]);
    for head in ["200 OK", "200 OK\r\nContent-Length: 99999999999"] {
        let check = ["site", "check", &did, "--origin", &flood(head)];
        let ran = life.run(&check);
        let told = ran.out + &ran.err;
        assert!(ran.status == 1 && told.contains("answers with more than 262144 bytes"), "{head}: {told}");
    }
}
