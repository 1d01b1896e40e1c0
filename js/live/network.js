// What is proven by a network of real processes: npm run test:live, after cargo build --release -p realdid-cli.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { LightClient, resolveDocument } from 'realdid';
import { testnet, until } from '../testnet.js';

const network = await testnet();
const { url, genesis } = network;
const example = fileURLToPath(new URL('../examples/resolve.js', import.meta.url));
const NOBODY = 'did:realdid:testnet:8YqdYBjUjWP5REgR5VuhAdvkxxCTJAMDpmczWqwftV1H';
const make = (name) => network.ask('did', 'create', '--key', join(network.folder, name)).did;

test('a record and an absence verify from a genesis that is named by its digest', async () => {
  const light = await LightClient.fromNode(url, genesis);
  const did = make('one');
  const proven = await until(({ record }) => record, () => light.resolve(url, did));
  const shown = await (await fetch(`${url}/v1/records/${did}`)).json();
  assert.equal(proven.did, did);
  assert.deepEqual({ ...proven.record, ...shown.record }, proven.record);
  assert.equal((await light.resolve(url, NOBODY)).record, null);
});

test('a client from before follows when the validators change, and one from genesis gets there too', async () => {
  const before = await LightClient.fromNode(url, genesis);
  network.realdid('testnet', 'add');
  await until(({ epoch }) => epoch === 1, () => network.ask('validators', 'list'));
  const did = make('two');
  const proven = await until(({ record }) => record, () => before.resolve(url, did));
  assert.equal(before.epoch, 1);
  assert.equal(proven.record.version, 1);
  const after = await LightClient.fromNode(url, genesis);
  // two questions at once do not stand in each other's way
  const both = await Promise.all([after.resolve(url, did), after.resolve(url, NOBODY)]);
  assert.deepEqual(both.map(({ record }) => record), [proven.record, null]);
});

test('what a node refuses keeps its code', async () => {
  const light = await LightClient.fromNode(url, genesis);
  await assert.rejects(light.resolve(url, 'did:realdid:othernet:x'), { code: 'malformed', status: 400 });
  await assert.rejects(LightClient.fromNode(url, '0'.repeat(64)), { code: 'other_network' });
});

test('a document is that of the DID, unless the node renders none', async () => {
  const did = make('four');
  const answer = await resolveDocument(url, did).catch((error) => error);
  if (answer.code === 'unsupported') assert.equal((await fetch(`${url}/1.0/identifiers/${did}`)).status, 404);
  else assert.equal(answer.didDocument?.id, did);
});

test('the example of the README runs', () => {
  const did = make('three');
  const out = execFileSync(process.execPath, [example, url, genesis, did], { encoding: 'utf8' });
  assert.match(out, new RegExp(`^${did}\n`));
});
