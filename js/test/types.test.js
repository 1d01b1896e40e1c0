import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Key, LightClient, LoginSite } from 'realdid';
import { epochs, login, vectors } from '../vectors.js';

// `npm test` has the compiler make it first
import { ask, logIn, sign, use } from '../types/out/usage.js';

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

test('what TypeScript may ask for logs in', async (t) => {
  const vector = login();
  t.mock.method(Date, 'now', () => vector.now);
  const [light, wallet] = [await LightClient.fromGenesis(vector.genesis), await LightClient.fromGenesis(vector.genesis)];
  vector.epochs.forEach((end) => wallet.advance(end));
  const place = { did: vector.site, origin: 'https://books.example', returnAddress: 'https://books.example/login' };
  const site = await LoginSite.open({ light, ...place });
  const bundle = wallet.readBundle(vector.did, vector.bundle);
  const lines = await logIn(site, wallet, bundle, await Key.fromSeed(vector.seed));
  assert.ok(lines.every((line) => !line.includes('undefined')), lines.join('\n'));
  assert.ok(lines.at(-1).startsWith(vector.subject));
});
