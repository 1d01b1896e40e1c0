// Whether this browser can hold a wallet.

import { RealDidError } from '../src/index.js';

/** Throws `unsupported` if it lacks something, as in a private window or before Ed25519 came to WebCrypto. */
export async function supported() {
  try {
    if (!indexedDB || !navigator.locks) throw new Error('no IndexedDB');
    await crypto.subtle.generateKey('Ed25519', false, ['sign']);
  } catch (cause) {
    throw new RealDidError('unsupported', 'this browser cannot keep keys', { cause });
  }
}
