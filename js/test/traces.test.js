// The scan for personal data finds it in the forms that programs give it.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { filesOf, tracesIn } from '../traces.js';

const SECRET = '990001195001101005';

test('a secret is found as text, as hexadecimal and base64 anywhere in a longer text, and as a digest without salt', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'realdid-traces-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const digest = (name) => createHash(name).update(SECRET).digest();
  const hidden = {
    text: `before ${SECRET} after`,
    wide: Buffer.from(`before ${SECRET} after`, 'utf16le'),
    hex: Buffer.from(`x${SECRET}y`).toString('hex'),
    ...Object.fromEntries([0, 1, 2].map((before) => [`base64-${before}`, Buffer.from(`${'x'.repeat(before)}${SECRET}yz`).toString('base64')])),
    digest: Buffer.concat([Buffer.from('x'), digest('sha256'), Buffer.from('y')]),
    words: digest('md5').toString('hex'),
  };
  for (const [name, content] of Object.entries(hidden)) writeFileSync(join(folder, name), content);
  writeFileSync(join(folder, 'other'), 'nothing of it');
  const found = tracesIn(filesOf(folder), [SECRET]).map((line) => line.slice(folder.length + 1).split(':')[0]);
  assert.deepEqual([...new Set(found)].sort(), Object.keys(hidden).sort());
  assert.deepEqual(tracesIn(filesOf(folder), ['somebody else']), []);
  assert.deepEqual(tracesIn(filesOf(folder, (path) => !path.endsWith('other')), [SECRET]), []);
});
