// Handing transactions in, and what becomes of them.

import { RealDidError } from './error.js';
import { get, sleep } from './node.js';
import { Transaction } from './transaction.js';

/** How long a node may keep a client waiting, in milliseconds: it says `timeout` after half a minute. */
const PATIENCE = 40_000;
/** Until a transaction whose time is over shows as void: clocks differ, and an idle network makes few blocks. */
const GRACE = 30_000;
const PAUSE = 500;

/**
 * Hands a signed transaction in. With `wait: 'final'`, which goes without saying, it resolves once the transaction is
 * applied, and rejects with the ledger's code if it is not; with `accepted` once it cannot be lost, and with `none` at
 * once.
 */
export async function submit(url, transaction, { wait = 'final' } = {}) {
  const [query, patience] = waiting(wait);
  if (!(transaction instanceof Transaction)) throw new RealDidError('malformed', 'this is no transaction');
  if (transaction.signatures.length === 0) throw new RealDidError('not_signed', 'nobody has signed the transaction');
  const headers = { 'content-type': 'application/octet-stream' };
  const request = { method: 'POST', headers, body: framed(transaction.bytes), patience };
  try {
    const answer = await get(url, `/v1/transactions${query}`, request);
    const told = about(transaction.id, Array.isArray(answer) ? answer[0] : undefined, url);
    // what is void was not accepted either
    return wait === 'final' || told.status === 'void' ? applied(told) : told;
  } catch (error) {
    if (error.receipt !== undefined || wait !== 'final') throw error;
    if (error.code === 'timeout') return applied(await decided(url, transaction));
    // the same transaction may have been decided before
    if (error.code === 'sequence_used') return applied(await known(url, transaction, error));
    throw error;
  }
}

/** What became of a transaction, by its identifier; with `wait: 'final'` once it is decided, half a minute at most. */
export async function receipt(url, id, { wait = 'none' } = {}) {
  const [query, patience] = waiting(wait);
  return about(id, await get(url, `/v1/transactions/${encodeURIComponent(id)}${query}`, { patience }), url);
}

/** A receipt of what was applied; throws the ledger's reason for any other. */
export function applied(receipt) {
  if (receipt.outcome === 'applied') return receipt;
  const { status, outcome = status, code = outcome, reason = `the transaction is ${outcome}` } = receipt;
  throw new RealDidError(code, reason, { receipt });
}

/** The members of the consortium as a node tells them. It is not proven: what they sign counts only if it is right. */
export const members = (url) => get(url, '/v1/members');

/** A receipt, if it is of this transaction. */
function about(id, receipt, url) {
  if (receipt?.id === id) return receipt;
  throw new RealDidError('answer_invalid', `${url} does not say what became of ${id}`);
}

const waiting = (wait) => {
  if (wait === 'none') return ['', undefined];
  if (wait === 'accepted' || wait === 'final') return [`?wait=${wait}`, PATIENCE];
  throw new RealDidError('malformed', `wait is final, accepted or none, not ${wait}`);
};

/** A transaction behind its length in four bytes. */
function framed(bytes) {
  const body = new Uint8Array(4 + bytes.length);
  new DataView(body.buffer).setUint32(0, bytes.length);
  body.set(bytes, 4);
  return body;
}

/** What became of a transaction; if nothing is known of it, why it was refused. */
async function known(url, { id }, refusal) {
  try {
    return await receipt(url, id);
  } catch (error) {
    throw error.code === 'not_found' ? refusal : error;
  }
}

/** Asks on until a transaction is decided, or must be void. */
async function decided(url, { id, expires }) {
  for (;;) {
    try {
      return await receipt(url, id, { wait: 'final' });
    } catch (error) {
      if (error.code !== 'timeout') throw error;
      if (Date.now() > expires + GRACE) throw error;
    }
    await sleep(PAUSE);
  }
}
