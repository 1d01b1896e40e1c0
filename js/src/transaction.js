import { given, unhex, utf8 } from './bytes.js';
import { RealDidError } from './error.js';
import { inWords } from './words.js';

const secret = Symbol('only a light client makes transactions');

/** A transaction as it is signed and handed in. It never changes: signing gives another one. */
export class Transaction {
  #wasm;
  #bytes;

  /** Use `draft` or `read` of a light client. */
  constructor(key, wasm, { bytes, ...shown }) {
    if (key !== secret) throw new TypeError('a light client makes transactions: see `draft` and `read`');
    this.#wasm = wasm;
    Object.assign(this, freeze(shown));
    this.#bytes = unhex(bytes);
    Object.freeze(this);
  }

  /** Its encoding: unsigned as long as nobody has signed it. */
  get bytes() {
    return this.#bytes.slice();
  }

  /** All that is signed, in words: a line for each thing. */
  get words() {
    return inWords(this);
  }

  /** This transaction with the signatures of these as well. Each is asked to sign the transaction's identifier. */
  async sign(...signers) {
    let signed = this;
    for (const signer of signers) signed = signed.#with(signer.publicKey, await ask(signer, unhex(this.id)));
    return signed;
  }

  #with(publicKey, signature) {
    const shown = this.#wasm.call('add_signature', this.#bytes, given(publicKey, 'the public key'), signature);
    return new Transaction(secret, this.#wasm, shown);
  }

  /** Throws if the ledger would not carry it out where its sender's record is this one (bytes, or `undefined`). */
  static check(key, transaction, record) {
    if (key !== secret) throw new TypeError('a light client checks transactions: see its `check`');
    transaction.#wasm.call('check', transaction.#bytes, ...(record === undefined ? [] : [record]));
  }
}

/** Throws if the ledger would not carry a transaction out where its sender's record is this one (bytes, or `undefined`). */
export const check = (transaction, record) => Transaction.check(secret, transaction, record);

/** The transaction that is asked for. */
export function draft(wasm, asked) {
  return new Transaction(secret, wasm, wasm.call('draft', utf8(JSON.stringify(asked) ?? 'null')));
}

/** The transaction of these bytes. */
export function read(wasm, bytes) {
  return new Transaction(secret, wasm, wasm.call('read', given(bytes, 'the transaction')));
}

async function ask(signer, message) {
  try {
    return given(await signer.sign(message), 'the signature');
  } catch (cause) {
    if (cause instanceof RealDidError) throw cause;
    throw new RealDidError('not_signed', `the signer did not sign: ${cause?.message ?? cause}`, { cause });
  }
}

function freeze(value) {
  if (value !== null && typeof value === 'object') Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}
