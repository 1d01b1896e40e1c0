// A DID's bytes: what stands behind its last colon, in base58 (Bitcoin's alphabet).

import { RealDidError } from '../src/index.js';

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const BYTES = 32;

/** The 32 bytes that a DID stands for. */
export function bytesOf(did) {
  const digits = String(did).split(':').at(-1);
  let number = 0n;
  for (const digit of digits) {
    const value = ALPHABET.indexOf(digit);
    if (value < 0) throw malformed(did);
    number = number * 58n + BigInt(value);
  }
  const hex = number.toString(16).padStart(2 * BYTES, '0');
  if (digits === '' || hex.length !== 2 * BYTES) throw malformed(did);
  return Uint8Array.from({ length: BYTES }, (_, place) => parseInt(hex.slice(2 * place, 2 * place + 2), 16));
}

const malformed = (did) => new RealDidError('did_invalid', `${did} is no DID`);
