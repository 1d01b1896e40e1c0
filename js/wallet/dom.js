// Making elements. Text is only ever text: nothing here reads HTML.

/** An element with attributes, listeners (`onclick`) and children; what is `null` or `false` is left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

let fields = 0;

/** A labelled field of a form, with a hint that is read out with it. */
export function field(label, attributes, hint) {
  fields += 1;
  const id = `field-${fields}`;
  const described = hint && `${id}-hint`;
  const tag = attributes.rows ? 'textarea' : 'input';
  return h(
    'div',
    { class: 'field' },
    h('label', { for: id }, label),
    hint && h('p', { id: described, class: 'hint' }, hint),
    h(tag, { id, 'aria-describedby': described, autocomplete: 'off', spellcheck: 'false', autocapitalize: 'off', ...attributes }),
  );
}

/** Names with their values. */
export const list = (pairs) =>
  h('dl', {}, pairs.filter(Boolean).map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));

/** A button that shows when it is at work, and cannot be pressed twice. */
export function button(text, work, kind = 'primary') {
  const element = h('button', { type: 'button', class: kind }, text);
  element.addEventListener('click', () => during(element, work));
  return element;
}

/** A form that does something, and shows when it is at work. */
export function form(work, ...children) {
  const element = h('form', { novalidate: true }, ...children);
  element.addEventListener('submit', (event) => {
    event.preventDefault();
    during(element.querySelector('[type=submit]'), () => work(new FormData(element)));
  });
  return element;
}

async function during(element, work) {
  if (element.getAttribute('aria-disabled') === 'true') return;
  element.setAttribute('aria-disabled', 'true');
  element.setAttribute('aria-busy', 'true');
  try {
    await work();
  } finally {
    element.removeAttribute('aria-disabled');
    element.removeAttribute('aria-busy');
  }
}

/** Something that is said where it happened, and read out. */
export const notice = (kind, ...children) => h('div', { class: `notice ${kind}`, role: kind === 'bad' ? 'alert' : null }, ...children);
