import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Cluster} from '../../../web/page/src/model/cluster';
import type {DeltaMessage, SnapshotMessage, Worker} from '../../../web/page/src/model/worker';
import {worker} from './worker';

const snapshot = (sequence: number, workers: Worker[]): SnapshotMessage => ({
  type: 'snapshot',
  role: 'operate',
  cluster: '',
  now_ms: 0,
  sequence,
  hosts: [],
  workers,
});
const delta = (from: number, to: number, changed: Worker[], removed: string[] = []): DeltaMessage => ({
  type: 'delta',
  from,
  to,
  now_ms: 0,
  changed,
  removed,
});

test('deltas lead from snapshot to snapshot', () => {
  const cluster = new Cluster();
  cluster.applySnapshot(snapshot(5, [worker('Ra'), worker('Rb')]));
  assert.equal(cluster.applyDelta(delta(5, 8, [worker('Rc'), worker('Ra', {state: 'dead'})], ['Rb'])), true);
  assert.equal(cluster.sequence, 8);
  assert.deepEqual([...cluster.workers.keys()].sort(), ['Ra', 'Rc']);
  assert.equal(cluster.workers.get('Ra')?.state, 'dead');
});

test('a delta that starts elsewhere changes nothing', () => {
  const cluster = new Cluster();
  cluster.applySnapshot(snapshot(5, [worker('Ra')]));
  assert.equal(cluster.applyDelta(delta(6, 7, [worker('Rb')], ['Ra'])), false);
  assert.deepEqual([...cluster.workers.keys()], ['Ra']);
  assert.equal(cluster.sequence, 5);
});

test('births and deaths are counted from the first snapshot on, each once', () => {
  const cluster = new Cluster();
  cluster.applySnapshot(snapshot(1, [worker('Ra'), worker('Rb'), worker('Rold', {state: 'dead'})]));
  assert.deepEqual([cluster.spawned, cluster.died], [0, 0]);
  cluster.applyDelta(delta(1, 2, [worker('Ra', {state: 'dead'}), worker('Rc')]));
  cluster.applyDelta(delta(2, 3, [], ['Ra', 'Rold']));
  cluster.applyDelta(delta(3, 4, [], ['Rb']));
  assert.deepEqual([cluster.spawned, cluster.died], [1, 2]);
});

test('a second snapshot replaces what the page had', () => {
  const cluster = new Cluster();
  cluster.applySnapshot(snapshot(1, [worker('Ra'), worker('Rb')]));
  cluster.applySnapshot(snapshot(9, [worker('Rb'), worker('Rc')]));
  assert.deepEqual([...cluster.workers.keys()].sort(), ['Rb', 'Rc']);
  assert.deepEqual([cluster.spawned, cluster.died], [1, 1]);
});
