// A wallet in a browser, without a bundler, on a network of real processes. Skipped where there is no Chromium.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Page, chromium } from '../chromium.js';
import { testnet } from '../testnet.js';

const skip = chromium() === undefined && 'Chromium is missing: name it by CHROMIUM';

test('a page makes a DID with a key that it cannot read, keeps it, and rotates it when it comes again', { skip }, async () => {
  const network = await testnet();
  const server = spawn(process.execPath, [fileURLToPath(new URL('../examples/serve.js', import.meta.url)), network.url]);
  after(() => server.kill());
  const address = String((await once(server.stdout, 'data'))[0]).trim();
  const page = await Page.open(address);
  after(() => page.close());

  const first = await page.evaluate('visited');
  assert.equal(first.version, 1);
  const proven = await network.light.resolve(network.url, first.did);
  assert.deepEqual(proven.record.keys.map(({ key }) => key), [first.key]);

  await page.visit(address);
  const second = await page.evaluate('visited');
  assert.deepEqual([second.did, second.version], [first.did, 2]);
  assert.notEqual(second.key, first.key);
  const log = await page.evaluate("document.querySelector('#log').textContent");
  assert.match(log, new RegExp(`remove the key ${first.key} for ever`));

  const read = `
    (async () => {
      const { Key, LightClient } = await import('/src/index.js');
      const { cryptoKey } = await Key.generate();
      const code = (attempt) => attempt.then(() => 'it can', ({ code, name }) => (name === 'RealDidError' ? code : name));
      return [
        await code(crypto.subtle.exportKey('pkcs8', cryptoKey.privateKey)),
        await code(LightClient.fromNode(location.origin, '0'.repeat(64))),
      ];
    })()`;
  assert.deepEqual(await page.evaluate(read), ['InvalidAccessError', 'other_network']);
});
