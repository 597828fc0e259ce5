/** Where a text stops being JSON. It is asked only of texts that the parser has refused, and quotes nothing of them. */

type Expected = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'nothing';

/** The place in words, such as `line 1, column 13`: columns count UTF-16 units from 1. */
export function placeOfFault(text: string): string {
  if (text.trim() === '') return 'it is empty';
  const at = faultIn(text);
  if (at === null) return 'send one JSON object';
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const place = `line ${line}, column ${at - before.lastIndexOf('\n')}`;
  return at === text.length ? `it ends too early, at ${place}` : `look at ${place}`;
}

/** The index of the first character that cannot stand where it does; the text's length where it ends too early; null where it is JSON. */
export function faultIn(text: string): number | null {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  const afterValue = (): Expected => (open.length === 0 ? 'nothing' : 'comma or end');
  for (let at = afterSpace(text, 0); ; at = afterSpace(text, at)) {
    const char = text[at];
    if (char === undefined) return expected === 'nothing' ? null : text.length;
    if (expected === 'nothing') return at;
    if (expected === 'colon') {
      if (char !== ':') return at;
      at += 1;
      expected = 'value';
    } else if (expected === 'key' || (expected === 'key or end' && char === '"')) {
      if (char !== '"') return at;
      const end = afterString(text, at);
      if (end.fault) return end.at;
      at = end.at;
      expected = 'colon';
    } else if (expected !== 'value' && char === (open.at(-1) === '{' ? '}' : ']')) {
      open.pop();
      at += 1;
      expected = afterValue();
    } else if (expected === 'comma or end') {
      if (char !== ',') return at;
      at += 1;
      expected = open.at(-1) === '{' ? 'key' : 'value';
    } else if (expected === 'key or end') {
      return at;
    } else if (char === '{' || char === '[') {
      open.push(char);
      at += 1;
      expected = char === '{' ? 'key or end' : 'value or end';
    } else {
      const end = char === '"' ? afterString(text, at) : afterWord(text, at);
      if (end.fault) return end.at;
      at = end.at;
      expected = afterValue();
    }
  }
}

interface End {
  at: number;
  fault: boolean;
}

function afterSpace(text: string, from: number): number {
  let at = from;
  while (' \t\n\r'.includes(text[at] ?? '.')) at += 1;
  return at;
}

function afterString(text: string, start: number): End {
  let at = start + 1;
  for (;;) {
    const char = text[at];
    if (char === undefined || char < ' ') return { at, fault: true };
    if (char === '"') return { at: at + 1, fault: false };
    if (char !== '\\') {
      at += 1;
      continue;
    }
    const escape = /^(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.exec(text.slice(at + 1, at + 6));
    if (escape === null) return { at, fault: true };
    at += 1 + escape[0].length;
  }
}

/** A number or one of the three names, up to what cannot belong to it. */
function afterWord(text: string, start: number): End {
  let end = start;
  while (/[-+.\w]/.test(text[end] ?? '')) end += 1;
  const whole = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/.test(text.slice(start, end));
  return whole ? { at: end, fault: false } : { at: start, fault: true };
}
