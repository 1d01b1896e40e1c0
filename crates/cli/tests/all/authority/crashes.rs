//! The authority is killed at the worst moments: nothing is lost, and nobody is attested twice.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, mpsc},
};

use super::town::{Town, eventually};

/// What becomes of a batch on its way to the node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is lost before the node sees it.
    Lost,
    /// The node takes it, and its answer is lost.
    Unanswered,
    /// Both arrive.
    Delivered,
}

/// Stands between the authority and its node.
struct Between {
    url: String,
    fate: Arc<Mutex<Fate>>,
    /// Tells of each batch that went its way.
    seen: mpsc::Receiver<()>,
}

impl Between {
    fn new(node: String, fate: Fate) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let fate = Arc::new(Mutex::new(fate));
        let (sender, seen) = mpsc::channel();
        let shared = fate.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (node, fate, sender) = (node.clone(), shared.clone(), sender.clone());
                std::thread::spawn(move || pass_on(stream, &node, &fate, &sender));
            }
        });
        Self { url, fate, seen }
    }
}

/// One request and its answer.
fn pass_on(mut stream: TcpStream, node: &str, fate: &Mutex<Fate>, seen: &mpsc::Sender<()>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let is_batch = head.starts_with("POST /v1/transactions");
    let fate = if is_batch { *fate.lock().unwrap() } else { Fate::Delivered };
    if fate == Fate::Lost {
        seen.send(()).ok()?;
        // it is never answered: whoever waits is killed
        stream.read_exact(&mut [0]).ok()?;
    }
    let mut upstream = TcpStream::connect(node.strip_prefix("http://")?).ok()?;
    write!(upstream, "{head}connection: close\r\n\r\n").ok()?;
    upstream.write_all(&body).ok()?;
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer).ok()?;
    if fate == Fate::Unanswered {
        return seen.send(()).ok();
    }
    stream.write_all(&answer).ok()
}

/// Kills the authority when a batch meets its fate, and lets it go on.
fn killed_at(seed: &str, fate: Fate) {
    let mut town = Town::new(seed);
    let between = Between::new(town.node_url(), fate);
    let options = ["--node", &between.url, "--minimum", "2", "--longest-wait", "1h", "--pace", "1s"];
    town.start(&options);
    let people = town.people();
    let dids = ["a", "b"].map(|key| town.did(key));
    town.ask(&people[0], &dids[0], "a");
    town.ask(&people[1], &dids[1], "b");
    between.seen.recv_timeout(std::time::Duration::from_secs(60)).expect("a batch is sent");
    town.kill();
    if fate == Fate::Unanswered {
        dids.iter().for_each(|did| drop(town.await_attested(did)));
    } else {
        assert!(dids.iter().all(|did| town.proven(did).is_none()));
    }

    *between.fate.lock().unwrap() = Fate::Delivered;
    town.start(&options);
    dids.iter().for_each(|did| drop(town.await_attested(did)));
    for (person, (did, key)) in people.iter().zip(dids.iter().zip(["a", "b"])) {
        eventually("the authority knows", || {
            (town.ask(person, did, key)["status"] == "attested").then_some(())
        });
    }
    assert!(dids.iter().all(|did| town.times_attested(did) == 1));
    town.run(&["authority", "audit", "@attest/audit.jsonl"]).ok();
}

#[test]
fn killed_before_its_batch_arrives_it_sends_the_same_one_again() {
    killed_at("211", Fate::Lost);
}

#[test]
fn killed_after_its_batch_arrived_it_sends_no_second_one() {
    killed_at("212", Fate::Unanswered);
}

#[test]
fn killed_between_the_check_and_the_attestation_it_forgets_nobody() {
    let mut town = Town::new("213");
    let options = ["--minimum", "2", "--longest-wait", "1h", "--pace", "1s"];
    town.start(&options);
    let people = town.people();
    let (first, second) = (town.did("a"), town.did("b"));
    let asked = town.ask(&people[0], &first, "a");
    town.kill();
    town.start(&options);
    let told = town.ask(&people[0], &first, "a");
    assert_eq!((&told["status"], &told["not_after"]), (&"waiting".into(), &asked["not_after"]));
    town.ask(&people[1], &second, "b");
    town.await_attested(&first);
    town.await_attested(&second);
    assert_eq!([&first, &second].map(|did| town.times_attested(did)), [1, 1]);
}

#[test]
fn a_number_that_the_member_used_elsewhere_costs_no_attestation() {
    let mut town = Town::new("214");
    let between = Between::new(town.node_url(), Fate::Lost);
    let options = ["--node", &between.url];
    town.start(&options);
    let (did, other) = (town.did("a"), town.did("b"));
    town.ask(&town.people()[0], &did, "a");
    between.seen.recv_timeout(std::time::Duration::from_secs(60)).expect("a batch is sent");
    town.kill();
    // the member attests somebody by hand, with the same number
    let key = town.member_key();
    town.run(&["attestation", "give", &other, "--level", "low", "--expires", "2030-01-01", "--key", &key])
        .ok();
    *between.fate.lock().unwrap() = Fate::Delivered;
    town.start(&options);
    town.await_attested(&did);
    assert_eq!(town.times_attested(&did), 1);
}
