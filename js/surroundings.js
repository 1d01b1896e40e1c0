// What stands around a network in a test: sites, an authority, the web wallet. All are processes of their own.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Key, by, create, submit } from 'realdid';
import { program, until } from './testnet.js';

// until one program has everything
const authorityProgram = process.env.REALDID_AUTHORITY ?? program;
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** A port that nobody has. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** Runs a program until the test is over; what it says first. */
export async function running(command, ...words) {
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', process.env.NOISE ? 'inherit' : 'ignore'] });
  after(() => child.kill());
  const [said] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => ['it ended'])]);
  return String(said).trim();
}

/** A site on the ledger, and examples/shop.js behind it; its origin. */
export async function shop(network, name, wallet, level = 1) {
  const { light, url, genesis } = network;
  const key = await Key.generate();
  const keys = [{ key: key.publicKey, purposes: ['capabilityInvocation', 'assertionMethod'] }];
  const { did } = await network.carryOut(create({ keys, recovery: null }), key);
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const site = { did, name, origins: [origin], return_addresses: [`${origin}/login`], may_ask_real_name: true };
  const operator = await Key.fromSeed(network.seedOf('operator-1'));
  const draft = by(await network.member('operator-1'), { type: 'register_site', site });
  const { height } = await submit(url, await light.draft(draft).sign(operator, key));
  await light.resolve(url, did, { after: height });
  await running(process.execPath, here('examples/shop.js'), url, genesis, did, String(port), wallet, String(level));
  return { did, origin };
}

/** The authority `ministry` for development, which pages of the wallet may ask; its address, and the people that it knows. */
export async function authority(network, walletOrigin) {
  const folder = join(network.folder, 'attest');
  execFileSync(authorityProgram, ['authority', 'init', '--folder', folder, '--development'], { stdio: 'pipe' });
  const url = `http://127.0.0.1:${await freePort()}`;
  const key = join(network.folder, 'net', 'nodes', 'ministry', 'keys', 'member.key');
  const words = ['authority', 'start', '--folder', folder, '--key', key, '--development', '--node', network.url];
  running(authorityProgram, ...words, '--listen', new URL(url).host, '--wallet-origin', walletOrigin);
  await until((ready) => ready, () => fetch(`${url}/readyz`).then(({ ok }) => ok, () => false));
  const { people } = JSON.parse(readFileSync(join(folder, 'registry.json'), 'utf8'));
  return { url, people };
}

/** The web wallet on this port. */
export async function webWallet(network, port, authority) {
  const words = ['wallet', 'serve', '--node', network.url, '--genesis', network.genesis, '--listen', `127.0.0.1:${port}`];
  await running(program, ...words, '--authority', authority);
}
