import type { Operation } from './operations.js';
import type { Signer } from './keys.js';

/** A key's signature over a transaction's identifier. */
export interface Signature {
  readonly key: string;
  readonly signature: string;
}

type Frozen<T> = T extends object ? { readonly [Name in keyof T]: Frozen<T[Name]> } : T;

/** A transaction of the network that is trusted, and the signatures that hold under it. It never changes. */
export class Transaction {
  private constructor();
  /** The network's name, and the digest of its genesis, which tells it from others of that name. */
  readonly network: string;
  readonly genesis: string;
  /** Names it, whoever signed: what is signed. */
  readonly id: string;
  /** A DID, or a member's name. Of a `create`, the DID that it makes. */
  readonly sender: string;
  /** The sender's number for it. */
  readonly sequence: number;
  /** The block time from which on it is void. */
  readonly expires: number;
  readonly operation: Frozen<Operation>;
  readonly signatures: readonly Signature[];
  /** A copy of its encoding: of the signed transaction once somebody has signed. */
  readonly bytes: Uint8Array;
  /** All that is signed, in words: a line for each thing. */
  readonly words: string[];
  /**
   * This transaction with the signatures of these as well, 16 at most in all. Rejects with `signature_invalid` if a
   * signature is not the key's, and with `not_signed` if a signer fails.
   */
  sign(...signers: Signer[]): Promise<Transaction>;
}
