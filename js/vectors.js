// What is frozen, and what the Rust client is tested with too.

import { readFileSync } from 'node:fs';

const read = (name, crate = 'client') =>
  JSON.parse(readFileSync(new URL(`../crates/${crate}/tests/all/${name}.json`, import.meta.url), 'utf8'));
const bytes = (text) => Buffer.from(text, 'base64');
const answer = ({ did, ...proof }) => ({ did, proof });

/** The genesis of a network, and answers of its first epoch: of a DID that is there, and of one that is not. */
export function vectors() {
  const { genesis, present, absent } = read('vectors');
  return { genesis: bytes(genesis), present: answer(present), absent: answer(absent) };
}

/** The genesis of another network, how its first epoch ended, and an answer of the second. */
export function epochs() {
  const { genesis, epoch_0: end, present } = read('epochs');
  return { genesis: bytes(genesis), end, present: answer(present) };
}

/** Every kind of transaction: its draft, the seeds that sign it, and its bytes (all of the network of `vectors`). */
export function transactions() {
  const seeds = (bytes) => bytes.map((byte) => new Uint8Array(32).fill(byte));
  return read('transactions').map((vector) => ({ ...vector, seeds: seeds(vector.seeds) }));
}

/** An honest login: what the site asked, what the wallet answered, when, and what the wallet held. */
export function login() {
  const { genesis, challenge, response, bundle, seed, ...rest } = read('vectors', 'login');
  return { genesis: bytes(genesis), challenge: bytes(challenge), response: bytes(response), bundle: bytes(bundle), seed: bytes(seed), ...rest };
}

/** Copies of an object in each of which one bit of one base64 field is flipped; its name says which. */
export function* flipped(object) {
  for (const [field, text] of Object.entries(object)) {
    if (text === null) continue;
    const whole = bytes(text);
    for (let place = 0; place < whole.length * 8; place += 1) {
      const forged = Buffer.from(whole);
      forged[place >> 3] ^= 1 << place % 8;
      yield [`bit ${place} of ${whole.length} bytes in ${field}`, { ...object, [field]: forged.toString('base64') }];
    }
  }
}
