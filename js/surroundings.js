// What stands around a network for tests and demos: sites, an authority, a bridge, the web wallet. All are processes.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Key, by, create, submit } from 'realdid';
import { program, until } from './testnet.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const processes = [];

/** Ends all that was started here. */
export const end = () => processes.forEach((child) => child.kill());

/** A port that nobody has. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** A site on the ledger, and examples/shop.js behind it. `level` is how surely it wants to know that people are real. */
export async function shop(network, name, wallet, level = 1) {
  const origin = `http://localhost:${await freePort()}`;
  const did = await registered(network, { name, origins: [origin], return_addresses: [`${origin}/login`] });
  const { url, genesis } = network;
  await running(process.execPath, here('examples/shop.js'), url, genesis, did, new URL(origin).port, wallet, String(level));
  return { did, origin };
}

/** A site on the ledger that uses this bridge, and examples/shop-oidc.js behind it. */
export async function oidcShop(network, name, bridge) {
  const origin = `http://localhost:${await freePort()}`;
  const addresses = [`${bridge}/return`, `${origin}/back`];
  const did = await registered(network, { name, origins: [bridge, origin], return_addresses: addresses });
  await running(process.execPath, here('examples/shop-oidc.js'), bridge, did, new URL(origin).port);
  return { did, origin };
}

/** A bridge for this wallet; its address. */
export async function bridge(network, wallet) {
  const origin = `http://localhost:${await freePort()}`;
  const home = join(network.folder, 'bridge');
  const node = ['--node', network.url];
  network.realdid('bridge', 'init', '--home', home, '--issuer', origin, ...node);
  const listen = ['--listen', `127.0.0.1:${new URL(origin).port}`];
  started(program, 'bridge', 'start', '--home', home, '--wallet-url', wallet, ...listen, ...node);
  await answers(`${origin}/livez`);
  return origin;
}

/** The authority `ministry` for development, which pages of the wallet may ask; its address, and the people that it knows. */
export async function authority(network, walletOrigin) {
  const folder = join(network.folder, 'attest');
  network.realdid('authority', 'init', '--folder', folder, '--development');
  const url = `http://127.0.0.1:${await freePort()}`;
  const key = join(network.folder, 'net', 'nodes', 'ministry', 'keys', 'member.key');
  const words = ['authority', 'start', '--folder', folder, '--key', key, '--development', '--node', network.url];
  started(program, ...words, '--listen', new URL(url).host, '--wallet-origin', walletOrigin);
  await answers(`${url}/readyz`);
  const { people } = JSON.parse(readFileSync(join(folder, 'registry.json'), 'utf8'));
  return { url, people };
}

/** The web wallet at an address, with the pages as they are in this folder. */
export async function webWallet(network, address, authority) {
  const words = ['wallet', 'serve', '--node', network.url, '--genesis', network.genesis, '--files', here('.')];
  await running(program, ...words, '--listen', `127.0.0.1:${new URL(address).port}`, '--authority', authority);
}

/** Puts a site on the ledger; its DID. */
async function registered(network, site) {
  const { light, url } = network;
  const key = await Key.generate();
  const keys = [{ key: key.publicKey, purposes: ['capabilityInvocation', 'assertionMethod'] }];
  const { did } = await network.carryOut(create({ keys, recovery: null }), key);
  const operator = await Key.fromSeed(network.seedOf('operator-1'));
  const operation = { type: 'register_site', site: { did, may_ask_real_name: true, ...site } };
  const draft = by(await network.member('operator-1'), operation);
  const { height } = await submit(url, await light.draft(draft).sign(operator, key));
  await light.resolve(url, did, { after: height });
  return did;
}

/** Starts a program. NOISE shows what it has to complain. */
function started(command, ...words) {
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', process.env.NOISE ? 'inherit' : 'ignore'] });
  processes.push(child);
  return child;
}

/** Starts a program, and waits until it says something. */
async function running(command, ...words) {
  const child = started(command, ...words);
  const ended = once(child, 'exit').then(() => assert.fail(`${words.slice(0, 2).join(' ')} has ended: NOISE=1 shows why`));
  await Promise.race([once(child.stdout, 'data'), ended]);
  ended.catch(() => {}); // later it may
}

const answers = (url) => until((ok) => ok, () => fetch(url).then(({ ok }) => ok, () => false));
