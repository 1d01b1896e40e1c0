/** A record as the ledger has it. Times are milliseconds since 1970. */
export interface DidRecord {
  /** 1 when created, one more with each change. */
  version: number;
  /** The number that its next transaction must have. */
  next_sequence: number;
  created: number;
  updated: number;
  keys: DidKey[];
}

export interface DidKey {
  /** An Ed25519 public key in hexadecimal. */
  key: string;
  purposes: Purpose[];
  /** The height of the block that added it. */
  since: number;
}

export type Purpose = 'authentication' | 'capabilityInvocation' | 'assertionMethod';

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

/** Trusts a genesis, and believes of a node's answers what certificates lead to from there. */
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
  /** Asks a node for a DID, follows the epochs up to its answer, and checks it. Rejects with a `RealDidError`. */
  resolve(url: string | URL, did: string): Promise<Proven>;
}

/** Why something is not believed, or could not be asked. A node's own refusals keep their code. */
export class RealDidError extends Error {
  readonly name: 'RealDidError';
  readonly code: ErrorCode | (string & {});
  /** With `other_epoch`: of which epoch the certificate is. */
  readonly epoch?: number;
  /** With a node's refusal: its HTTP status. */
  readonly status?: number;
}

export type ErrorCode =
  /** Bytes or text that are not what they should be. */
  | 'malformed'
  /** No DID of this network. */
  | 'did_invalid'
  /** The Merkle proof does not lead to the block's state. */
  | 'proof_invalid'
  /** The certificate is not one of this block. */
  | 'other_block'
  /** The block's batches are not those that its header names. */
  | 'other_batches'
  /** The certificate is of an epoch whose validators are not known: see `advance`. */
  | 'other_epoch'
  /** The certificate is not signed by a quorum. */
  | 'certificate_invalid'
  /** How the epoch ended is not proven. */
  | 'epoch_end_invalid'
  /** These are not the validators that the epoch before chose. */
  | 'other_validators'
  /** The genesis starts no network. */
  | 'genesis_invalid'
  /** The node is of another network than the one that is trusted. */
  | 'other_network'
  /** The epoch is not over. */
  | 'epoch_lasts'
  /** The node does not answer, or not in time. */
  | 'unreachable'
  /** The node answers with something else than it should. */
  | 'answer_invalid'
  /** The package lacks `realdid.wasm`. */
  | 'wasm_missing';
