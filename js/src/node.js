// A node's HTTP interface.

import { RealDidError } from './error.js';

/** How long a node may take, in milliseconds. */
const PATIENCE = 10_000;
/** Bytes that an answer may have: more than the largest genesis in base64. */
const BYTES_MAX = 16 * 1024 * 1024;

/** Waits for so many milliseconds. */
export const sleep = (time) => new Promise((awake) => setTimeout(awake, time));

/** The JSON that a node gives at a path; `options` are those of `fetch`, and `patience`. */
export async function get(url, path, options) {
  const { status, json } = await look(url, path, options);
  if (status === 200 || status === 202) return json;
  const { code = 'answer_invalid', detail = `HTTP status ${status}` } = json ?? {};
  throw new RealDidError(String(code), `${url} refuses: ${detail}`, { status });
}

/** Whatever JSON a node answers at a path, with its status. */
export async function look(url, path, options) {
  const { status, text } = await ask(url, path, options);
  try {
    return { status, json: JSON.parse(text) };
  } catch (cause) {
    throw new RealDidError('answer_invalid', `${url} answers with something else than JSON`, { cause });
  }
}

async function ask(url, path, { patience = PATIENCE, ...options } = {}) {
  try {
    const address = String(url).replace(/\/+$/, '') + path;
    const answer = await fetch(address, { ...options, signal: AbortSignal.timeout(patience) });
    return { status: answer.status, text: await read(answer.body) };
  } catch (cause) {
    if (cause instanceof RealDidError) throw cause;
    throw new RealDidError('unreachable', `${url} does not answer: is the node running?`, { cause });
  }
}

async function read(body) {
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  for (const reader = body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.length;
    if (bytes > BYTES_MAX) {
      await reader.cancel();
      throw new RealDidError('answer_invalid', `the answer has more than ${BYTES_MAX} bytes`);
    }
    text += decoder.decode(value, { stream: true });
  }
}
