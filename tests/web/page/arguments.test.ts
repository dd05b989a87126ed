import assert from 'node:assert/strict';
import {test} from 'node:test';
import {
  check,
  commandLine,
  initialText,
  isSecret,
  parseAnchors,
  shellWord,
} from '../../../web/page/src/model/arguments';

const json = (type: string, text: string) => {
  const checked = check({name: 'x', type}, text);
  return 'json' in checked ? checked.json : undefined;
};

test('text is sent as JSON whatever stands in it', () => {
  assert.equal(json('text', ''), '""');
  assert.equal(json('text', 'a "b" \\ \n</script>'), JSON.stringify('a "b" \\ \n</script>'));
});

test('whole numbers keep all their digits and their range', () => {
  assert.equal(json('u64', '18446744073709551615'), '18446744073709551615');
  assert.equal(json('i64', '-9223372036854775808'), '-9223372036854775808');
  assert.equal(json('u8', ' 007 '), '7');
  for (const [type, text] of [
    ['u64', '18446744073709551616'],
    ['u8', '256'],
    ['u8', '-1'],
    ['i8', '128'],
    ['i32', '1.5'],
    ['i32', ''],
    ['i32', '1e3'],
    ['i32', '0x10'],
  ] as const)
    assert.equal(json(type, text), undefined, `${type} ${text}`);
});

test('numbers are valid JSON however they are typed', () => {
  for (const text of ['1', '-1.5', '.5', '5.', '1e9', '+1', 'NaN', '1e', '', 'Infinity']) {
    const out = json('f64', text);
    if (out !== undefined) assert.equal(JSON.parse(out), Number(text), text);
  }
  assert.equal(json('f64', '.5'), '0.5');
  assert.equal(json('f64', 'NaN'), undefined);
});

test('all other types are JSON, checked as JSON', () => {
  assert.equal(json('list<i32>', '[1, 2]'), '[1, 2]');
  assert.equal(json('list<i32>', '[1, 2'), undefined);
  assert.equal(json('optional<text>', 'null'), 'null');
});

test('defaults stand in the widgets as people write them', () => {
  assert.equal(initialText({name: 'x', type: 'text', default: '"a\\"b"'}), 'a"b');
  assert.equal(initialText({name: 'x', type: 'f64', default: '60'}), '60');
  assert.equal(initialText({name: 'x', type: 'bool'}), 'false');
});

test('the line for a terminal is quoted so that a shell gives back the very words', () => {
  const greet = {name: 'greet', signature: '', executable: '', id: '', parameters: [], result: 'text'};
  assert.equal(
    commandLine('localhost', ['/t'], greet, ['"it\'s"']),
    `circuit spawn localhost -a /t greet '"it'\\''s"'`,
  );
  assert.equal(shellWord('$(rm -rf /)'), `'$(rm -rf /)'`);
  assert.equal(shellWord(''), `''`);
});

test('a secret is typed as a plain value and not shown', () => {
  assert.equal(json('secret<text>', 'hunter2'), '"hunter2"');
  assert.equal(json('secret<u8>', '256'), undefined);
  assert.ok(isSecret('secret<text>') && !isSecret('text'));
  const login = {
    name: 'login',
    signature: '',
    executable: '',
    id: '',
    parameters: [
      {name: 'user', type: 'text'},
      {name: 'key', type: 'secret<text>'},
    ],
    result: 'void',
  };
  assert.equal(
    commandLine('localhost', [], login, ['"me"', '"hunter2"']),
    `circuit spawn localhost login '"me"' '***'`,
  );
});

test('anchors are paths', () => {
  assert.deepEqual(parseAnchors(' /a/b, /c '), ['/a/b', '/c']);
  assert.deepEqual(parseAnchors(''), []);
  assert.ok(!Array.isArray(parseAnchors('a')));
  assert.ok(!Array.isArray(parseAnchors('/a//b')));
});
