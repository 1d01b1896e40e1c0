import type { Draft } from './drafts.js';
import type { Signer } from './keys.js';
import type { Controllers, DidKey, Service } from './operations.js';
import type { Login } from './site.js';
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

/** What `GET /v1/entries/{key}` answers. Only the proof is read. */
export type EntryAnswer = RecordAnswer;

/** What `GET /v1/epochs/{n}` answers. */
export interface EpochAnswer {
  end: string | null;
  next_validators: string | null;
}

/** What a site asks of a wallet. Times are milliseconds since 1970. */
export interface Challenge {
  genesis: string;
  site: string;
  origin: string;
  return_address: string;
  nonce: string;
  expires: number;
  /** The newest epoch whose validators the site knows. */
  epoch: number;
  /** How old the proofs may be, in milliseconds. */
  age_max: number;
  /** The least level of attestation; 0 if nothing about the person is asked for. */
  level: number;
  other_device: boolean;
  /** To be compared with the page, where that is on another device. */
  number: number;
  /** Under which the ledger holds the site: `/v1/entries/{key}`. */
  site_key: string;
  bytes: string;
}

/** What a person is to agree to. */
export interface Consent {
  /** The site's name, which an operator checked and the ledger holds. */
  name: string;
  origin: string;
  /** Where the answer goes, and nowhere else. */
  return_address: string;
  level: number;
  /** To be compared with the page, if that is on another device. */
  number: number | null;
}

/** What a wallet holds ready for logins of a DID. */
export interface Bundle {
  did: string;
  record: DidRecord;
  height: number;
  /** When it was so: how old it is. */
  time: number;
  attested: { authority: string; level: number; expires: number } | null;
  bytes: string;
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
  /** Whether the network is one to try things out on. */
  readonly development: boolean;
  /** The newest epoch whose validators are known. */
  readonly epoch: number;
  /** What `advance` went on by, from the genesis on: another one goes on by the same, without asking a node. */
  readonly ended: EpochAnswer[];
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
  /** A site's challenge: see `LoginSite`. */
  challenge(asked: Record<string, unknown>): Challenge;
  /** What a challenge says: its bytes, or the text in an address. Throws `malformed`. */
  readChallenge(challenge: string | Uint8Array): Challenge;
  /** The challenge that a response answers. */
  readResponse(response: string | Uint8Array): Challenge;
  /** Who logs in by a response to this challenge: see `LoginSite`, which also sees to it that it counts once. */
  verifyLogin(
    challenge: Pick<Challenge, 'bytes'>,
    response: string | Uint8Array,
    options?: { now?: number; authorities?: string[] | null },
  ): Omit<Login, 'session'> & { epoch: number };
  /**
   * Asks a node for a challenge's site, and says what the person is to agree to. `requester` is the origin of the page
   * that asked, as the browser says, or `null` if it is on another device. Rejects if the wallet must not answer:
   * `site_unknown`, `site_stale`, `site_closed`, `foreign_origin`, `foreign_return_address`, `relayed`, `other_device`,
   * `real_name_not_allowed`, `challenge_expired`, `other_network`.
   */
  reviewLogin(
    url: string | URL,
    challenge: Challenge,
    options: { requester: string | null; now?: number },
  ): Promise<Consent>;
  /** Asks a node for a challenge's site: what `review` checks, now or later. */
  fetchSite(url: string | URL, challenge: Pick<Challenge, 'site_key'>): Promise<EntryAnswer>;
  /**
   * As `reviewLogin`, by what a node answered before: nobody is asked. How old that may be is the wallet's to decide.
   * Throws `other_epoch`, too, if the validators have changed since, or were not followed yet.
   */
  review(challenge: Challenge, answer: EntryAnswer, options: { requester: string | null; now?: number }): Consent;
  /** What a key of a DID signs to prove to an authority, of which this is a challenge, that its holder asks. */
  control(did: string, authority: string, challenge: Uint8Array | ArrayBuffer | string): Uint8Array;
  /** What a wallet holds ready for logins of a DID: asks a node, and checks it. */
  fetchBundle(url: string | URL, did: string): Promise<Bundle>;
  /** What a bundle proves of a DID, once everything in it holds. */
  readBundle(did: string, bundle: string | Uint8Array | ArrayBuffer): Bundle;
  /** The response to a challenge, as the text that goes into the return address, signed by a key of the bundle's DID. */
  respond(challenge: Challenge, bundle: Bundle, signer: Signer): Promise<string>;
}
