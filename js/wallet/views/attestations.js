import { button, form, h, notice } from '../dom.js';
import { personFields, personOf } from './attest.js';
import { stepped } from './steps.js';

/** What the authority has attested in the person's name, and the way to withdraw it. */
export function attestations(app) {
  const { words, authority } = app;
  const { title, lead, show } = words.attestations;
  if (!authority) return [h('h1', {}, title), notice('note', h('p', {}, words.attest.noAuthority))];
  const told = h('div', { class: 'told' });
  const work = (typed) => {
    const person = personOf(typed);
    if (!person) return told.replaceChildren(notice('bad', h('p', {}, words.attest.missing)));
    return stepped(app, told, async (tell) => {
      tell(words.attest.sending);
      told.replaceChildren(...(await standings(app, person, await authority.mine(person), told)));
      app.say('');
    });
  };
  return [
    h('h1', {}, title),
    h('p', { class: 'lead' }, lead),
    form(
      work,
      h('fieldset', {}, h('legend', {}, words.attest.who), ...personFields(words)),
      h('p', { class: 'hint' }, words.attest.kept),
      h('div', { class: 'actions' }, h('button', { class: 'primary', type: 'submit' }, show)),
    ),
    told,
  ];
}

async function standings(app, person, found, told) {
  const { words, store } = app;
  if (found.length === 0) return [notice('good', h('p', {}, words.attestations.none))];
  const names = new Map((await store.identities()).map(({ did, name }) => [did, name]));
  return [h('ul', { class: 'cards' }, found.map((standing) => h('li', { class: 'card' }, entry(app, person, standing, names, told))))];
}

function entry(app, person, { did, status, expires }, names, told) {
  const { words } = app;
  const of = words.attestations;
  const name = names.get(did);
  const choices = h('div', { class: 'choices' });
  const withdraw = (urgent) => async () => {
    await stepped(app, choices, async () => {
      await app.authority.withdraw(person, did, urgent);
      told.replaceChildren(notice('good', h('p', {}, of.changed)), ...(await standings(app, person, await app.authority.mine(person), told)));
      app.say(of.changed);
    });
  };
  const ask = () =>
    choices.replaceChildren(
      h('p', {}, of.question),
      button(of.lapse, withdraw(false), 'second'),
      button(of.urgent, withdraw(true), 'danger'),
      button(of.keep, () => choices.replaceChildren(button(of.withdraw, ask, 'second')), 'plain'),
    );
  if (['waiting', 'attested', 'lapsing'].includes(status)) choices.append(button(of.withdraw, ask, 'second'));
  return [
    h('span', { class: 'name' }, name ?? of.stranger),
    h('span', { class: 'badge' }, of.status[status] ?? status),
    expires && h('span', { class: 'small' }, of.until(words.day(Date.parse(expires)))),
    h('span', { class: 'small mono', translate: 'no' }, did),
    choices,
  ].filter(Boolean);
}
