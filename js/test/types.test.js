import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LightClient } from 'realdid';
import { epochs, vectors } from '../vectors.js';

// `npm test` has the compiler make it first
import { ask, sign, use } from '../types/out/usage.js';

const { genesis, end, present } = epochs();

test('what TypeScript is promised is there', async () => {
  const lines = await use(genesis, end, present.did, present);
  assert.deepEqual(lines.slice(3, 5), ['RealDidError', 'other_epoch']);
  assert.equal(lines[6], '1');
  // a field that is declared and not there would be shown so; status and receipt alone are of nodes' refusals
  assert.deepEqual(lines.map((line) => line.includes('undefined')), lines.map((_, place) => place === 7 || place === 8));
  assert.equal(await ask('http://127.0.0.1:1', '', present.did), 'unreachable');
});

test('what TypeScript may ask for is made, signed and shown', async () => {
  const { genesis, present } = vectors();
  const light = await LightClient.fromGenesis(genesis);
  const lines = await sign(light, light.verifyRecord(present.did, present));
  assert.ok(lines.every((line) => !line.includes('undefined')), lines.join('\n'));
  assert.equal(lines.filter((line) => line === 'true').length, 17);
  assert.deepEqual(lines.filter((line) => line.startsWith('not_')), Array(4).fill('not_authorised'));
});
