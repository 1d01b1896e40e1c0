// Everything on one machine, to be clicked through: a network, an authority, the web wallet, a bridge and two shops.
//
//   node demo.js        until Ctrl-C; REALDID names the program, target/release/realdid otherwise

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { authority, bridge, end, freePort, oidcShop, shop, webWallet } from './surroundings.js';
import { Testnet } from './testnet.js';

const folder = mkdtempSync(join(tmpdir(), 'realdid-demo-'));
const network = new Testnet(folder);

function over() {
  end();
  network.realdid('testnet', 'reset');
  rmSync(folder, { recursive: true, force: true });
  process.exit();
}
process.on('SIGINT', over).on('SIGTERM', over);

async function start() {
  await network.start();
  const wallet = `http://localhost:${await freePort()}/`;
  const attesting = await authority(network, new URL(wallet).origin);
  await webWallet(network, wallet, attesting.url);
  const login = await bridge(network, wallet);
  const books = await shop(network, 'Example Books', wallet);
  const tea = await oidcShop(network, '茶馆 Tea House', login);
  return { wallet, attesting, books, tea };
}

const began = Date.now();
const { wallet, attesting, books, tea } = await start().catch((error) => {
  console.error(error.message);
  over();
});
const [{ name, number, code }, ...others] = attesting.people;
console.log(`
wallet      ${wallet}
bookshop    ${books.origin}/      which verifies logins by itself
tea house   ${tea.origin}/      which knows OpenID Connect, and asks a bridge
citizen     ${name}   ${number}   ${code}
            and ${others.length} more, all invented
ready       after ${((Date.now() - began) / 1000).toFixed(1)} s; Ctrl-C ends it

Open a shop, choose "Log in with RealDID", and make a wallet. The authority attests you by the citizen's name, number and code.
`);
