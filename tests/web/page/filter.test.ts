import assert from 'node:assert/strict';
import {test} from 'node:test';
import {parseFilter as parse} from '../../../web/page/src/model/filter';
import {workerVocabulary} from '../../../web/page/src/model/vocabulary';
import {worker} from './worker';

const parseFilter = (text: string) => parse(text, workerVocabulary);

const web1 = worker('R1', {host: 'web1', pid: 4711, started_ms: 0});
const web2 = worker('R2', {
  host: 'web2',
  state: 'dead',
  function: 'reducer',
  arguments: '[3]',
  anchors: ['/trend/reducer'],
});

function shown(text: string): string[] {
  const filter = parseFilter(text);
  assert.equal(filter.problem, undefined, filter.problem);
  return [web1, web2].filter((w) => filter.test(w, 400_000)).map((w) => w.id);
}

test('nothing typed shows all', () => assert.deepEqual(shown('  '), ['R1', 'R2']));

test('a word is looked for in id, host, pid, function, arguments and anchors', () => {
  assert.deepEqual(shown('WEB1'), ['R1']);
  assert.deepEqual(shown('471'), ['R1']);
  assert.deepEqual(shown('reducer(3'), ['R2']);
  assert.deepEqual(shown('/trend'), ['R2']);
  assert.deepEqual(shown('nowhere'), []);
});

test('a field is compared as a whole, with * for anything', () => {
  assert.deepEqual(shown('host:web'), []);
  assert.deepEqual(shown('host:web*'), ['R1', 'R2']);
  assert.deepEqual(shown('host:web* state:dead'), ['R2']);
  assert.deepEqual(shown('pid:4711'), ['R1']);
  assert.deepEqual(shown('host:w.b1'), [], 'a dot is a dot');
});

test('! means the contrary, before a word, before a field, and before a value', () => {
  assert.deepEqual(shown('state:!dead'), ['R1']);
  assert.deepEqual(shown('!state:dead'), ['R1']);
  assert.deepEqual(shown('!web1'), ['R2']);
  assert.deepEqual(shown('!state:!dead'), ['R2']);
});

test('an anchor means all that stands under it, and not its namesake', () => {
  assert.deepEqual(shown('anchor:/trend'), ['R2']);
  assert.deepEqual(shown('anchor:/tren'), []);
});

test('ages are compared', () => {
  assert.deepEqual(shown('age>6m'), ['R1', 'R2']);
  assert.deepEqual(shown('age<399.5s'), ['R2']);
});

test('quotes hold spaces together', () => {
  const spaced = worker('R3', {function: 'a b'});
  assert.equal(parseFilter('function:"a b"').test(spaced, 0), true);
});

test('what cannot be understood is named, and its text is kept as it was typed', () => {
  for (const text of ['colour:red', 'constructor:x', 'age:5', 'age>x', 'host:', 'pid>5', '!']) {
    const filter = parseFilter(`ok ${text}`);
    assert.ok(filter.problem, text);
    assert.equal(filter.tokens.map((token) => token.text).join(''), `ok ${text}`);
  }
});

test('a field of calls says where calls are', () => {
  assert.match(parseFilter('phase:queued').problem ?? '', /of calls; press 2/);
});

test('no text breaks the parser or loses a character', () => {
  const signs = ['a', ':', '!', '"', '*', '>', ' ', '(', '[', '\\', '\u{1f642}', '.', '?'];
  for (let n = 0; n < 2000; n += 1) {
    let text = '';
    for (let i = 0, x = n * 7919; i < 8; i += 1, x = Math.floor(x / 3))
      text += signs[(x * 31 + i * n) % signs.length];
    const filter = parseFilter(text);
    assert.equal(filter.tokens.map((token) => token.text).join(''), text);
    filter.test(web1, 0);
  }
});
