import { h } from '../dom.js';

/** Does something in steps, says each where it happens and aloud, and shows what goes wrong in the same place. */
export async function stepped(app, place, work) {
  const tell = (step) => {
    const text = app.words.steps[step] ?? step;
    place.replaceChildren(h('p', { class: 'working' }, text));
    app.say(text);
  };
  try {
    await work(tell);
  } catch (error) {
    place.replaceChildren(app.failed(error));
  }
}
