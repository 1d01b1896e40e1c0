import type { Draft } from './drafts.js';
import type { Controllers, DidKey, Service } from './operations.js';
import type { Transaction } from './transaction.js';

/** A record as the ledger has it. Times are milliseconds since 1970. */
export interface DidRecord {
  /** 1 when created, one more with each change. */
  version: number;
  /** The number that its next transaction must have. */
  next_sequence: number;
  created: number;
  updated: number;
  /** None once it has ended. */
  keys: HeldKey[];
  /** The commitment to its recovery key, if it has one. */
  recovery: string | null;
  /** The commitment to the only key that may be rotated in next, if there is one. */
  next_key: string | null;
  /** Who else may act for it, if anybody. */
  controllers: Controllers | null;
  services: Service[];
  /** Whether it has ended. */
  deactivated: boolean;
}

/** A key that a DID has. */
export interface HeldKey extends DidKey {
  /** The height of the block that added it. */
  since: number;
}

/** What a quorum of validators vouches for. */
export interface Proven {
  did: string;
  /** `null`: there is no such DID. */
  record: DidRecord | null;
  /** The block whose certificate vouches for the state before it. */
  height: number;
  /** That block's time: how old the proof is. */
  time: number;
}

/** What `GET /v1/records/{did}` answers. Only the proof is read, all of it base64. */
export interface RecordAnswer {
  proof: { value: string | null; proof: string; block: string; certificate: string };
}

/** What `GET /v1/epochs/{n}` answers. */
export interface EpochAnswer {
  end: string | null;
  next_validators: string | null;
}

/** Trusts a genesis, believes of a node's answers what certificates lead to from there, and makes transactions. */
export class LightClient {
  private constructor();
  /**
   * One that trusts a genesis: the bytes that `GET /v1/genesis` gives as `encoded`.
   * Rejects with `malformed`, `genesis_invalid` or `wasm_missing`.
   */
  static fromGenesis(bytes: Uint8Array): Promise<LightClient>;
  /**
   * One that asks a node for the genesis whose digest, 64 hexadecimal digits, is trusted.
   * Rejects with `other_network` if the node is of another.
   */
  static fromNode(url: string | URL, digest: string): Promise<LightClient>;
  /** The network's name, as it stands in its DIDs. */
  readonly network: string;
  /** The genesis' digest, which names the network for good. */
  readonly genesis: string;
  /** The newest epoch whose validators are known. */
  readonly epoch: number;
  /** Checks what a node says of a DID. Throws a `RealDidError`, and then nothing of the answer is to be believed. */
  verifyRecord(did: string, answer: RecordAnswer): Proven;
  /** Goes on to the next epoch, and returns it. Throws a `RealDidError`, and then nothing changed. */
  advance(answer: EpochAnswer): number;
  /**
   * Asks a node for a DID, follows the epochs up to its answer, and checks it. With `after`, the height of a receipt, it
   * asks until what that block did is proven. Rejects with a `RealDidError`, such as `not_yet` after 20 seconds.
   */
  resolve(url: string | URL, did: string, options?: { after?: number }): Promise<Proven>;
  /**
   * The transaction that is asked for, in the bytes that the Rust client makes. Throws `draft_invalid` or `did_invalid`,
   * whose message says where, or the ledger's code for what it would never carry out, such as `personal_data`.
   */
  draft(asked: Draft): Transaction;
  /**
   * The transaction of these bytes, signed or not: to be shown to whoever is to sign it. Throws `malformed`,
   * `other_network`, or `signature_invalid` if one of its signatures does not hold.
   */
  read(bytes: Uint8Array | ArrayBuffer | string): Transaction;
  /**
   * Throws the ledger's own code, such as `not_authorised`, if it would not carry this signed transaction out, its
   * sender's record being as it was proven by this very client. Whether controllers signed, which keys the DID had
   * before, and what members ask for, only the ledger finds out.
   */
  check(transaction: Transaction, proven: Proven): void;
}
