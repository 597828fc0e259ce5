/** Two runs of one recording, side by side. */

/**
 * The first line that differs.
 *
 * @param {string} native
 * @param {string} other
 * @returns {{ line: number, native: string, other: string } | undefined} the line's number from 1, and both of its texts
 */
export function firstDifference(native, other) {
  if (native === other) return undefined;
  const [ours, theirs] = [native.split('\n'), other.split('\n')];
  const end = Math.max(ours.length, theirs.length);
  for (let index = 0; index < end; index += 1) {
    const [one, two] = [ours[index], theirs[index]];
    if (one !== two) return { line: index + 1, native: one ?? '(no such line)', other: two ?? '(no such line)' };
  }
  throw new Error('texts that differ have a line that does');
}

/**
 * Fails with the first line that differs, the question that it answers, and both answers.
 *
 * @param {string} runtime
 * @param {string} recording
 * @param {string} native
 * @param {string} other
 */
export function assertSame(runtime, recording, native, other) {
  const difference = firstDifference(native, other);
  if (difference === undefined) return;
  throw new Error(
    [
      `${runtime} answers differently in line ${difference.line}`,
      `  asked   ${question(recording, difference.line)}`,
      `  native  ${difference.native}`,
      `  ${runtime.padEnd(7)} ${difference.other}`,
    ].join('\n'),
  );
}

/**
 * What an answer answers: the line, or the snapshot at the end of an organization's lines; or an import.
 *
 * @param {string} recording
 * @param {number} line from 1
 */
function question(recording, line) {
  let left = line;
  for (const text of recording.split('\n')) {
    if (text === '') continue;
    const { case: name, lines, catalogue } = JSON.parse(text);
    if (catalogue !== undefined) return 'for the import of a catalogue';
    const asked = lines[left - 1];
    const place = name === undefined ? '' : `${name}: `;
    if (asked !== undefined) return `${place}${asked}`;
    if (left === lines.length + 1) return `${place}the digest of the last snapshot`;
    left -= lines.length + 1;
  }
  return 'nothing: there is no such line';
}
