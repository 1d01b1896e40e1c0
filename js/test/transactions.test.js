import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';

import { Key, LightClient, RealDidError, Transaction } from 'realdid';
import { epochs, transactions, vectors } from '../vectors.js';

const light = await LightClient.fromGenesis(vectors().genesis);
const all = transactions();
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const [created] = all;

/** The pair of WebCrypto of a seed, whose secret half cannot be read out. */
async function pairOf(seed) {
  // RFC 8410: what stands before the seed in PKCS #8
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const privateKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', false, ['sign']);
  const raw = Buffer.from((await Key.fromSeed(seed)).publicKey, 'hex');
  return { privateKey, publicKey: await webcrypto.subtle.importKey('raw', raw, 'Ed25519', true, ['verify']) };
}

test('every kind of transaction has the bytes that the Rust client makes', () => {
  for (const { name, draft, id, unsigned } of all) {
    const transaction = light.draft(draft);
    assert.equal(hex(transaction.bytes), unsigned, name);
    assert.equal(transaction.id, id, name);
  }
});

test('signed with seeds it has the bytes that the Rust client makes, in any order', async () => {
  for (const { name, draft, seeds, signed } of all) {
    const keys = await Promise.all(seeds.map((seed) => Key.fromSeed(seed)));
    assert.equal(hex((await light.draft(draft).sign(...keys)).bytes), signed, name);
    assert.equal(hex((await light.draft(draft).sign(...keys.reverse(), ...keys)).bytes), signed, name);
  }
});

test('signed with keys that nobody can read out it has the same bytes', async () => {
  for (const { name, draft, seeds, signed } of all) {
    const pairs = await Promise.all(seeds.map(pairOf));
    for (const { privateKey } of pairs) await assert.rejects(webcrypto.subtle.exportKey('pkcs8', privateKey));
    const keys = await Promise.all(pairs.map((pair) => Key.fromCryptoKey(pair)));
    assert.equal(hex((await light.draft(draft).sign(...keys)).bytes), signed, name);
  }
});

test('a transaction is shown as what it can be made of, signed or not', () => {
  for (const { name, draft, id, unsigned, signed, seeds } of all) {
    for (const [bytes, signatures] of [[unsigned, 0], [signed, seeds.length]]) {
      const { sender, sequence, expires, operation, ...shown } = light.read(bytes);
      assert.deepEqual({ sender, sequence, expires, operation }, draft, name);
      assert.deepEqual([shown.id, shown.signatures.length], [id, signatures], name);
      assert.equal(hex(light.read(bytes).bytes), bytes, name);
    }
  }
});

const DID = 'did:realdid:testnet:8qbHbw2BbbTHBW1sbeqakYXVKRQM8Ne7pLK7m6CVfeR';

/** Copies of a value in each of which one thing is another one, or one entry less. */
function* changed(value) {
  if (typeof value === 'string') {
    if (/^[0-9a-f]{64,}$/.test(value)) yield value.replace(/^./, (digit) => (digit === '7' ? '8' : '7'));
    else yield value.startsWith('did:') ? DID : `${value}a`;
  } else if (typeof value === 'number') {
    yield value + 1;
  } else if (typeof value === 'boolean') {
    yield !value;
  } else if (Array.isArray(value)) {
    for (const [place, entry] of value.entries()) {
      yield value.filter((_, other) => other !== place);
      for (const changedEntry of changed(entry)) yield value.map((kept, at) => (at === place ? changedEntry : kept));
    }
  } else if (value !== null) {
    for (const [name, field] of Object.entries(value)) {
      for (const other of changed(field)) yield { ...value, [name]: other };
      if (field !== null && typeof field !== 'boolean') yield { ...value, [name]: null };
    }
  }
}

test('what is signed is said in words: whatever changes, they change', () => {
  let tried = 0;
  for (const { name, draft } of all) {
    const words = light.draft(draft).words.join('\n');
    for (const other of changed(draft)) {
      let transaction;
      try {
        transaction = light.draft(other);
      } catch (error) {
        assert.ok(error instanceof RealDidError, error);
        continue; // it cannot be asked for
      }
      if (transaction.id === light.draft(draft).id) continue; // nothing that is signed
      assert.notEqual(transaction.words.join('\n'), words, `${name}: ${JSON.stringify(other)}`);
      tried += 1;
    }
  }
  assert.ok(tried > 150, `${tried} changes`);
});

test('every flipped bit of a signed transaction is refused', () => {
  const bytes = Buffer.from(all.find(({ name }) => name === 'recover').signed, 'hex');
  for (let place = 0; place < bytes.length * 8; place += 1) {
    const forged = Buffer.from(bytes);
    forged[place >> 3] ^= 1 << place % 8;
    assert.throws(() => light.read(forged), { name: 'RealDidError' }, `bit ${place}`);
  }
});

test('bytes that are cut off, too many or none are refused', () => {
  const bytes = Buffer.from(created.signed, 'hex');
  for (let length = 0; length < bytes.length; length += 1) {
    assert.throws(() => light.read(bytes.subarray(0, length)), { code: 'malformed' }, `${length} bytes`);
  }
  for (const other of [Buffer.concat([bytes, bytes]), Buffer.alloc(100_000, 10), 'no digits', 7, null, undefined]) {
    assert.throws(() => light.read(other), { code: 'malformed' });
  }
});

test('a transaction of another network is not shown', async () => {
  const other = await LightClient.fromGenesis(epochs().genesis);
  for (const bytes of [created.signed, created.unsigned]) {
    assert.throws(() => other.read(bytes), { code: 'other_network' });
  }
});

test('a number that JavaScript cannot hold is not shown as another', () => {
  const [exact, beyond] = [2 ** 53 - 1, 2 ** 53];
  assert.equal(light.draft({ ...created.draft, expires: exact }).expires, exact);
  assert.match(light.draft({ ...created.draft, expires: exact }).words.join(), /9007199254740991 ms after 1970/);
  assert.throws(() => light.draft({ ...created.draft, expires: beyond }), { code: 'malformed', message: /2\^53/ });
});

test('a signature that is not the key’s, or none at all, is not taken', async () => {
  const transaction = light.draft(created.draft);
  const [one, other] = [await Key.generate(), await Key.generate()];
  const signers = [
    ['signature_invalid', { publicKey: one.publicKey, sign: (message) => other.sign(message) }],
    ['signature_invalid', { publicKey: one.publicKey, sign: () => new Uint8Array(63) }],
    ['signature_invalid', { publicKey: one.publicKey, sign: async () => '00'.repeat(64) }],
    ['key_invalid', { publicKey: '00', sign: (message) => one.sign(message) }],
    ['malformed', { publicKey: 7, sign: (message) => one.sign(message) }],
    ['malformed', { publicKey: one.publicKey, sign: () => undefined }],
    ['not_signed', { publicKey: one.publicKey, sign: () => Promise.reject(new Error('the device was pulled out')) }],
    ['not_signed', { publicKey: one.publicKey }],
  ];
  for (const [code, signer] of signers) await assert.rejects(transaction.sign(signer), { code });
  assert.deepEqual(transaction.signatures, []);
});

test('a signer is asked for the identifier alone, and may be anything that signs', async () => {
  const asked = [];
  const key = await Key.generate();
  const device = {
    publicKey: Buffer.from(key.publicKey, 'hex'),
    sign: async (message) => {
      asked.push(hex(message));
      return hex(await key.sign(message));
    },
  };
  const transaction = light.draft(created.draft);
  const signed = await transaction.sign(device);
  assert.deepEqual(asked, [transaction.id]);
  assert.deepEqual(signed.signatures.map((by) => by.key), [key.publicKey]);
});

test('signatures come from several machines, one after the other', async () => {
  const { draft, seeds, signed } = all.find(({ name }) => name === 'register_site');
  let letter = light.draft(draft).bytes;
  for (const seed of seeds) letter = (await light.read(letter).sign(await Key.fromSeed(seed))).bytes;
  assert.equal(hex(letter), signed);
});

test('a transaction has sixteen signatures at most', async () => {
  const keys = await Promise.all(Array.from({ length: 17 }, () => Key.generate()));
  const full = await light.draft(created.draft).sign(...keys.slice(1));
  assert.equal(full.signatures.length, 16);
  await assert.rejects(full.sign(keys[0]), { code: 'too_many_signatures' });
});

test('a transaction never changes', async () => {
  const transaction = light.draft(created.draft);
  assert.throws(() => (transaction.expires = 7), TypeError);
  assert.throws(() => (transaction.operation.keys[0].purposes[0] = 'assertionMethod'), TypeError);
  transaction.bytes.fill(0);
  await transaction.sign(await Key.generate());
  assert.equal(hex(transaction.bytes), created.unsigned);
  assert.equal(transaction.signatures.length, 0);
  assert.throws(() => new Transaction(), TypeError);
});
