import { CODE_BYTES, GROUPS, groupsOf } from '../code.js';
import { button, field, form, h, notice } from '../dom.js';
import { Wallet } from '../wallet.js';

/** The code that is being written down: it stays the same when the person changes the language, or goes back. */
let making;

/** Makes a wallet: shows the recovery code, and keeps nothing before two of its groups were typed. */
export function create(app) {
  if (app.wallet) return app.enter();
  making ??= { code: crypto.getRandomValues(new Uint8Array(CODE_BYTES)), asked: twoOf(GROUPS), written: false };
  const place = h('div', { class: 'view' });
  const show = (written) => {
    making.written = written;
    const groups = groupsOf(making.code);
    place.replaceChildren(...(written ? asked(app, groups, () => show(false)) : shown(app, groups, () => show(true))));
    place.querySelector('h1').focus();
  };
  show(making.written);
  return place;
}

function shown({ words }, groups, next) {
  const { title, lead, why, written } = words.create;
  return [
    h('h1', { tabindex: -1 }, title),
    h('p', { class: 'lead' }, lead),
    h('ol', { class: 'code', translate: 'no' }, groups.map((group) => h('li', {}, group))),
    h('p', {}, why),
    h('div', { class: 'actions' }, button(written, next)),
  ];
}

function asked(app, groups, show) {
  const { words } = app;
  const { confirmTitle, confirm, group, mismatch, finish: done, show: again } = words.create;
  const [first, second] = making.asked;
  const wrong = h('div', {});
  const check = async (typed) => {
    const differing = [first, second].find((number) => plain(typed.get(String(number))) !== groups[number - 1]);
    if (differing === undefined) return finish(app);
    wrong.replaceChildren(notice('bad', h('p', {}, mismatch(differing))));
  };
  const input = (number) => field(group(number), { name: number, maxlength: 8, class: 'mono' });
  return [
    h('h1', { tabindex: -1 }, confirmTitle),
    h('p', { class: 'lead' }, confirm(first, second)),
    form(check, input(first), input(second), wrong, h('div', { class: 'actions' }, h('button', { class: 'primary', type: 'submit' }, done))),
    button(again, show, 'plain'),
  ];
}

async function finish(app) {
  const { code } = making;
  making = undefined;
  app.start(await Wallet.keep(app.store, app.light, code));
  app.enter();
}

/** As it stands in the code, however it was typed. */
const plain = (text) => text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');

/** Two different numbers from 1 on, the lesser first. */
function twoOf(count) {
  const [a, b] = crypto.getRandomValues(new Uint8Array(2));
  const first = a % count;
  const second = (first + 1 + (b % (count - 1))) % count;
  return [first + 1, second + 1].sort((one, other) => one - other);
}
