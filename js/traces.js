// Looks for traces of secrets in files: as they are, and in the forms that programs give them.

import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const DIGESTS = ['md5', 'sha1', 'sha256', 'sha512', 'sha3-256', 'blake2b512'];

/** The forms of a secret: text in two encodings, digests, and of all of them the bytes, hexadecimal and base64. */
export function formsOf(secret) {
  const text = Buffer.from(secret);
  const digests = DIGESTS.map((name) => createHash(name).update(text).digest());
  const forms = [Buffer.from(secret, 'utf16le'), Buffer.from(encodeURIComponent(secret))];
  for (const bytes of [text, ...digests]) {
    const hex = bytes.toString('hex');
    forms.push(bytes, Buffer.from(hex), Buffer.from(hex.toUpperCase()));
    // base64 depends on where in a longer text it begins; what its neighbours change is left out
    for (const before of [0, 1, 2]) {
      const shifted = Buffer.concat([Buffer.alloc(before), bytes]);
      const whole = shifted.subarray(0, shifted.length - (shifted.length % 3));
      for (const form of ['base64', 'base64url']) forms.push(Buffer.from(whole.toString(form).slice(Math.ceil(before / 3) * 4)));
    }
  }
  // shorter ones are anywhere by chance
  return forms.filter(({ length }) => length >= 6);
}

/** All files below a folder, but for those below what `left` says to leave out. */
export function filesOf(folder, left = () => false) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (left(path)) return [];
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory()) return filesOf(path, left);
    return found?.isFile() ? [path] : [];
  });
}

/** Which files hold a form of which secrets. */
export function tracesIn(files, secrets) {
  const forms = secrets.flatMap((secret) => formsOf(secret).map((form) => ({ secret, form })));
  return files.flatMap((path) => {
    const content = readFileSync(path);
    return forms.filter(({ form }) => content.includes(form)).map(({ secret }) => `${path}: ${secret}`);
  });
}
