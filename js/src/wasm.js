// The WebAssembly module, and how it is spoken to: see crates/wasm/src/lib.rs.

import { RealDidError } from './error.js';

const file = new URL('../realdid.wasm', import.meta.url);
let compiling, sharing;

/** An instance of its own: it holds one light client. */
export async function instantiate() {
  compiling ??= compile();
  return new Instance(await WebAssembly.instantiate(await compiling, {}));
}

/** An instance for what needs no light client. */
export function shared() {
  sharing ??= instantiate().catch((error) => {
    sharing = undefined; // the next one tries again
    throw error;
  });
  return sharing;
}

async function compile() {
  try {
    return await WebAssembly.compile(await read());
  } catch (cause) {
    compiling = undefined; // the next one tries again
    throw new RealDidError('wasm_missing', `${file} cannot be read: build it with scripts/wasm`, { cause });
  }
}

async function read() {
  if (file.protocol === 'file:') return (await import('node:fs/promises')).readFile(file);
  const answer = await fetch(file);
  if (!answer.ok) throw new Error(`HTTP status ${answer.status}`);
  return answer.arrayBuffer();
}

class Instance {
  #exports;

  constructor({ exports }) {
    this.#exports = exports;
  }

  /** Calls a function with these parts (bytes); what it replies. */
  call(name, ...parts) {
    this.#write(parts);
    const length = this.#exports[`realdid_${name}`]();
    const reply = new Uint8Array(this.#exports.memory.buffer, this.#exports.realdid_reply(), length);
    const { error, ...answer } = JSON.parse(new TextDecoder().decode(reply));
    if (error) throw new RealDidError(error.code, error.message, error);
    return answer;
  }

  /** Each part stands behind its length in four bytes. */
  #write(parts) {
    const length = parts.reduce((sum, part) => sum + 4 + part.length, 0);
    const start = this.#exports.realdid_room(length);
    const memory = new DataView(this.#exports.memory.buffer, start, length);
    let place = 0;
    for (const part of parts) {
      memory.setUint32(place, part.length);
      new Uint8Array(memory.buffer, start + place + 4, part.length).set(part);
      place += 4 + part.length;
    }
  }
}
