import assert from 'node:assert/strict';
import {test} from 'node:test';
import {callRows, callsOf, haste, inFlightText, keepKnown, type Call} from '../../../web/page/src/model/call';
import {parseFilter} from '../../../web/page/src/model/filter';
import {callAgeText} from '../../../web/page/src/model/format';
import {callVocabulary} from '../../../web/page/src/model/vocabulary';
import type {Worker} from '../../../web/page/src/model/worker';
import {call, within} from './call';
import {worker} from './worker';

const workers = new Map<string, Worker>([
  ['Ra', worker('Ra', {host: 'web1', function: 'resting', pid: 11, anchors: ['/trend/a']})],
  ['Rb', worker('Rb', {host: 'web2', function: 'sleeper', pid: 22, state: 'suspect'})],
]);
const workerOf = (id: string) => workers.get(id);
const all = () => true;

/** The ids that a filter shows, with a sign for each level. */
function shown(calls: Call[], text: string, nowMs = 400_000): string[] {
  const filter = parseFilter(text, callVocabulary);
  assert.equal(filter.problem, undefined, filter.problem);
  return callRows(calls, workerOf, (row) => filter.test(row, nowMs)).map(
    (row) => '>'.repeat(row.level) + row.call.id,
  );
}

test('a call is written as people write one', () => {
  assert.equal(inFlightText(call('1', {arguments: '["a", [1, 2]]'})), 'rest("a", [1, 2])');
  assert.equal(inFlightText(call('1', {arguments: '[1, 2…'})), 'rest(1, 2…)');
  assert.equal(inFlightText(call('1', {method: '', arguments: ''})), 'method 00000000000000aa()');
});

test('a call is indented under the one that it was made within', () => {
  const root = call('1');
  const child = within(root, '2');
  const rows = callRows([root, child, within(child, '3'), call('4')], workerOf, all);
  assert.deepEqual(
    rows.map((row) => row.level),
    [0, 1, 2, 0],
  );
  assert.equal(rows[0]!.caller?.host, 'web1');
  assert.equal(callRows([within(root, '2')], workerOf, all)[0]!.level, 0, 'its parent is not there');
});

test('an id means a call of that caller and no other', () => {
  const calls = [call('1', {caller: 'Rx'}), within(call('1'), '2')];
  assert.deepEqual(
    callRows(calls, workerOf, all).map((row) => row.level),
    [0, 0],
  );
});

test('what the filter hides leaves no gap in the indentation', () => {
  const root = call('1');
  const hidden = within(root, '2', {method: 'lock'});
  const calls = [root, hidden, within(hidden, '3')];
  assert.deepEqual(shown(calls, ''), ['1', '>2', '>>3']);
  assert.deepEqual(shown(calls, 'method:rest'), ['1', '>3']);
  assert.deepEqual(shown(calls, 'method:lock'), ['2']);
});

test('calls are filtered by what they are and by either end', () => {
  const calls = [call('1'), call('2', {phase: 'queued', callee: 'Rz', method: 'merge', started_ms: 399_000})];
  assert.deepEqual(shown(calls, 'phase:queued'), ['2']);
  assert.deepEqual(shown(calls, 'rest(6'), ['1']);
  assert.deepEqual(shown(calls, 'method:m*'), ['2']);
  assert.deepEqual(shown(calls, 'callee:sleeper'), ['1']);
  assert.deepEqual(shown(calls, 'caller:ra'), ['1', '2']);
  assert.deepEqual(shown(calls, 'callee:Rz'), ['2']);
  assert.deepEqual(shown(calls, 'id:rz'), ['2']);
  assert.deepEqual(shown(calls, 'host:web2'), ['1']);
  assert.deepEqual(shown(calls, 'host:!web2'), ['2']);
  assert.deepEqual(shown(calls, 'state:suspect'), ['1']);
  assert.deepEqual(shown(calls, 'anchor:/trend'), ['1', '2']);
  assert.deepEqual(shown(calls, 'pid:22'), ['1']);
  assert.deepEqual(shown(calls, 'age>5s'), ['1']);
  assert.deepEqual(shown(calls, 'sleeper'), ['1']);
});

test('a field that calls do not have is named', () => {
  assert.match(parseFilter('colour:red', callVocabulary).problem ?? '', /no field/);
});

test('calls that have not changed are the same objects as before', () => {
  const before = [call('1'), within(call('1'), '2'), call('3')];
  const next = [call('1'), within(call('1'), '2'), call('3', {phase: 'queued'}), call('4')];
  const kept = keepKnown(before, next);
  assert.equal(kept[0], before[0]);
  assert.equal(kept[1], before[1]);
  assert.equal(kept[2], next[2]);
  assert.equal(kept[3], next[3]);
  const orphan = keepKnown(before, [call('2', {depth: 1})])[0]!;
  assert.equal(orphan.parent, null, 'its parent has gone, and that is a change');
});

test("a worker's calls are those that it makes and those that it serves", () => {
  const calls = [call('1'), call('2', {caller: 'Rb', callee: 'Rc'}), call('3', {caller: 'Rc', callee: 'Rd'})];
  assert.deepEqual(
    callsOf(calls, 'Rb').map((one) => one.id),
    ['1', '2'],
  );
});

test('a call is in haste when a fifth of its time is left', () => {
  const timed = call('1', {started_ms: 0, deadline_ms: 1000});
  assert.equal(haste(timed, 700), 'none');
  assert.equal(haste(timed, 900), 'soon');
  assert.equal(haste(timed, 1000), 'late');
  assert.equal(haste(call('1'), 1e12), 'none');
});

test('the age of a call is written in the unit in which it moves', () => {
  assert.equal(callAgeText(-5), '0 ms');
  assert.equal(callAgeText(42.4), '42 ms');
  assert.equal(callAgeText(2449), '2.4 s');
  assert.equal(callAgeText(9999), '9.9 s');
  assert.equal(callAgeText(42_500), '42 s');
  assert.equal(callAgeText(724_000), '12 m 4 s');
});
