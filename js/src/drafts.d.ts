import type { Asked, CompromisedKey, Create, Operation, Recover, Update } from './operations.js';
import type { Proven } from './light.js';

/** What a light client makes a transaction of: see `LightClient.draft`. */
export interface Draft {
  /** A DID or a member's name; of no account with `create`, which the new DID sends. */
  sender?: string;
  /** The sender's next number; of no account with `create`. */
  sequence?: number;
  /** The block time from which on it is void, in milliseconds since 1970. */
  expires: number;
  operation: Asked<Operation>;
}

export interface Options {
  /** The block time from which on it is void, in milliseconds since 1970: a minute from now unless said otherwise. */
  expires?: number;
}

/** A member as `members` tells it. */
export interface Member {
  name: string;
  /** Signs for it. */
  key: string;
  roles: ('authority' | 'operator')[];
  next_sequence: number;
}

/** Who sends: a DID as it was proven, or a sender with its next number. */
export type Sent = Proven | Pick<Member, 'name' | 'next_sequence'>;

/** Changes of a record. What is left out stays as it is, the commitment to the next key too. */
export type Changes = Partial<Omit<Asked<Update>, 'type' | 'did'>>;

/** Makes a DID: the transaction's `sender` is its name. Every key signs. */
export function create(
  wanted: Omit<Asked<Create>, 'type' | 'next_key'> & Partial<Pick<Create, 'next_key'>>,
  options?: Options,
): Draft;

/** Changes keys, services or controllers. A key that may change the DID signs, or its controllers, and each added key. */
export function update(proven: Proven, changes: Changes, options?: Options): Draft;

/**
 * Puts another key in the place of one, for the same purposes. A key that may change the DID signs, and the new one.
 * `next_key` commits to the key after it. Throws `no_such_key`.
 */
export function rotate(proven: Proven, former: string, key: string, options?: Options & { next_key?: string }): Draft;

/** Gives new keys instead of all that a DID has. The recovery key signs, and each new key. */
export function recover(
  proven: Proven,
  wanted: Omit<Asked<Recover>, 'type' | 'did' | 'next_key'> & Partial<Pick<Recover, 'next_key'>>,
  options?: Options,
): Draft;

/** Ends a DID for ever. The recovery key signs, or the controllers. */
export function deactivate(
  proven: Proven,
  wanted?: { compromised?: readonly CompromisedKey[] },
  options?: Options,
): Draft;

/** Any operation of a sender's. */
export function by(sender: Sent, operation: Asked<Operation>, options?: Options): Draft;
