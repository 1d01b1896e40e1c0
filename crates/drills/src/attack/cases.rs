//! The table of attacks.

use std::pin::Pin;

use super::{Target, http, peers, sockets, streams};

type Attack = fn(Target) -> Pin<Box<dyn Future<Output = ()> + Send>>;

pub struct Case {
    pub name: &'static str,
    pub attack: Attack,
}

macro_rules! cases {
    ($($name:literal => $target:ident $attack:expr;)*) => {
        pub const CASES: &[Case] = &[$(Case {
            name: $name,
            attack: |$target: Target| Box::pin(async move { $attack.await }),
        },)*];
    };
}

cases! {
    // sockets: the validators' port
    "validators' port: random bytes" => target sockets::garbage(target.validators, target.until);
    "validators' port: a thousand half handshakes" => target sockets::half_handshakes(target.validators, 1_000);
    "validators' port: connections opened and closed" => target sockets::churn(target.validators, target.until);
    "validators' port: one byte at a time" => target sockets::drip(target.validators, target.until);
    "validators' port: an endless protocol name" => target sockets::endless_name(target.validators, target.until);
    "validators' port: HTTP" => target sockets::speak(target.validators, b"GET / HTTP/1.1\r\n\r\n", target.until);
    "validators' port: a stranger with a good handshake" => target peers::stranger_at_validators(target);
    // sockets: the public port
    "public port: random bytes" => target sockets::garbage(target.public, target.until);
    "public port: a thousand half handshakes" => target sockets::half_handshakes(target.public, 1_000);
    "public port: connections opened and closed" => target sockets::churn(target.public, target.until);
    "public port: one byte at a time" => target sockets::drip(target.public, target.until);
    "public port: an endless protocol name" => target sockets::endless_name(target.public, target.until);
    "public port: HTTP" => target sockets::speak(target.public, b"GET / HTTP/1.1\r\n\r\n", target.until);
    "public port: a peer of another network" => target peers::other_network(target);
    "public port: three hundred peers" => target peers::many(target, 300);
    "public port: streams on which nothing is said" => target streams::silent(target);
    "public port: protocols that nobody speaks" => target streams::unknown_protocols(target);
    // gossip
    "gossip: grafts" => target streams::grafts(target);
    "gossip: rumours of messages, and wishes for some" => target streams::rumours(target);
    "gossip: subscriptions" => target streams::subscriptions(target);
    "gossip: a frame of four gigabytes" => target streams::absurd_frame(target);
    "gossip: garbage for batches" => target peers::gossip_garbage(target, 300);
    "gossip: garbage as large as may be" => target peers::gossip_garbage(target, 64 * 1024);
    "gossip: garbage for certificates" => target peers::gossip_garbage_certificates(target);
    "gossip: batches of a stranger" => target peers::gossip_strangers_batches(target);
    "gossip: batches of a member with forged signatures" => target peers::gossip_forged_batches(target);
    "gossip: announcements by a stranger" => target peers::gossip_announcements(target);
    "gossip: Commit certificates of the future" => target peers::gossip_future_certificates(target);
    // questions
    "questions: garbage" => target peers::ask_garbage(target);
    "questions: blocks that nobody has" => target peers::ask_unknown_blocks(target);
    "questions: batches that nobody has" => target peers::ask_unknown_batches(target);
    "questions: absurd heights and epochs" => target peers::ask_absurd(target);
    "questions: the whole chain again and again" => target peers::ask_whole_chain(target);
    "questions: pushed batches with forged signatures" => target peers::push_forged_batches(target);
    // the interface
    "HTTP: a body of a gigabyte is promised" => target http::promised_gigabyte(target);
    "HTTP: bodies of three megabytes" => target http::large_bodies(target);
    "HTTP: a header without end" => target http::endless_header(target);
    "HTTP: slow requests" => target http::slow_requests(target);
    "HTTP: five hundred idle connections" => target http::idle_connections(target, 500);
    "HTTP: two hundred event streams" => target http::event_streams(target, 200);
    "HTTP: deeply nested JSON" => target http::nested_json(target);
    "HTTP: a transaction length of 2^32-1" => target http::absurd_length(target);
    "HTTP: truncated transactions" => target http::truncated(target);
    "HTTP: transactions with a byte too many" => target http::trailing(target);
    "HTTP: random bytes as transactions" => target http::random_transactions(target);
    "HTTP: forged signatures" => target http::forged(target);
    "HTTP: one transaction again and again" => target http::replayed(target);
    "HTTP: transactions of another network" => target http::other_network(target);
    "HTTP: transactions that have expired" => target http::expired(target);
    "HTTP: numbers far ahead" => target http::far_ahead(target);
    "HTTP: a thousand and one transactions" => target http::too_many(target);
    "HTTP: addresses that are none" => target http::addresses(target);
}
