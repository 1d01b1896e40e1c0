/** What signs: a `Key`, or whatever asks a device, a server or a person. */
export interface Signer {
  /** The Ed25519 public key: 64 hexadecimal digits, or its 32 bytes. */
  readonly publicKey: string | Uint8Array;
  /** The Ed25519 signature over these bytes, which are a transaction's identifier: 64 bytes, or 128 digits. */
  sign(message: Uint8Array): Promise<Uint8Array | string> | Uint8Array | string;
}

/** An Ed25519 key that signs. */
export class Key implements Signer {
  private constructor();
  /** A new key of WebCrypto's whose secret half nobody can read out. Rejects with `key_unusable` where WebCrypto has none. */
  static generate(): Promise<Key>;
  /**
   * The key of a pair of WebCrypto's, extractable or not; a wallet in a browser keeps `cryptoKey` in IndexedDB.
   * Rejects with `key_unusable` if it is none for Ed25519.
   */
  static fromCryptoKey(pair: CryptoKeyPair): Promise<Key>;
  /**
   * The key of a seed (RFC 8032, section 5.1.5), which stays in memory: 32 bytes, or 64 digits.
   * Rejects with `key_invalid` or `malformed`.
   */
  static fromSeed(seed: Uint8Array | ArrayBuffer | string): Promise<Key>;
  /** In hexadecimal. */
  readonly publicKey: string;
  /** The commitment to it, as it stands in a record as long as nobody has seen the key. */
  readonly commitment: string;
  /** The pair of WebCrypto's, unless the key is of a seed. */
  readonly cryptoKey?: CryptoKeyPair;
  /** The signature over a message. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** The commitment to a public key: 32 bytes, or 64 digits. Rejects with `key_invalid` or `malformed`. */
export function commitment(publicKey: Uint8Array | ArrayBuffer | string): Promise<string>;
