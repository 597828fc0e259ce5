/**
 * The commands of the documentation, as they stand on its pages: a gateway on one machine from nothing (edge.md), and the management of its
 * organization (management.md). Only what a reader fills in is filled in: secrets, ids that were made, addresses that are the reader's own.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startUpstream } from '../../examples/demo/upstream.mjs';
import { scratchDir } from './demo.mjs';

const WORKER = fileURLToPath(new URL('../../examples/worker', import.meta.url));

/** The blocks of shell commands of a section, up to the next of its level. @param {string} page @param {string} section */
function commandsOf(page, section) {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
  const [, after = ''] = text.split(`\n## ${section}\n`);
  assert.notEqual(after, '', `${page} has no section \`${section}\``);
  return [...(after.split('\n## ')[0] ?? '').matchAll(/```sh\n([^]*?)```/g)].map(([, block = '']) => block);
}

/** What a reader puts in place of what the page leaves open; each must stand there. @param {string} block @param {Record<string, string>} own */
function filled(block, own) {
  for (const [from, to] of Object.entries(own)) {
    assert.ok(block.includes(from), `\`${from}\` is not in:\n${block}`);
    block = block.replaceAll(from, to);
  }
  assert.ok(!block.includes('…'), `something is still open in:\n${block}`);
  return block;
}

/** A reader's terminal: a directory as it is after `npm install` in examples/worker, and a home. */
class Terminal {
  constructor() {
    this.home = scratchDir();
    this.cwd = join(this.home, 'worker');
    mkdirSync(this.cwd);
    for (const name of ['serve.mjs', 'node_modules']) symlinkSync(join(WORKER, name), join(this.cwd, name));
    this.env = { PATH: process.env['PATH'], HOME: this.home };
  }

  /** What the last of the commands says; each must succeed. @param {string[]} blocks @returns {Promise<string>} */
  run(...blocks) {
    return new Promise((resolve, reject) => {
      execFile('sh', ['-e', '-c', blocks.join('\n')], { cwd: this.cwd, env: this.env }, (error, stdout, stderr) =>
        error === null ? resolve(stdout) : reject(new Error(`${blocks.at(-1)}\n${stdout}\n${stderr}`)),
      );
    });
  }

  /** Starts what serves until it is stopped. @param {string} block */
  async serve(block) {
    const child = spawn('sh', ['-c', `${block.trimEnd()} & trap 'kill -TERM $!' TERM; wait $!; wait $!`], { cwd: this.cwd, env: this.env, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'close');
    let said = '';
    const url = await new Promise((resolve, reject) => {
      child.stdout.on('data', (chunk) => {
        said += chunk;
        const [, found] = /^Tollgate serves (\S+) /m.exec(said) ?? [];
        if (found !== undefined) resolve(found);
      });
      void ended.then(() => reject(new Error(`it ended: ${said}`)));
    });
    return { url: String(url), stop: () => (child.kill('SIGTERM'), ended) };
  }
}

const upstream = await startUpstream({ apiKey: 'upstream-secret' });
test.after(() => upstream.close());

/** Begins as edge.md says: the admin key, and where it serves. @param {(terminal: Terminal, url: string, adminKey: string) => Promise<void>} work */
async function fromNothing(work) {
  const terminal = new Terminal();
  const [make = '', start = ''] = commandsOf('edge.md', 'On one machine');
  const said = await terminal.run(make, 'echo "$ADMIN_KEY"');
  const adminKey = said.trim();
  assert.match(adminKey, /^tg_acme_\w+$/);
  const serving = await terminal.serve(filled(start.replace('\nnode serve.mjs', ` \nnode serve.mjs --port 0 --upstream ${upstream.url}`), { '…': 'upstream-secret' }));
  try {
    await work(terminal, serving.url, adminKey);
  } finally {
    await serving.stop();
  }
}

test('edge.md, on one machine: from nothing to an answer to the first managed key', () =>
  fromNothing(async (terminal, url, adminKey) => {
    const [, , block = ''] = commandsOf('edge.md', 'On one machine');
    const [manage = '', call = ''] = block.split('export KEY=tg_acme_…\n');
    const made = JSON.parse(await terminal.run(filled(manage, { 'http://127.0.0.1:8787': url, 'tg_acme_…': adminKey })));
    assert.equal(made.name, 'first');
    const answer = JSON.parse(await terminal.run(`TOLLGATE=${url} KEY=${made.key}`, call));
    assert.equal(answer.type, 'message', JSON.stringify(answer));
  }));

test('management.md: its commands work in the order in which they stand, on the organization that it begins', () =>
  fromNothing(async (terminal, url, adminKey) => {
    const [generate = '', first = ''] = commandsOf('management.md', 'The first admin key');
    assert.match(await terminal.run(generate), /key: 'tg_acme_\w+',\s+sha256: '[0-9a-f]{64}'/);
    const prelude = filled(first, { 'https://gateway.example': url, 'tg_acme_…': adminKey });
    const me = JSON.parse(await terminal.run(prelude));
    assert.deepEqual(me, { id: 'acme', type: 'organization', name: 'Acme Corp' });
    const begin = prelude.slice(0, prelude.lastIndexOf('manage "'));
    const page = (/** @type {string} */ section) => commandsOf('management.md', section);

    await terminal.run(begin, ...page('Projects, service accounts and roles'));
    const [create = '', rotate = ''] = page('Keys');
    const key = JSON.parse(await terminal.run(begin, create));
    assert.deepEqual([key.owner, key.workspace_id, key.role], [{ service_account: 'ci' }, 'support-bot', 'developer']);
    const rotated = JSON.parse(await terminal.run(begin, filled(rotate, { 'apikey_…': key.id })));
    assert.equal(rotated.secrets.length, 2);

    const [invite = ''] = page('People');
    assert.match(JSON.parse(await terminal.run(begin, invite)).code, /^tgc_acme_/);
    const [signIn = ''] = page('Signing in');
    const [make = '', open = ''] = signIn.split('\ncurl ');
    const { code } = JSON.parse(await terminal.run(begin, make));
    assert.equal(JSON.parse(await terminal.run(begin, `curl ${filled(open, { 'tgc_acme_…': code })}`)).member_id, 'ada');

    const [audit = ''] = page('The audit log');
    const [ask = '', verify = ''] = audit.split('cargo tollgate ');
    const heads = await terminal.run(begin, ask);
    const head = JSON.parse(heads.slice(heads.lastIndexOf('{')));
    const program = process.env['TOLLGATE_PROGRAM'] ?? 'tollgate';
    assert.equal(await terminal.run(`${program} ${verify}`), `${head.entries} entries, the last with the hash ${head.hash}\n`);
    const [backup = ''] = page('Backup');
    await terminal.run(begin, backup);
    assert.equal(JSON.parse(readFileSync(join(terminal.cwd, 'acme.json'), 'utf8')).format, 'tollgate-export-2');
  }));
