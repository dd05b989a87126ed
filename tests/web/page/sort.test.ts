import assert from 'node:assert/strict';
import {test} from 'node:test';
import {sorted, type Column} from '../../../web/page/src/model/sort';
import {worker} from './worker';

const ids = (workers: {id: string}[]) => workers.map((w) => w.id);

test('equal rows stand in the order of their ids, whichever way the column goes', () => {
  const rows = [worker('Rc'), worker('Ra'), worker('Rb')];
  for (const column of ['state', 'host', 'pid', 'function', 'anchors', 'age'] as Column[]) {
    assert.deepEqual(ids(sorted(rows, {column, descending: false})), ['Ra', 'Rb', 'Rc'], column);
    assert.deepEqual(ids(sorted(rows, {column, descending: true})), ['Ra', 'Rb', 'Rc'], column);
  }
});

test('pids are numbers, and the youngest comes first', () => {
  const rows = [worker('Ra', {pid: 9, started_ms: 5}), worker('Rb', {pid: 10, started_ms: 9})];
  assert.deepEqual(ids(sorted(rows, {column: 'pid', descending: false})), ['Ra', 'Rb']);
  assert.deepEqual(ids(sorted(rows, {column: 'age', descending: false})), ['Rb', 'Ra']);
});

test('what needs an eye comes first', () => {
  const rows = [worker('Ra'), worker('Rb', {state: 'dead'}), worker('Rc', {state: 'suspect'})];
  assert.deepEqual(ids(sorted(rows, {column: 'state', descending: false})), ['Rc', 'Rb', 'Ra']);
});

test('ten thousand rows are sorted within a frame or two, and the input stays as it is', () => {
  const rows = Array.from({length: 10_000}, (_, i) => worker(`R${(i * 7919) % 10_000}`, {host: `h${i % 7}`}));
  const first = rows[0];
  const began = performance.now();
  sorted(rows, {column: 'host', descending: true});
  assert.ok(performance.now() - began < 500);
  assert.equal(rows[0], first);
});
