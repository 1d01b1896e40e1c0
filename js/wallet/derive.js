// The keys of a person at a site, from the recovery code by HKDF-SHA-256 (RFC 5869) of WebCrypto.
//
// The code's 20 bytes are the input key material, there is no salt, and the information is
//
//   `realdid/v1/wallet-key`, the genesis digest (32 bytes), the site's DID (32), the purpose (1), the generation (4, big-endian)
//
// The 32 bytes that come out are an Ed25519 seed (RFC 8032). Nothing leads from one seed to another or back to the code.

import { Key, commitment, create } from '../src/index.js';
import { unhex, utf8, fromBase64url } from '../src/bytes.js';
import { bytesOf } from './did.js';

const CONTEXT = utf8('realdid/v1/wallet-key');
const PURPOSES = { authentication: 1, invocation: 2, recovery: 3 };
/** What stands before a seed in PKCS #8 (RFC 8410). */
const PKCS8 = unhex('302e020100300506032b657004220420');

/** The secret that all keys come from: a key of WebCrypto that nobody can read out. */
export const masterOf = (code) => crypto.subtle.importKey('raw', code, 'HKDF', false, ['deriveBits']);

/** All that a person has at one site: the keys of every generation, and what makes the DID. */
export class Branch {
  #master;
  #place;
  #keys = new Map();

  constructor(master, genesis, site) {
    this.#master = master;
    this.#place = [...unhex(genesis), ...bytesOf(site)];
  }

  /** The seed of a key, for tests: a key is all that a wallet needs. */
  async seed(purpose, generation) {
    const number = [24, 16, 8, 0].map((shift) => (generation >>> shift) & 255);
    const info = Uint8Array.from([...CONTEXT, ...this.#place, PURPOSES[purpose], ...number]);
    const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info };
    return new Uint8Array(await crypto.subtle.deriveBits(derivation, this.#master, 256));
  }

  /** A key, which nobody can read out. */
  key(purpose, generation) {
    const name = `${purpose} ${generation}`;
    if (!this.#keys.has(name)) this.#keys.set(name, this.seed(purpose, generation).then(keyOf));
    return this.#keys.get(name);
  }

  /** The keys of a generation: one to log in, and another to change the DID. */
  async keys(generation) {
    const [authentication, invocation] = await Promise.all([
      this.key('authentication', generation),
      this.key('invocation', generation),
    ]);
    return { authentication, invocation };
  }

  /** The same as they stand in a record. Whoever steals the one that logs in can change nothing. */
  async recordKeys(generation) {
    const { authentication, invocation } = await this.keys(generation);
    return [
      { key: authentication.publicKey, purposes: ['authentication'] },
      { key: invocation.publicKey, purposes: ['capabilityInvocation'] },
    ];
  }

  /** What stands in a record for a key that nobody has seen. */
  async commitment(purpose, generation) {
    return commitment((await this.key(purpose, generation)).publicKey);
  }

  /** What makes the DID. It depends on nothing but the code, the network and the site. */
  async creation(options) {
    const [keys, recovery, next_key] = await Promise.all([
      this.recordKeys(0),
      this.commitment('recovery', 0),
      this.commitment('invocation', 1),
    ]);
    return create({ keys, recovery, next_key }, options);
  }
}

/** The key of a seed, which is wiped. */
async function keyOf(seed) {
  const bytes = Uint8Array.from([...PKCS8, ...seed]);
  const { subtle } = crypto;
  // WebCrypto says the public half only of a key that can be read out; that one is dropped at once
  const readable = await subtle.importKey('pkcs8', bytes, 'Ed25519', true, ['sign']);
  const { x } = await subtle.exportKey('jwk', readable);
  const publicKey = await subtle.importKey('raw', fromBase64url(x, 'the public key'), 'Ed25519', true, ['verify']);
  const privateKey = await subtle.importKey('pkcs8', bytes, 'Ed25519', false, ['sign']);
  bytes.fill(0);
  seed.fill(0);
  return Key.fromCryptoKey({ privateKey, publicKey });
}
