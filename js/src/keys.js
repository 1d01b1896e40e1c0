// Keys: an Ed25519 key that signs, wherever its secret half is.

import { given, hex, unhex } from './bytes.js';
import { RealDidError } from './error.js';
import { shared } from './wasm.js';

/** What WebCrypto offers; before version 19 Node.js keeps it in a module. */
const subtle = async () => (globalThis.crypto ?? (await import('node:crypto')).webcrypto).subtle;

/** A key that signs. Any object with `publicKey` and `sign` can take its place. */
export class Key {
  #sign;

  /** Use `generate`, `fromCryptoKey` or `fromSeed`. */
  constructor(publicKey, commitment, sign, cryptoKey) {
    this.publicKey = publicKey;
    this.commitment = commitment;
    if (cryptoKey !== undefined) this.cryptoKey = cryptoKey;
    this.#sign = sign;
    Object.freeze(this);
  }

  /** A new one, made by WebCrypto, whose secret half nobody can read out. */
  static async generate() {
    return Key.fromCryptoKey(await webCrypto((crypto) => crypto.generateKey('Ed25519', false, ['sign', 'verify'])));
  }

  /** That of a pair of WebCrypto, as `generateKey('Ed25519', …)` gives it. */
  static async fromCryptoKey(pair) {
    const publicKey = hex(new Uint8Array(await webCrypto((crypto) => crypto.exportKey('raw', pair?.publicKey))));
    const sign = async (message) =>
      new Uint8Array(await webCrypto((crypto) => crypto.sign('Ed25519', pair.privateKey, message)));
    return new Key(publicKey, await commitment(publicKey), sign, pair);
  }

  /** That of a seed of 32 bytes (RFC 8032, section 5.1.5), which stays in memory. */
  static async fromSeed(seed) {
    const secret = given(seed, 'the seed').slice();
    const wasm = await shared();
    const { key } = wasm.call('public_key', secret);
    const sign = async (message) => unhex(wasm.call('sign', secret, message).signature);
    return new Key(key, await commitment(key), sign);
  }

  /** The signature over a message. */
  async sign(message) {
    return this.#sign(message);
  }
}

/** The commitment to a public key, as it stands in a record as long as the key is not shown. */
export async function commitment(publicKey) {
  return (await shared()).call('commitment', given(publicKey, 'the key')).commitment;
}

async function webCrypto(work) {
  try {
    return await work(await subtle());
  } catch (cause) {
    throw new RealDidError('key_unusable', `WebCrypto does not do this with this key: ${cause.message}`, { cause });
  }
}
