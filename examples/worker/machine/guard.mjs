/**
 * Runs the gateway's process for the program that started it, and ends it when that program has gone, however it went.
 *
 * It is a process of its own so that a program that was killed leaves no gateway behind, and it holds the state directory's lock (descriptor 4)
 * until the gateway has ended: nobody else may open that store before.
 *
 *   node guard.mjs CONFIG      started by gateway.mjs, with a channel to it
 *
 * @typedef {{ stopWithinMs: number }} Order
 * @typedef {{ type: 'serving', url: string, pid: number } | { type: 'failed', message: string } | { type: 'ended', how: string }} Report
 */
import { startWorkerd } from '../workerd.mjs';

/** How long requests that are still open are waited for, where nobody says. */
const STOP_LIMIT_MS = 2_000;

/** @param {Report} report */
function report(report) {
  // The program may be gone; then nobody is to be told.
  if (process.connected) process.send?.(report);
}

const [configPath = ''] = process.argv.slice(2);
// Signals of the terminal are the program's to handle: it stops the gateway when its own work is done.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);

try {
  const gateway = await startWorkerd({ configPath });
  let stopping = false;

  const stop = (limitMs = STOP_LIMIT_MS) => {
    if (!stopping) void gateway.stop('SIGTERM');
    stopping = true;
    // It waits for requests that are still open. What is recorded is recorded, so it need not wait for ever.
    setTimeout(() => gateway.stop('SIGKILL'), limitMs).unref();
  };

  process.on('message', (/** @type {Order} */ { stopWithinMs }) => stop(stopWithinMs));
  process.on('disconnect', () => stop());
  if (!process.connected) stop();
  report({ type: 'serving', url: gateway.url, pid: gateway.pid });
  const { code, signal } = await gateway.exited;
  report({ type: 'ended', how: signal ?? `exit code ${code}` });
} catch (error) {
  report({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
}
if (process.connected) process.disconnect();
