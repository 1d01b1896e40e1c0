import assert from 'node:assert/strict';
import { test } from 'node:test';

import { epochs } from '../vectors.js';

// `npm test` has the compiler make it first
import { ask, use } from '../types/out/usage.js';

const { genesis, end, present } = epochs();

test('what TypeScript is promised is there', async () => {
  const lines = await use(genesis, end, present.did, present);
  assert.deepEqual(lines.slice(3, 5), ['RealDidError', 'other_epoch']);
  assert.equal(lines[6], '1');
  // a field that is declared and not there would be shown so; the status alone is of nodes' refusals
  assert.deepEqual(lines.map((line) => line.includes('undefined')), lines.map((_, place) => place === 7));
  assert.equal(await ask('http://127.0.0.1:1', '', present.did), 'unreachable');
});
