// A transaction in words, for whoever is to sign it. Whatever is signed is said.

/** The lines. */
export function inWords({ network, genesis, sender, sequence, expires, operation, signatures }) {
  return [
    ...said(operation),
    `on the network ${network}, whose genesis is ${genesis}`,
    `asked for by ${sender}, as its transaction number ${sequence}; void from ${time(expires)} on`,
    ...signatures.map(({ key }) => `signed by ${key}`),
  ];
}

const said = (operation) => OPERATIONS[operation.type](operation);

const OPERATIONS = {
  create: ({ keys, recovery, next_key, controllers, services }) => [
    'make a DID',
    ...keys.map(held),
    recoverable(recovery),
    next(next_key),
    ...(controllers === null ? [] : [controlled(controllers)]),
    ...services.map(offered),
  ],
  update: ({ did, add, remove, next_key, add_services, remove_services, controllers }) => [
    `change ${did}`,
    ...add.map((key) => `add the ${held(key)}`),
    ...remove.map((key) => `remove the key ${key} for ever`),
    next(next_key),
    ...add_services.map((service) => `put the ${offered(service)}`),
    ...remove_services.map((name) => `remove the service ${name}`),
    ...(controllers === null ? [] : [controlled(controllers)]),
  ],
  recover: ({ did, keys, recovery, next_key, controllers, compromised }) => [
    `take back ${did}, replace all its keys, and drop its services`,
    ...keys.map(held),
    recoverable(recovery),
    next(next_key),
    controllers === null ? 'no controllers' : controlled(controllers),
    ...compromised.map(doubted),
  ],
  deactivate: ({ did, compromised }) => [`end ${did} for ever`, ...compromised.map(doubted)],
  attest: ({ level, expires, dids }) => [
    `attest ${count(dids, 'DID')} at level ${level} until ${time(expires)}`,
    ...dids,
  ],
  withdraw: ({ dids }) => [`withdraw the attestations of ${count(dids, 'DID')}`, ...dids],
  register_site: ({ site }) => ['register a site', ...described(site)],
  update_site: ({ site }) => ['replace what is said of a site', ...described(site)],
  propose: ({ change, expires }) => [`propose until ${time(expires)}`, ...CHANGES[change.type](change)],
  approve: ({ proposal }) => [`approve the proposal ${proposal}`],
  withdraw_approval: ({ proposal }) => [`take back the approval of the proposal ${proposal}`],
  report_evidence: ({ evidence }) => ['report that a validator contradicted itself', `evidence ${evidence}`],
};

const CHANGES = {
  add_validator: ({ organisation, consensus_key, transport_key, proof }) => [
    `${organisation} runs one more validator`,
    `consensus key ${consensus_key}, transport key ${transport_key}`,
    `which signed the header of block ${proof.height}: ${proof.signature}`,
  ],
  remove_validator: ({ consensus_key }) => [`the validator with the consensus key ${consensus_key} leaves`],
  put_member: ({ name, key, roles, add_nodes, remove_nodes }) => [
    `${name} is a member with the key ${key}, ${roles.length === 0 ? 'in no role' : `as ${roles.join(' and ')}`}`,
    ...add_nodes.map((node) => `its node ${node} comes`),
    ...remove_nodes.map((node) => `its node ${node} goes`),
  ],
  remove_member: ({ name }) => [`${name} is no member any more`],
  set_parameters: ({ parameters }) => Object.entries(parameters).map(([name, value]) => `${name} becomes ${value}`),
  set_rule: ({ rule: { action, role, approvals } }) => [
    `${action} takes ${approvals === 1 ? 'one' : approvals} of the role ${role}`,
  ],
};

const PURPOSES = {
  authentication: 'logging in',
  capabilityInvocation: 'changing the DID',
  assertionMethod: 'signing statements',
};

const held = ({ key, purposes }) => `key ${key} for ${purposes.map((purpose) => PURPOSES[purpose]).join(', ')}`;
const offered = ({ name, kind, endpoint }) => `service ${name}, a ${kind}, at ${endpoint}`;
const doubted = ({ key, since }) => `nothing that the key ${key} signed since ${time(since)} counts`;

const recoverable = (recovery) =>
  recovery === null ? 'nobody can ever recover it' : `whoever holds the key committed to by ${recovery} can recover it`;

const next = (key) =>
  key === null ? 'any key can be rotated in next' : `only the key committed to by ${key} can be rotated in next`;

const controlled = ({ dids, threshold }) =>
  dids.length === 0 ? 'no controllers' : `${threshold} of its controllers can act for it: ${dids.join(', ')}`;

const described = ({ did, name, origins, return_addresses, may_ask_real_name, closed }) => [
  `${name}, whose challenges ${did} signs`,
  ...origins.map((origin) => `its pages are at ${origin}`),
  ...return_addresses.map((address) => `responses may go to ${address}`),
  may_ask_real_name ? 'it may ask if somebody is a real person' : 'it may not ask if somebody is a real person',
  closed ? 'it is closed' : 'it is open',
];

const count = (list, what) => `${list.length} ${what}${list.length === 1 ? '' : 's'}`;

/** The longest time that a date can hold; later ones are told by their milliseconds. */
const DATE_MAX = 8_640_000_000_000_000;

const time = (milliseconds) =>
  milliseconds > DATE_MAX ? `${milliseconds} ms after 1970` : new Date(milliseconds).toISOString();
