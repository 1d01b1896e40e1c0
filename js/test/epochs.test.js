import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LightClient } from 'realdid';
import { epochs, flipped } from '../vectors.js';

const { genesis, end, present } = epochs();

test('a record of the next epoch is believed once that epoch is proven', async () => {
  const light = await LightClient.fromGenesis(genesis);
  assert.throws(() => light.verifyRecord(present.did, present), { code: 'other_epoch', epoch: 1 });
  assert.equal(light.advance(end), 1);
  assert.equal(light.epoch, 1);
  assert.equal(light.verifyRecord(present.did, present).record.version, 1);
});

test('every flipped bit of an end of an epoch is refused, and nothing changes', async () => {
  const light = await LightClient.fromGenesis(genesis);
  for (const [which, forged] of flipped(end)) {
    assert.throws(() => light.advance(forged), { name: 'RealDidError' }, which);
  }
  assert.equal(light.epoch, 0);
  assert.equal(light.advance(end), 1);
});

test('an epoch ends once', async () => {
  const light = await LightClient.fromGenesis(genesis);
  light.advance(end);
  assert.throws(() => light.advance(end), { code: 'epoch_end_invalid' });
  assert.equal(light.epoch, 1);
});

test('clients know nothing of each other', async () => {
  const [one, other] = [await LightClient.fromGenesis(genesis), await LightClient.fromGenesis(genesis)];
  one.advance(end);
  assert.deepEqual([one.epoch, other.epoch], [1, 0]);
  assert.throws(() => other.verifyRecord(present.did, present), { code: 'other_epoch' });
});

test('an answer without an end says that the epoch lasts', async () => {
  const light = await LightClient.fromGenesis(genesis);
  assert.throws(() => light.advance({ epoch: 0, end: null, next_validators: null }), { code: 'epoch_lasts' });
  for (const answer of [undefined, null, {}, { ...end, next_validators: null }]) {
    assert.throws(() => light.advance(answer), { code: 'malformed' });
  }
});
