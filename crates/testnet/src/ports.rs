//! Finding ports that nobody has.

use std::{
    net::{Ipv4Addr, TcpListener},
    path::Path,
};

use realdid_crypto::{Context, digest};

use crate::usual_folder;

/// Where ports are looked for, in the usual folder; others begin elsewhere, so that networks that are made at the same
/// time do not meet.
const FIRST_PORT: u16 = 7400;
/// How many ports further others may begin.
const PORTS_APART: u16 = 20_000;

/// The first of so many free ports in a row.
pub(crate) fn free_ports(
    folder: &Path,
    wanted: u16,
    is_reserved: impl Fn(u16) -> bool,
) -> anyhow::Result<u16> {
    // a node that does not run keeps its ports
    let is_free = |port: u16| !is_reserved(port) && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
    let mut first = if *folder == usual_folder() { FIRST_PORT } else { FIRST_PORT + apart(folder) };
    while first < u16::MAX - wanted {
        match (first..first + wanted).find(|port| !is_free(*port)) {
            None => return Ok(first),
            Some(taken) => first = taken + 1,
        }
    }
    anyhow::bail!("no {wanted} free ports in a row were found above {FIRST_PORT}")
}

fn apart(folder: &Path) -> u16 {
    let digest = digest(Context::Random, folder.as_os_str().as_encoded_bytes());
    let [high, low, ..] = *digest.as_bytes();
    u16::from_be_bytes([high, low]) % PORTS_APART
}
