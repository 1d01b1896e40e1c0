import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { epochs, vectors } from '../vectors.js';

const bytes = readFileSync(new URL('../realdid.wasm', import.meta.url));
const module = await WebAssembly.compile(bytes);

/** What a new instance replies to each of these requests, which are a function's name and bytes. */
function replies(...requests) {
  const { exports } = new WebAssembly.Instance(module);
  return requests.map(([name, request]) => {
    const start = exports.realdid_room(request.length);
    new Uint8Array(exports.memory.buffer).set(request, start);
    const length = exports[`realdid_${name}`]();
    return JSON.parse(Buffer.from(exports.memory.buffer, exports.realdid_reply(), length).toString());
  });
}

/** Each part behind its length in four bytes. */
const request = (...parts) =>
  Buffer.concat(parts.flatMap((part) => [Buffer.from(Uint32Array.of(part.length).buffer).reverse(), part]));

const start = ['start', request(vectors().genesis)];
const trusting = ['advance', 'check_record', 'draft', 'read', 'add_signature', 'check', 'control'];
const functions = ['start', ...trusting, 'public_key', 'sign', 'commitment'];

test('the module can reach nothing outside: it imports nothing', () => {
  assert.deepEqual(WebAssembly.Module.imports(module), []);
});

test('the module stays small enough for a page', () => {
  assert.ok(bytes.length < 768 * 1024, `${bytes.length} bytes`);
});

test('nothing is believed before a genesis', () => {
  for (const name of trusting) {
    assert.equal(replies([name, request()])[0].error.code, 'no_genesis');
  }
});

test('what is no request is refused, and the next one is answered', () => {
  const broken = [
    Buffer.alloc(0),
    Buffer.of(0, 0, 0),
    Buffer.of(0, 0, 0, 1),
    Buffer.of(0xff, 0xff, 0xff, 0xff, 1),
    Buffer.concat([start[1], Buffer.of(7)]),
    request(...Array(9).fill(Buffer.of(1))),
  ];
  for (const bad of broken) {
    const [, ...answers] = replies(start, ...functions.map((name) => [name, bad]), start);
    assert.deepEqual(answers.slice(0, -1).map(({ error }) => error.code), functions.map(() => 'request_invalid'));
    assert.equal(answers.at(-1).network, 'testnet');
  }
});

test('another genesis can be trusted instead, a refused one cannot', () => {
  const other = ['start', request(epochs().genesis)];
  const [first, refused, second] = replies(start, ['start', request(Buffer.of(1))], other);
  assert.equal(refused.error.code, 'malformed');
  assert.notEqual(first.genesis, second.genesis);
});
