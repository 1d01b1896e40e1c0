// Against a network of real processes: npm run test:live, after cargo build --release -p realdid-cli.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { LightClient } from 'realdid';

const program = process.env.REALDID ?? fileURLToPath(new URL('../../target/release/realdid', import.meta.url));
const example = fileURLToPath(new URL('../example.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'realdid-js-'));
const NOBODY = 'did:realdid:testnet:8YqdYBjUjWP5REgR5VuhAdvkxxCTJAMDpmczWqwftV1H';

let url, genesis;

/** Runs the program; what it prints. */
function realdid(...command) {
  const { REALDID_NODE, ...env } = process.env;
  env.REALDID_TESTNET = join(folder, 'net');
  return execFileSync(program, command, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

const ask = (...command) => JSON.parse(realdid(...command, '--output', 'json'));
const make = (name) => ask('did', 'create', '--key', join(folder, name)).did;

/** Asks until an answer is the one that is waited for. */
async function until(holds, look) {
  for (let tries = 0; tries < 600; tries += 1) {
    const answer = await look();
    if (holds(answer)) return answer;
    await sleep(50);
  }
  throw new Error('it does not come');
}

before(async () => {
  realdid('testnet', 'up', '--detach', '--gateways', '0', '--seed', '17');
  url = ask('testnet', 'status')[0].url;
  genesis = (await (await fetch(`${url}/v1/genesis`)).json()).digest;
});

after(() => {
  realdid('testnet', 'reset');
  rmSync(folder, { recursive: true });
});

test('a record and an absence verify from a genesis that is named by its digest', async () => {
  const light = await LightClient.fromNode(url, genesis);
  const did = make('one');
  const proven = await until(({ record }) => record, () => light.resolve(url, did));
  const shown = await (await fetch(`${url}/v1/records/${did}`)).json();
  assert.equal(proven.did, did);
  assert.deepEqual(proven.record, shown.record);
  assert.equal((await light.resolve(url, NOBODY)).record, null);
});

test('a client from before follows when the validators change, and one from genesis gets there too', async () => {
  const before = await LightClient.fromNode(url, genesis);
  realdid('testnet', 'add');
  await until(({ epoch }) => epoch === 1, () => ask('validators', 'list'));
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

test('the example of the README runs', () => {
  const did = make('three');
  const out = execFileSync(process.execPath, [example, url, genesis, did], { encoding: 'utf8' });
  assert.match(out, new RegExp(`^${did}\n`));
});
