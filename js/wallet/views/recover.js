import { parse } from '../code.js';
import { button, field, form, h, notice } from '../dom.js';
import { find } from '../find.js';
import { Wallet } from '../wallet.js';

/** Brings a wallet back by its recovery code. */
export function recover(app) {
  const { words, wallet } = app;
  const { title, lead, code, find: label, other } = words.recover;
  if (wallet) return [h('h1', {}, title), notice('note', h('p', {}, other))];
  const told = h('div', { class: 'told' });
  const work = async (typed) => {
    told.replaceChildren();
    try {
      const recovered = await Wallet.keep(app.store, app.light, parse(typed.get('code')));
      app.wallet = recovered;
      const found = await find(recovered, (done, all) => told.replaceChildren(h('p', {}, words.recover.looking(done + 1, all))));
      app.start(recovered);
      told.replaceChildren(...back(app, found));
      app.say(words.recover.found(found));
    } catch (error) {
      told.replaceChildren(app.failed(error));
    }
  };
  return [
    h('h1', {}, title),
    h('p', { class: 'lead' }, lead),
    form(
      work,
      field(code, { name: 'code', rows: 3, class: 'mono' }),
      h('div', { class: 'actions' }, h('button', { class: 'primary', type: 'submit' }, label)),
    ),
    told,
    button(words.back, () => app.go(''), 'plain'),
  ];
}

const back = ({ words, enter }, found) => [
  notice('good', h('p', {}, words.recover.found(found))),
  h('div', { class: 'actions' }, button(words.recover.go, enter)),
];
