/** Headless Chromium: a page that Vite builds from the installed package, served on loopback. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium } from 'playwright-core';
import { build, preview } from 'vite';

const HERE = import.meta.dirname;

/** Without these, a browser without a network looks for its makers at every start. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @returns {Promise<import('./node.mjs').Runtime>} */
export async function start() {
  /** @type {(() => Promise<unknown>)[]} what ends what was started, in the order of the starts */
  const ends = [];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return await serve(ends, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * @param {(() => Promise<unknown>)[]} ends
 * @param {() => Promise<void>} stop
 * @returns {Promise<import('./node.mjs').Runtime>}
 */
async function serve(ends, stop) {
  const outDir = await mkdtemp(join(tmpdir(), 'tollgate-page-'));
  ends.push(() => rm(outDir, { recursive: true }));
  const root = join(HERE, 'page');
  // The module travels inside the script, so one chunk is all there is.
  const output = { outDir, emptyOutDir: true, chunkSizeWarningLimit: 8192 };
  await build({ root, configFile: false, logLevel: 'warn', build: output });
  let recording = '';
  const server = await preview({
    root,
    configFile: false,
    logLevel: 'warn',
    build: { outDir },
    preview: { host: '127.0.0.1', port: 0 },
    plugins: [
      {
        name: 'recording',
        configurePreviewServer({ middlewares }) {
          middlewares.use('/recording', (_request, response) => response.end(recording));
        },
      },
    ],
  });
  ends.push(() => server.close());
  const address = server.httpServer.address();
  if (address === null || typeof address === 'string') throw new Error('the page is not served on a port');
  const executablePath = process.env['CHROME_PATH'] || '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, headless: true, args: FLAGS });
  ends.push(() => browser.close());
  const page = await browser.newPage();
  /** @type {string[]} */
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  await page.goto(`http://127.0.0.1:${address.port}/`, { waitUntil: 'load' });
  return {
    name: 'Chromium',
    async answer(text) {
      recording = text;
      const answers = await page.evaluate(() => {
        const { answer } = /** @type {Window & { answer?: () => Promise<string> }} */ (window);
        if (answer === undefined) throw new Error('the page did not load');
        return answer();
      });
      if (problems.length > 0) throw new Error(problems.join('\n'));
      return answers;
    },
    stop,
  };
}
