// Uses all that the package declares: the compiler holds it against src/index.d.ts, test/types.test.js runs it.

import {
  type Asked,
  type Bundle,
  type Challenge,
  type Change,
  type Changes,
  type Consent,
  type DidDocument,
  type DidRecord,
  type Draft,
  type EntryAnswer,
  type EpochAnswer,
  type ErrorCode,
  type Login,
  type Member,
  type OpenedChallenge,
  type Operation,
  type Options,
  type Proven,
  type Receipt,
  type RecordAnswer,
  type Resolution,
  type Signer,
  type Wait,
  Key,
  LightClient,
  LoginSite,
  RealDidError,
  Transaction,
  applied,
  by,
  challengeAddress,
  commitment,
  create,
  deactivate,
  members,
  receipt,
  recover,
  resolveDocument,
  returnPage,
  rotate,
  submit,
  update,
} from 'realdid';

/** The lines that this prints are what the test expects. */
export async function use(bytes: Uint8Array, end: EpochAnswer, did: string, answer: RecordAnswer): Promise<string[]> {
  const light: LightClient = await LightClient.fromGenesis(bytes);
  const lines: string[] = [light.network, light.genesis, String(light.epoch)];
  try {
    light.verifyRecord(did, answer);
  } catch (error) {
    if (!(error instanceof RealDidError)) throw error;
    const epoch: number | undefined = error.epoch;
    lines.push(error.name, error.code, error.message, String(epoch), String(error.status), String(error.receipt));
  }
  const epoch: number = light.advance(end);
  const proven: Proven = light.verifyRecord(did, answer);
  const record: DidRecord | null = proven.record;
  lines.push(String(epoch), proven.did, String(proven.height), String(proven.time));
  lines.push(...(record?.keys ?? []).map(({ key, purposes, since }) => `${key} ${purposes.join()} ${since}`));
  if (record) {
    lines.push([record.version, record.next_sequence, record.created, record.updated].join());
    const { recovery, next_key, controllers, services, deactivated } = record;
    lines.push([recovery, next_key, controllers?.threshold ?? 0, services.length, deactivated].join());
  }
  return lines;
}

/** Makes and signs one of each; the lines are fields of what was signed. */
export async function sign(light: LightClient, proven: Proven): Promise<string[]> {
  const key: Key = await Key.generate();
  const same: Key = await Key.fromCryptoKey(key.cryptoKey!);
  const paper: Key = await Key.fromSeed(new Uint8Array(32));
  const next: Key = await Key.fromSeed(new Uint8Array(32).fill(1));
  const device: Signer = { publicKey: key.publicKey, sign: (message) => same.sign(message) };
  const options: Options = { expires: Date.now() + 1_000 };
  const keys = [{ key: key.publicKey, purposes: ['authentication', 'capabilityInvocation'] as const }];
  const changes: Changes = { remove_services: ['login'] };
  const former: string = proven.record?.keys[0]?.key ?? '';
  const compromised = [{ key: former, since: 0 }];
  const member: Pick<Member, 'name' | 'next_sequence'> = { name: 'ministry', next_sequence: 0 };
  const drafts: Draft[] = [
    create({ keys, recovery: await commitment(paper.publicKey), next_key: next.commitment }, options),
    update(proven, changes),
    rotate(proven, former, key.publicKey, { ...options, next_key: next.commitment }),
    recover(proven, { keys, recovery: null, compromised }),
    deactivate(proven, { compromised }, options),
    ...operations(proven.did, key.publicKey).map((operation) => by(member, operation, options)),
  ];
  const lines: string[] = [];
  for (const draft of drafts) {
    const transaction: Transaction = await light.draft(draft).sign(device, paper);
    const again: Transaction = light.read(transaction.bytes);
    const { id, sender, sequence, expires, operation, signatures, words } = again;
    lines.push([operation.type, id, sender, sequence, expires, words.length].join(' '));
    lines.push(...signatures.map(({ key, signature }) => `${key} ${signature}`));
    // what is shown can be asked for
    const { id: copy } = light.draft({ sender, sequence, expires, operation });
    lines.push(String(copy === id));
    if (transaction.sender === proven.did) lines.push(refusal(() => light.check(transaction, proven)));
  }
  return lines;
}

/** All that members ask for. */
function operations(did: string, key: string): Asked<Operation>[] {
  const expires = 1_900_000_000_000;
  const site = { did, name: 'Books', origins: ['https://a.cn'], return_addresses: ['https://a.cn/back'] };
  const changes: Asked<Change>[] = [
    { type: 'add_validator', organisation: 'ministry', consensus_key: key, transport_key: key, proof: { height: 1, signature: '00'.repeat(64) } },
    { type: 'remove_validator', consensus_key: key },
    { type: 'put_member', name: 'operator-9', key, roles: ['operator'], add_nodes: [key] },
    { type: 'remove_member', name: 'operator-9' },
    { type: 'set_parameters', parameters: { max_idle: 1, max_expiry: 1, quota_window: 1, quota: 1, approvals: 1, format: 2 } },
    { type: 'set_rule', rule: { action: 'attest', role: 'authority', approvals: 1 } },
  ];
  return [
    { type: 'attest', level: 1, expires, dids: [did] },
    { type: 'withdraw', dids: [did] },
    { type: 'register_site', site },
    { type: 'update_site', site: { ...site, closed: true, may_ask_real_name: true } },
    ...changes.map((change) => ({ type: 'propose' as const, change, expires })),
    { type: 'approve', proposal: key },
    { type: 'withdraw_approval', proposal: key },
  ];
}

function refusal(attempt: () => void): ErrorCode | (string & {}) {
  try {
    attempt();
    return 'it passes';
  } catch (error) {
    return error instanceof RealDidError ? error.code : 'something else';
  }
}

/** A site and a wallet, on one machine; the lines are fields of what they exchange. */
export async function logIn(site: LoginSite, light: LightClient, bundle: Bundle, signer: Signer): Promise<string[]> {
  const opened: OpenedChallenge = await site.challenge('a browser');
  const challenge: Challenge = light.readChallenge(opened.text);
  const lines = [challengeAddress('https://wallet.example/', opened), returnPage, opened.nonce, opened.number, opened.expires].map(String);
  const { genesis, site: of, origin, return_address, nonce, expires, epoch, age_max, level, other_device, number } = challenge;
  lines.push([genesis, of, origin, return_address, nonce, expires, epoch, age_max, level, other_device, number].join());
  lines.push([challenge.site_key, bundle.did, bundle.height, bundle.time, bundle.record.version].join());
  if (bundle.attested) lines.push([bundle.attested.authority, bundle.attested.level, bundle.attested.expires].join());
  const response: string = await light.respond(challenge, bundle, signer);
  lines.push(light.readResponse(response).nonce);
  const login: Login = await site.verify(response, 'a browser');
  const { subject, did, session, height, time } = login;
  return [...lines, [subject, did, session, height, time, login.level, login.authority].join()];
}

/** Asks a node, and names what it refuses. */
export async function ask(url: string | URL, digest: string, did: string): Promise<Proven | string> {
  try {
    return await (await LightClient.fromNode(url, digest)).resolve(url, did, { after: 7 });
  } catch (error) {
    return error instanceof RealDidError && error.code === 'unreachable' ? error.code : 'something else';
  }
}

/** The document of a DID, as a node renders it. */
export async function render(url: string | URL, did: string): Promise<DidDocument | null> {
  const { didDocument, didDocumentMetadata, didResolutionMetadata }: Resolution = await resolveDocument(url, did);
  const version: unknown = didDocumentMetadata['versionId'] ?? didResolutionMetadata['contentType'];
  return version === undefined ? null : didDocument;
}

/** Hands in, and asks for what became of it. */
export async function deliver(url: string | URL, transaction: Transaction, wait: Wait): Promise<Receipt> {
  const member: Member | undefined = (await members(url)).find(({ roles }) => roles.includes('operator'));
  const { id, status, height, outcome, code, reason } = await submit(url, transaction, { wait });
  if (member && status === 'final' && height && outcome === 'applied') return receipt(url, id, { wait: 'final' });
  return applied({ id, status, code: code ?? '', reason: reason ?? '' });
}

/** What must not compile. */
export async function misuse(light: LightClient, answer: RecordAnswer, proven: Proven, transaction: Transaction): Promise<void> {
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
  // @ts-expect-error: a light client makes transactions
  new Transaction();
  // @ts-expect-error: a transaction never changes
  transaction.expires = 7;
  // @ts-expect-error: nor does what it asks for
  transaction.operation.type = 'create';
  // @ts-expect-error: whether it can be recovered must be said
  create({ keys: [] });
  // @ts-expect-error: there is no such purpose
  create({ keys: [{ key: '', purposes: ['everything'] }], recovery: null });
  // @ts-expect-error: there is no such change
  update(proven, { keys: [] });
  // @ts-expect-error: there is no such operation
  by(proven, { type: 'steal' });
  // @ts-expect-error: an attestation has a level
  by(proven, { type: 'attest', expires: 1, dids: [] });
  // @ts-expect-error: a draft is no transaction
  await submit('', deactivate(proven));
  // @ts-expect-error: a secret is not asked for, but a signer
  await transaction.sign(new Uint8Array(32));
}

/** What a wallet keeps so that a login asks nobody, and what it proves to an authority. */
export async function keep(light: LightClient, url: string, challenge: Challenge, signer: Signer): Promise<Consent> {
  const answer: EntryAnswer = await light.fetchSite(url, challenge);
  const kept: EpochAnswer[] = light.ended;
  kept.forEach((ended) => light.advance(ended));
  await signer.sign(light.control('did:realdid:testnet:a', 'ministry', '00'.repeat(32)));
  return light.review(challenge, answer, { requester: null });
}
