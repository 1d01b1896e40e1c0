import type { Member } from './drafts.js';
import type { Transaction } from './transaction.js';

/** What is known of a transaction. */
export interface Receipt {
  id: string;
  /** `void`: its time is over and it was never decided. */
  status: 'pending' | 'accepted' | 'final' | 'void' | 'refused';
  /** Of the block that decided it. */
  height?: number;
  outcome?: 'applied' | 'refused' | 'skipped';
  /** Why it was not applied: the ledger's code, which stays as it is. */
  code?: string;
  /** The same in words. */
  reason?: string;
}

/** Until it is decided; until it cannot be lost; not at all. */
export type Wait = 'final' | 'accepted' | 'none';

/**
 * Hands a signed transaction in, and waits until it is applied, or as `wait` says. Repeating it does no harm.
 *
 * Rejects with a `RealDidError`: the ledger's code with the `receipt` of what was decided and not applied, `void` if its
 * time is over, or a node's refusal with its `status`, such as `sequence_used`, `expired` or `busy`. A transaction that
 * nobody who may has signed counts for nothing and becomes `void`: `LightClient.check` says so before.
 */
export function submit(url: string | URL, transaction: Transaction, options?: { wait?: Wait }): Promise<Receipt>;

/** What became of a transaction. Rejects with `not_found` if it is not decided, and waits for that with `final`. */
export function receipt(url: string | URL, id: string, options?: { wait?: 'final' | 'none' }): Promise<Receipt>;

/** The receipt of what was applied. Throws the ledger's code, with the `receipt`, for any other. */
export function applied(receipt: Receipt): Receipt;

/** The members of the consortium as a node tells them, which is not proven. */
export function members(url: string | URL): Promise<Member[]>;
