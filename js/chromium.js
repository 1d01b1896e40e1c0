// A page in Chromium for a test, until it is over: spoken to over a pipe, in the DevTools protocol.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** How long a page may take for one thing, in milliseconds. */
const ANSWER_MAX = 60_000;
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** The program: CHROMIUM, or what is installed; `undefined` if nothing is. */
export function chromium() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return process.env.CHROMIUM ?? paths.find((path) => existsSync(path));
}

export class Page {
  #browser;
  #profile = mkdtempSync(join(tmpdir(), 'realdid-chromium-'));
  #waiting = new Map();
  #session;
  #asked = 0;

  /** Where the browser keeps what it keeps. */
  get profile() {
    return this.#profile;
  }

  /** A page at an address, once it is loaded. */
  static async open(url) {
    const page = new Page();
    page.#start();
    const { targetId } = await page.#send('Target.createTarget', { url: 'about:blank' });
    ({ sessionId: page.#session } = await page.#send('Target.attachToTarget', { targetId, flatten: true }));
    await page.visit(url);
    return page;
  }

  /** Goes to an address. */
  async visit(url) {
    const { errorText } = await this.#send('Page.navigate', { url });
    if (errorText) throw new Error(errorText);
    await this.evaluate("new Promise((done) => document.readyState === 'complete' ? done() : addEventListener('load', done))");
  }

  /** What an expression gives there, once it is settled; what it throws, this throws. */
  async evaluate(expression) {
    const asked = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.#send('Runtime.evaluate', asked);
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** What an expression gives once it gives something, across pages that come meanwhile; fails after half a minute. */
  async until(expression) {
    for (let tries = 0; tries < 300; tries += 1) {
      // a page that is just being left answers nothing
      const answer = await this.evaluate(expression).catch(() => undefined);
      if (answer) return answer;
      await new Promise((awake) => setTimeout(awake, 100));
    }
    const seen = await this.evaluate('`${location.href}\\n${document.body.innerText}`').catch(String);
    throw new Error(`${expression} does not come; the page shows: ${seen}`);
  }

  /** Clicks, as a mouse does, on the middle of what a CSS selector finds, or of the button or link with this text. */
  async click(target) {
    const found = `(() => {
      const named = [...document.querySelectorAll('button, a, label')].find((one) => one.textContent.trim() === ${JSON.stringify(target)});
      let element = named;
      try { element ??= document.querySelector(${JSON.stringify(target)}); } catch {}
      if (!element || element.disabled) return undefined;
      element.scrollIntoView({ block: 'center', behavior: 'instant' });
      const { x, y, width, height } = element.getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2 };
    })()`;
    const place = await this.until(found);
    for (const type of ['mousePressed', 'mouseReleased']) {
      await this.#send('Input.dispatchMouseEvent', { type, ...place, button: 'left', clickCount: 1 });
    }
  }

  /** Types into the field that a CSS selector finds. */
  async type(selector, text) {
    await this.until(`(() => {
      const field = document.querySelector(${JSON.stringify(selector)});
      field?.focus();
      return field !== null && document.activeElement === field;
    })()`);
    await this.#send('Input.insertText', { text });
  }

  /** Makes the window so large, and shows it as a phone or a screen would, `light` or `dark`. */
  async size(width, height, scheme = 'light') {
    await this.#send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
    return this.#send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 });
  }

  /** The addresses of the pages that are framed in it. */
  async frames() {
    const { frameTree } = await this.#send('Page.getFrameTree');
    return (frameTree.childFrames ?? []).map(({ frame }) => frame.url);
  }

  /** The whole page as PNG. */
  async picture() {
    // a window that it opened may stand before it
    await this.#send('Page.bringToFront');
    const { data } = await this.#send('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true });
    return Buffer.from(data, 'base64');
  }

  async close() {
    const over = new Promise((exited) => this.#browser.once('exit', exited));
    this.#browser.kill();
    await over;
    await removed(this.#profile);
  }

  #start() {
    // a container has no sandbox of its own; the page is ours
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--remote-debugging-pipe', `--user-data-dir=${this.#profile}`];
    this.#browser = spawn(chromium(), flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    this.#browser.once('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('Chromium has ended'));
    });
    let text = '';
    this.#browser.stdio[4].setEncoding('utf8').on('data', (more) => {
      const answers = (text + more).split('\0');
      text = answers.pop();
      for (const answer of answers) this.#take(JSON.parse(answer));
    });
  }

  #take({ id, result, error }) {
    const { resolve, reject } = this.#waiting.get(id) ?? {};
    this.#waiting.delete(id);
    if (error) reject?.(new Error(error.message));
    else resolve?.(result);
  }

  #send(method, params) {
    const id = (this.#asked += 1);
    const message = { id, method, params, ...(this.#session && { sessionId: this.#session }) };
    const said = JSON.stringify(message);
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`Chromium does not answer: ${said}`)), ANSWER_MAX);
      const over = (settle) => (value) => (clearTimeout(late), settle(value));
      this.#waiting.set(id, { resolve: over(resolve), reject: over(reject) });
      this.#browser.stdio[3].write(`${said}\0`);
    });
  }
}

/**
 * Removes a folder into which what the browser started may write for a moment longer. `maxRetries` of `rmSync` does not
 * help: it tries to remove the folder again without looking for what has come into it.
 */
async function removed(folder) {
  for (let tries = 50; ; tries -= 1) {
    try {
      return rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (tries === 0) throw error;
      await new Promise((awake) => setTimeout(awake, 100));
    }
  }
}
