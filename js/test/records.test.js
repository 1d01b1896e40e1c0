import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LightClient, RealDidError } from 'realdid';
import { epochs, flipped, vectors } from '../vectors.js';

const { genesis, present, absent } = vectors();
const light = await LightClient.fromGenesis(genesis);

/** Of this network, and of the wrong one. */
const [DID, STRANGER] = [present.did, 'did:realdid:elsewhere:8YqdYBjUjWP5REgR5VuhAdvkxxCTJAMDpmczWqwftV1H'];

const proofWith = (fields) => ({ proof: { ...present.proof, ...fields } });

test('a genesis says which network it is', () => {
  assert.equal(light.network, 'testnet');
  assert.match(light.genesis, /^[0-9a-f]{64}$/);
  assert.equal(light.epoch, 0);
});

test('a record is believed that a quorum vouches for', () => {
  assert.deepEqual(light.verifyRecord(DID, present), {
    did: DID,
    record: {
      version: 1,
      next_sequence: 1,
      created: 1795744927023,
      updated: 1795744927023,
      keys: [
        {
          key: 'ba448e831cf4bafed4411d05a9fdc4c041991db103b6130bfc0f3a1dfdf05e4f',
          purposes: ['authentication', 'capabilityInvocation', 'assertionMethod'],
          since: 1,
        },
      ],
      recovery: '4bd9ab115fa4ad7af7761c99c2004ee39ddede67866eb2f75efc456bd52678a5',
      next_key: null,
      controllers: null,
      services: [],
      deactivated: false,
    },
    height: 32,
    time: 1795744927294,
  });
});

test('an absence is believed that a quorum vouches for', () => {
  assert.equal(light.verifyRecord(absent.did, absent).record, null);
});

test('every flipped bit is refused', () => {
  for (const { did, proof } of [present, absent]) {
    for (const [which, forged] of flipped(proof)) {
      assert.throws(() => light.verifyRecord(did, { proof: forged }), { name: 'RealDidError' }, which);
    }
  }
});

test('what a node says beside its proof is not believed', () => {
  const { record } = light.verifyRecord(DID, present);
  const lie = { ...present, did: absent.did, record: { ...record, version: 2 } };
  assert.deepEqual(light.verifyRecord(DID, lie).record, record);
});

test('a record is not taken for that of another DID nor for an absence', () => {
  for (const [did, answer] of [
    [absent.did, present],
    [DID, absent],
    [DID, proofWith({ value: null })],
    [absent.did, { proof: { ...absent.proof, value: present.proof.value } }],
  ]) {
    assert.throws(() => light.verifyRecord(did, answer), { code: 'proof_invalid' });
  }
});

test('another network believes nothing of this one', async () => {
  const other = await LightClient.fromGenesis(epochs().genesis);
  assert.throws(() => other.verifyRecord(DID, present), { code: 'certificate_invalid' });
});

test('what is refused says why by a code that stays', () => {
  const forged = Buffer.from(present.proof.certificate, 'base64');
  forged[forged.length - 20] ^= 1; // in a signature
  const cases = [
    ['malformed', DID, proofWith({ certificate: 'AAAA' })],
    ['malformed', DID, proofWith({ proof: 'no base64' })],
    ['other_block', DID, proofWith({ block: epochs().present.proof.block })],
    ['certificate_invalid', DID, proofWith({ certificate: forged.toString('base64') })],
    ['other_epoch', DID, epochs().present],
    ['did_invalid', STRANGER, present],
    ['did_invalid', 'no DID', present],
  ];
  for (const [code, did, answer] of cases) {
    assert.throws(
      () => light.verifyRecord(did, answer),
      (error) => error instanceof RealDidError && error.code === code && error.message.length > 10,
      code,
    );
  }
});

test('an answer of another shape is refused', () => {
  for (const answer of [undefined, null, 'text', {}, { proof: null }, { proof: {} }, proofWith({ value: undefined }), proofWith({ block: 7 })]) {
    assert.throws(() => light.verifyRecord(DID, answer), { code: 'malformed' });
  }
});

test('what is no genesis makes no client', async () => {
  for (const bytes of [new Uint8Array(), genesis.subarray(1), genesis.subarray(0, -1), Buffer.concat([genesis, genesis])]) {
    await assert.rejects(LightClient.fromGenesis(bytes), { code: 'malformed' });
  }
});
