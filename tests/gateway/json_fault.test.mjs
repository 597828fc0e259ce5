/** Where a text stops being JSON, next to what the parser says of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { faultIn } from '../../pkg/dist/edge/json_fault.js';

const WHOLE = [
  '{"a":[1,-0.5e+3,true,false,null,{}],"b":{"c":"\\u00e9\\n\\"","d":[[],[{}]]}}',
  ' [\t1 ,\r\n"x" ] ',
  '"\ud800"',
  '-0',
];

/** @param {string} text */
function parses(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('a text has a fault exactly where the parser refuses it', () => {
  for (const whole of WHOLE) {
    assert.equal(faultIn(whole), null, whole);
    for (let at = 0; at < whole.length; at += 1) {
      const changed = [whole.slice(0, at), whole.slice(0, at) + whole.slice(at + 1)];
      for (const char of ['"', '\\', '{', '}', '[', ']', ',', ':', '0', '-', '.', 'e', ' ', 't', '\u0001', '\u00a0']) {
        changed.push(whole.slice(0, at) + char + whole.slice(at), whole.slice(0, at) + char + whole.slice(at + 1));
      }
      for (const text of changed) assert.equal(faultIn(text) === null, parses(text), text);
    }
  }
});

/** @type {[string, number][]} */
const FAULTS = [
  ['', 0],
  ['{"a":1,}', 7],
  ['{"a" 1}', 5],
  ['[1 2]', 3],
  ['[1,', 3],
  ["{'a':1}", 1],
  ['{"a":nul}', 5],
  ['[01]', 1],
  ['["\\x"]', 2],
  ['["a\n"]', 3],
  ['{"a":"b', 7],
  ['{}}', 2],
  ['[}', 1],
];

for (const [text, at] of FAULTS) {
  test(`the fault of ${JSON.stringify(text)}`, () => assert.equal(faultIn(text), at));
}
