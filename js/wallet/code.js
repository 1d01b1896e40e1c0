// The recovery code: 160 random bits that a person writes down, and that everything else is derived from.
//
// It is 40 symbols in ten groups of four, as in crates/wallet/src/code.rs, which says why: eight groups are the bits, the
// last two check them, so that any mistake inside one group is found and its group named.

export const CODE_BYTES = 20;
export const GROUPS = 10;
/** Crockford's base 32: no I, L, O and U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const WIDTH = 4;
const DATA_GROUPS = GROUPS - 2;

/** Why a text is no recovery code: `code` stays as it is, `group` counts from 1. */
export class CodeError extends Error {
  constructor(code, details = {}) {
    super(code);
    this.code = code;
    Object.assign(this, details);
  }
}

/** The groups of a code as they are written down. */
export function groupsOf(bits) {
  const data = [];
  for (let five = 0; five < CODE_BYTES; five += 5) {
    const symbols = symbolsOf(bits.subarray(five, five + 5));
    data.push(symbols.slice(0, WIDTH), symbols.slice(WIDTH));
  }
  return [...data, ...checksOf(data)].map((group) => group.map((symbol) => ALPHABET[symbol]).join(''));
}

/** The bits of what a person typed: in any case, with or without hyphens and spaces; O counts as 0, I and L as 1. */
export function parse(text) {
  const typed = [...text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1')];
  if (typed.length !== GROUPS * WIDTH) throw new CodeError('code_length', { found: typed.length });
  const symbols = typed.map((letter) => ALPHABET.indexOf(letter));
  const wrong = symbols.indexOf(-1);
  if (wrong >= 0) throw new CodeError('code_symbol', { group: Math.floor(wrong / WIDTH) + 1 });
  const groups = Array.from({ length: GROUPS }, (_, group) => symbols.slice(group * WIDTH, (group + 1) * WIDTH));
  check(groups);
  const bits = new Uint8Array(CODE_BYTES);
  for (let pair = 0; pair < DATA_GROUPS; pair += 2) bits.set(bytesOf([...groups[pair], ...groups[pair + 1]]), (pair / 2) * 5);
  return bits;
}

/** Five bytes are eight symbols. */
function symbolsOf(bytes) {
  const number = bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
  return Array.from({ length: 8 }, (_, place) => Number((number >> BigInt(5 * (7 - place))) & 31n));
}

function bytesOf(symbols) {
  const number = symbols.reduce((number, symbol) => (number << 5n) | BigInt(symbol), 0n);
  return Uint8Array.from({ length: 5 }, (_, place) => Number((number >> BigInt(8 * (4 - place))) & 255n));
}

/** The two groups that check the others: their sum, and the sum weighted by place, by Horner's rule from the last on. */
function checksOf(data) {
  const nothing = new Array(WIDTH).fill(0);
  return data.reduceRight(
    ([sum, weighted], group) => [plus(sum, group), plus(weighted.map(twice), group)],
    [nothing, nothing],
  );
}

function check(groups) {
  const [sum, weighted] = checksOf(groups.slice(0, DATA_GROUPS));
  let wrong = plus(sum, groups[DATA_GROUPS]);
  const wrongWeighted = plus(weighted, groups[DATA_GROUPS + 1]);
  const [fits, fitsWeighted] = [wrong, wrongWeighted].map((difference) => difference.every((symbol) => symbol === 0));
  if (fits && fitsWeighted) return;
  if (fitsWeighted) throw new CodeError('code_group', { group: DATA_GROUPS + 1 });
  if (fits) throw new CodeError('code_order');
  for (let group = 1; group <= DATA_GROUPS; group += 1) {
    if (same(wrong, wrongWeighted)) throw new CodeError('code_group', { group });
    wrong = wrong.map(twice);
  }
  throw new CodeError('code_several');
}

const plus = (a, b) => a.map((symbol, column) => symbol ^ b[column]);
const same = (a, b) => a.every((symbol, column) => symbol === b[column]);

/** Twice an element of the field of 32 elements, modulo x⁵ + x² + 1. */
const twice = (symbol) => (symbol & 16 ? (symbol << 1) ^ 0b100101 : symbol << 1);
