// Uses all that the package declares: the compiler holds it against src/index.d.ts, test/types.test.js runs it.

import { type DidRecord, type EpochAnswer, type Proven, type RecordAnswer, LightClient, RealDidError } from 'realdid';

/** The lines that this prints are what the test expects. */
export async function use(bytes: Uint8Array, end: EpochAnswer, did: string, answer: RecordAnswer): Promise<string[]> {
  const light: LightClient = await LightClient.fromGenesis(bytes);
  const lines: string[] = [light.network, light.genesis, String(light.epoch)];
  try {
    light.verifyRecord(did, answer);
  } catch (error) {
    if (!(error instanceof RealDidError)) throw error;
    const epoch: number | undefined = error.epoch;
    lines.push(error.name, error.code, error.message, String(epoch), String(error.status));
  }
  const epoch: number = light.advance(end);
  const proven: Proven = light.verifyRecord(did, answer);
  const record: DidRecord | null = proven.record;
  lines.push(String(epoch), proven.did, String(proven.height), String(proven.time));
  lines.push(...(record?.keys ?? []).map(({ key, purposes, since }) => `${key} ${purposes.join()} ${since}`));
  if (record) lines.push([record.version, record.next_sequence, record.created, record.updated].join());
  return lines;
}

/** Asks a node, and names what it refuses. */
export async function ask(url: string | URL, digest: string, did: string): Promise<Proven | string> {
  try {
    return await (await LightClient.fromNode(url, digest)).resolve(url, did);
  } catch (error) {
    return error instanceof RealDidError && error.code === 'unreachable' ? error.code : 'something else';
  }
}

/** What must not compile. */
export function misuse(light: LightClient, answer: RecordAnswer): void {
  // @ts-expect-error: only a genesis makes one
  new LightClient();
  // @ts-expect-error: the network comes from genesis
  light.network = 'another';
  // @ts-expect-error: an absence is told from a record first
  light.verifyRecord('', answer).record.keys;
  // @ts-expect-error: a DID is text
  light.verifyRecord(7, answer);
  // @ts-expect-error: what a node answers, not text
  light.advance('');
}
