// Nodes that lie, fail or keep one waiting about a transaction. Real ones: live/.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { Key, LightClient, applied, receipt, submit } from 'realdid';
import { transactions, vectors } from '../vectors.js';

const light = await LightClient.fromGenesis(vectors().genesis);
const [{ draft, signed, id }] = transactions();
const transaction = light.read(signed);
const final = { id, status: 'final', height: 5, outcome: 'applied' };
const problem = (status, code) => [status, { status, code, detail: `it is ${code}` }];

/** A node that gives these answers in turn, each a status and JSON, until the test is over; what it was asked. */
async function node(t, ...answers) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const body = [];
    for await (const part of request) body.push(part);
    asked.push({ method: request.method, url: request.url, type: request.headers['content-type'], body: Buffer.concat(body) });
    const [status, json] = answers.shift() ?? problem(500, 'internal');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => server.close());
  return [`http://127.0.0.1:${server.address().port}`, asked];
}

test('a transaction is handed in as bytes behind their length, and its receipt comes back', async (t) => {
  const [url, asked] = await node(t, [200, [final]], [202, [{ id, status: 'pending' }]], [200, [{ id, status: 'accepted' }]]);
  assert.deepEqual(await submit(url, transaction), final);
  assert.equal((await submit(url, transaction, { wait: 'none' })).status, 'pending');
  assert.equal((await submit(url, transaction, { wait: 'accepted' })).status, 'accepted');
  const bytes = Buffer.from(signed, 'hex');
  for (const { method, type, body } of asked) {
    assert.deepEqual([method, type, body.readUInt32BE()], ['POST', 'application/octet-stream', bytes.length]);
    assert.deepEqual(body.subarray(4), bytes);
  }
  const query = ['?wait=final', '', '?wait=accepted'];
  assert.deepEqual(asked.map(({ url }) => url), query.map((wait) => `/v1/transactions${wait}`));
});

test('what was decided and not applied is an error with the ledger’s code and the receipt', async (t) => {
  const refused = { ...final, outcome: 'refused', code: 'key_exists', reason: 'a key to add is already in the record' };
  const cases = [
    [refused, { code: 'key_exists', message: refused.reason, receipt: refused }],
    [{ id, status: 'void' }, { code: 'void', receipt: { id, status: 'void' } }],
    [{ id, status: 'pending' }, { code: 'pending', receipt: { id, status: 'pending' } }],
  ];
  for (const [told, expected] of cases) {
    const [url] = await node(t, [200, [told]]);
    await assert.rejects(submit(url, transaction), { name: 'RealDidError', ...expected });
    assert.throws(() => applied(told), { name: 'RealDidError', ...expected });
  }
  assert.equal(applied(final), final);
});

test('a node’s refusal keeps code and status', async (t) => {
  for (const [status, code] of [[422, 'expired'], [429, 'busy'], [409, 'sequence_taken'], [503, 'not_ready']]) {
    const [url, asked] = await node(t, problem(status, code));
    await assert.rejects(submit(url, transaction), { code, status, message: new RegExp(`it is ${code}`) });
    assert.equal(asked.length, 1);
  }
});

test('a node that does not know in time is asked again until it does', async (t) => {
  const late = problem(504, 'timeout');
  const lasting = light.draft({ ...draft, expires: Date.now() + 60_000 });
  const key = await Key.fromSeed('01'.repeat(32));
  const [url, asked] = await node(t, late, late, [200, { ...final, id: lasting.id }]);
  assert.equal((await submit(url, await lasting.sign(key))).height, 5);
  assert.deepEqual(asked.slice(1).map(({ url }) => url), Array(2).fill(`/v1/transactions/${lasting.id}?wait=final`));
});

test('once it must be void, nobody is asked any more', async (t) => {
  const past = light.draft({ ...draft, expires: 1_000 });
  const key = await Key.fromSeed('01'.repeat(32));
  const [url, asked] = await node(t, problem(504, 'timeout'), problem(504, 'timeout'));
  await assert.rejects(submit(url, await past.sign(key)), { code: 'timeout', status: 504 });
  assert.equal(asked.length, 2);
});

test('a number that is used up may be by this very transaction', async (t) => {
  const used = problem(409, 'sequence_used');
  const [again] = await node(t, used, [200, final]);
  assert.deepEqual(await submit(again, transaction), final);
  const [other] = await node(t, used, problem(404, 'not_found'));
  await assert.rejects(submit(other, transaction), { code: 'sequence_used', status: 409 });
  const [broken] = await node(t, used, problem(503, 'not_ready'));
  await assert.rejects(submit(broken, transaction), { code: 'not_ready' });
});

test('an answer about something else, or of another shape, is not believed', async (t) => {
  for (const answer of [[], {}, null, 'final', [{ ...final, id: '0'.repeat(64) }], [null]]) {
    const [url] = await node(t, [200, answer]);
    await assert.rejects(submit(url, transaction), { code: 'answer_invalid' }, JSON.stringify(answer));
  }
  const [url] = await node(t, [200, { ...final, id: '0'.repeat(64) }], [200, null]);
  for (let time = 0; time < 2; time += 1) await assert.rejects(receipt(url, id), { code: 'answer_invalid' });
});

test('a node that proves only what was before says so by a code', async (t) => {
  const { present } = vectors();
  const [url] = await node(t, ...Array(400).fill([200, present]));
  // where the clock cannot be moved, as in Node.js 18, this takes twenty seconds
  t.mock.timers?.enable?.({ apis: ['Date'] });
  const proven = light.resolve(url, present.did, { after: 32 });
  t.mock.timers?.tick?.(30_000);
  await assert.rejects(proven, { code: 'not_yet' });
});
