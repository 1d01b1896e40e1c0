import { button, field, form, h, notice } from '../dom.js';
import { fetchProofs, settle } from '../identity.js';
import { pending } from '../pending.js';
import { stepped } from './steps.js';

/** How long the ledger is asked for an attestation that comes at once, in milliseconds, and how often. */
const PATIENCE = 30_000;
const PAUSE = 1_000;

/** Asks the authority to attest the person for one identity. */
export async function attest(app, [site]) {
  const { words, store, authority } = app;
  const { title, noAuthority } = words.attest;
  const identity = await store.identity(site);
  if (!identity?.made) return [h('h1', {}, title), notice('note', h('p', {}, words.identity.unknown))];
  if (!authority) return [h('h1', {}, title), notice('note', h('p', {}, noAuthority))];
  const about = await authority.about();
  const told = h('div', { class: 'told' });
  return [
    h('h1', {}, title),
    h('p', { class: 'lead' }, words.attest.for, ' ', h('strong', {}, identity.name)),
    h('p', {}, words.attest.lead(about.authority)),
    about.development && notice('note', h('p', {}, words.attest.development)),
    !about.development && Date.now() < identity.askAfter && notice('note', h('p', {}, words.attest.early(words.minute(identity.askAfter)))),
    asking(app, identity, about, told),
    told,
  ].filter(Boolean);
}

function asking(app, identity, about, told) {
  const { words } = app;
  const { who, send, kept, missing } = words.attest;
  const work = (typed) => {
    const person = personOf(typed);
    if (person) return stepped(app, told, (tell) => ask(app, identity, about, person, told, tell));
    told.replaceChildren(notice('bad', h('p', {}, missing)));
  };
  return form(
    work,
    h('fieldset', {}, h('legend', {}, who), ...personFields(words)),
    h('p', { class: 'hint' }, kept),
    h('div', { class: 'actions' }, h('button', { class: 'primary', type: 'submit' }, send)),
  );
}

/** The fields that say who somebody is. What is typed into them is not kept, not even by the browser. */
export function personFields({ attest: { fullName, number, code, codeHint } }) {
  return [
    field(fullName, { name: 'name', maxlength: 100 }),
    field(number, { name: 'number', maxlength: 30, class: 'mono' }),
    field(code, { name: 'code', maxlength: 100, type: 'password', autocomplete: 'one-time-code' }, codeHint),
  ];
}

/** Who somebody says to be; `undefined` if something is missing. */
export function personOf(typed) {
  const person = Object.fromEntries(['name', 'number', 'code'].map((part) => [part, typed.get(part).trim()]));
  return Object.values(person).every((part) => part !== '') ? person : undefined;
}

async function ask(app, identity, about, person, told, tell) {
  const { wallet, store, authority, words } = app;
  tell(words.attest.sending);
  const settled = await settle(wallet, await store.identity(identity.site));
  let standing = await authority.attest(wallet, settled, person);
  if (about.development || standing.status === 'attested') {
    tell(words.attest.waiting);
    standing = { ...standing, attested: await attestedSoon(wallet, settled) };
  }
  told.replaceChildren(...(standing.attested ? done(app) : later(app, standing)));
  if (standing.attested) told.previousElementSibling.remove();
}

/** Whether the ledger proves the attestation within a while. */
async function attestedSoon(wallet, identity) {
  const until = Date.now() + PATIENCE;
  while (Date.now() < until) {
    const { attested } = await fetchProofs(wallet, identity);
    if (attested && attested.expires > Date.now()) return true;
    await new Promise((awake) => setTimeout(awake, PAUSE));
  }
  return false;
}

function done(app) {
  app.say(app.words.attest.done);
  return [notice('good', h('p', {}, app.words.attest.done)), h('div', { class: 'actions' }, onward(app))];
}

function later(app, { not_before: from, not_after: to }) {
  const { later: title, laterText } = app.words.attest;
  const text = laterText(app.words.minute(Date.parse(from)), app.words.minute(Date.parse(to)));
  app.say(text);
  return [notice('good', h('p', {}, h('strong', {}, title)), h('p', {}, text)), h('div', { class: 'actions' }, onward(app))];
}

const onward = ({ words, enter }) => button(pending() ? words.attest.login : words.login.home, enter);
