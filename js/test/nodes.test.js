// Nodes that answer with what was frozen, and nodes that lie. Real ones: live/network.js.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { LightClient, resolveDocument } from 'realdid';
import { epochs, vectors } from '../vectors.js';

const { genesis, end, present } = epochs();
const did = present.did;

/** A node that gives these answers by path, by text or by what writes them, until the test is over. */
async function node(t, answers) {
  const server = createServer((request, response) => {
    const answer = answers[decodeURIComponent(request.url)];
    if (typeof answer === 'function') answer(response);
    else response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => server.close());
  return `http://127.0.0.1:${server.address().port}`;
}

const honest = {
  '/v1/genesis': { encoded: genesis.toString('base64') },
  '/v1/epochs/0': end,
  [`/v1/records/${did}`]: present,
};

const resolve = async (url) => (await LightClient.fromGenesis(genesis)).resolve(url, did);

test('a client follows the epochs to an answer', async (t) => {
  assert.equal((await resolve(await node(t, honest))).record.version, 1);
});

test('questions that are asked at once follow the epochs together', async (t) => {
  const url = await node(t, honest);
  const light = await LightClient.fromGenesis(genesis);
  const proven = await Promise.all([light.resolve(url, did), light.resolve(url, did)]);
  assert.deepEqual(proven.map(({ height }) => height > 0), [true, true]);
  assert.equal(light.epoch, 1);
});

test('an address may end with a slash and have a path', async (t) => {
  const below = Object.fromEntries(Object.entries(honest).map(([path, answer]) => [`/below${path}`, answer]));
  assert.equal((await resolve(`${await node(t, below)}/below/`)).record.version, 1);
});

test('a genesis is taken from a node only if it has the digest that is trusted', async (t) => {
  const url = await node(t, honest);
  const { genesis: digest } = await LightClient.fromGenesis(genesis);
  assert.equal((await LightClient.fromNode(url, digest.toUpperCase())).genesis, digest);
  const { genesis: other } = await LightClient.fromGenesis(vectors().genesis);
  await assert.rejects(LightClient.fromNode(url, other), { code: 'other_network' });
  await assert.rejects(LightClient.fromNode(url), { code: 'other_network' });
});

test('a node that says that an epoch lasts, whose end its answer needs, is not believed', async (t) => {
  const url = await node(t, { ...honest, '/v1/epochs/0': { epoch: 0, end: null, next_validators: null } });
  await assert.rejects(resolve(url), { code: 'epoch_lasts' });
});

test('a node that is behind what is known is not followed backwards', async (t) => {
  const url = await node(t, { [`/v1/records/${did}`]: vectors().present });
  const light = await LightClient.fromGenesis(genesis);
  light.advance(end);
  await assert.rejects(light.resolve(url, did), { code: 'other_epoch', epoch: 0 });
});

test('a refusal keeps its code and status', async (t) => {
  const refuse = (response) => {
    response.writeHead(503, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ status: 503, code: 'not_ready', detail: 'no block is final yet' }));
  };
  const url = await node(t, { [`/v1/records/${did}`]: refuse });
  await assert.rejects(resolve(url), { code: 'not_ready', status: 503, message: /no block is final yet/ });
});

test('answers that are no JSON, of another kind or without end are refused', async (t) => {
  const endless = (response) => {
    const more = () => {
      while (response.write(Buffer.alloc(65_536, '['))) if (response.destroyed) return;
      response.once('drain', more);
    };
    more();
  };
  const cases = [
    ['<html>', 'answer_invalid'],
    ['', 'answer_invalid'],
    ['null', 'malformed'],
    [(response) => response.writeHead(404).end('null'), 'answer_invalid'],
    [(response) => response.writeHead(500).end('[]'), 'answer_invalid'],
    [endless, 'answer_invalid'],
  ];
  for (const [answer, code] of cases) {
    await assert.rejects(resolve(await node(t, { [`/v1/records/${did}`]: answer })), { code }, String(answer));
  }
});

test('a node that does not answer is unreachable', async (t) => {
  const hangUp = (response) => response.destroy();
  const breakOff = (response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('{', () => response.destroy());
  };
  for (const answer of [hangUp, breakOff]) {
    const url = await node(t, { [`/v1/records/${did}`]: answer });
    await assert.rejects(resolve(url), { code: 'unreachable' });
  }
  await assert.rejects(resolve('no address'), { code: 'unreachable' });
});

test('a document comes as the W3C’s result, an error with the W3C’s name, and nothing where none are rendered', async (t) => {
  const path = `/1.0/identifiers/${did}`;
  const told = (status, answer) => (response) => response.writeHead(status).end(JSON.stringify(answer));
  const resolved = { didDocument: { id: did }, didDocumentMetadata: { versionId: '1' }, didResolutionMetadata: {} };
  const ended = { ...resolved, didDocument: null, didDocumentMetadata: { deactivated: true } };
  for (const [status, result] of [[200, resolved], [410, ended]]) {
    assert.deepEqual(await resolveDocument(await node(t, { [path]: told(status, result) }), did), result);
  }
  const error = { type: 'https://www.w3.org/ns/did#NOT_FOUND', title: 'Not found', detail: 'there is no such DID' };
  const missing = await node(t, { [path]: told(404, { ...resolved, didResolutionMetadata: { error } }) });
  await assert.rejects(resolveDocument(missing, did), { code: 'not_found', status: 404, message: /no such DID/ });
  for (const answer of [{ code: 'not_found' }, null, [], { didResolutionMetadata: null }]) {
    const url = await node(t, { [path]: told(404, answer) });
    await assert.rejects(resolveDocument(url, did), { code: 'unsupported', status: 404 });
  }
});
