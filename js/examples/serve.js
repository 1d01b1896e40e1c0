// Serves this package and the page wallet.html, and hands what begins with /v1/ or /1.0/ on to a node: a
// node lets no other origin ask at /v1/, so a page comes from where the node is.
//
//   node examples/serve.js <url of a node> [port]

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import * as http from 'node:http';
import * as https from 'node:https';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const [node, port = '0'] = process.argv.slice(2);
const root = new URL('../', import.meta.url);
const KINDS = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
};
/** No script but the package's own, which may compile WebAssembly, and no other address than this one. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; style-src 'self'";

function forward(request, response) {
  const { method, headers } = request;
  const address = new URL(request.url, node);
  const { request: ask } = address.protocol === 'https:' ? https : http;
  const onward = ask(address, { method, headers: { ...headers, host: address.host } }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.writeHead(502).end());
  request.pipe(onward);
}

async function serve(request, response) {
  const { pathname } = new URL(request.url, root);
  const file = new URL(`.${pathname === '/' ? '/examples/wallet.html' : pathname}`, root);
  const kind = KINDS[extname(file.pathname)];
  const found = kind && file.href.startsWith(root.href) && (await stat(file).catch(() => undefined));
  if (!found?.isFile()) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': kind, 'content-security-policy': POLICY });
  createReadStream(fileURLToPath(file)).pipe(response);
}

const server = http.createServer((request, response) => {
  const answer = /^\/(v1|1\.0)\//.test(request.url) ? forward : serve;
  // what is wrong with one request must not end the others
  new Promise((done) => done(answer(request, response))).catch(() => response.writeHead(400).end());
});
server.listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`));
