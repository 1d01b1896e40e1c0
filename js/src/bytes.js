import { RealDidError } from './error.js';

const text = new TextEncoder();

/** The bytes of a text. */
export const utf8 = (string) => text.encode(string);

/** The bytes of a field of an answer, which must be base64. */
export function base64(answer, field) {
  const value = answer?.[field];
  try {
    if (typeof value === 'string') return Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0));
  } catch {
    // said below
  }
  throw new RealDidError('malformed', `${field} in the answer is not base64`);
}
