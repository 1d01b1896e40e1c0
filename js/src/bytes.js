import { RealDidError } from './error.js';

const text = new TextEncoder();

/** Letters in an address that are looked at: the largest response has half a mebibyte. */
const TEXT_MAX = 800_000;

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

/** The hexadecimal digits of bytes. */
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The bytes of hexadecimal digits. */
export function unhex(digits) {
  if (typeof digits !== 'string' || !/^([0-9a-f]{2})*$/i.test(digits)) {
    throw new RealDidError('malformed', 'these are no hexadecimal digits');
  }
  return Uint8Array.from({ length: digits.length / 2 }, (_, place) => parseInt(digits.slice(2 * place, 2 * place + 2), 16));
}

/** Bytes of a caller's, by a view of them or by hexadecimal digits. */
export function given(bytes, what) {
  if (bytes instanceof Uint8Array) return bytes;
  if (bytes instanceof ArrayBuffer) return new Uint8Array(bytes);
  if (typeof bytes === 'string') return unhex(bytes);
  throw new RealDidError('malformed', `${what} is neither bytes nor hexadecimal digits`);
}

/** Bytes as they stand in addresses: base64url without padding (RFC 4648, section 5). */
export function toBase64url(bytes) {
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The bytes of base64url, in the one form that `toBase64url` gives. */
export function fromBase64url(text, what) {
  if (typeof text === 'string' && text.length <= TEXT_MAX && /^[\w-]*$/.test(text)) {
    try {
      const bytes = base64({ what: text.replaceAll('-', '+').replaceAll('_', '/') }, 'what');
      if (toBase64url(bytes) === text) return bytes;
    } catch {
      // said below
    }
  }
  throw new RealDidError('malformed', `${what} is not base64url`);
}
