import assert from 'node:assert/strict';
import {test} from 'node:test';
import {buildTree, flatten} from '../../../web/page/src/model/anchors';
import {worker} from './worker';

test('a worker counts once in each directory above its anchors, however many it has there', () => {
  const tree = buildTree([
    worker('Ra', {anchors: ['/trend/reducer/1', '/trend/reducer/2', '/host/a']}),
    worker('Rb', {anchors: ['/trend/mapper', '/host/a']}),
  ]);
  const trend = tree.directories.get('trend')!;
  assert.equal(tree.count, 2);
  assert.equal(trend.count, 2);
  assert.equal(trend.directories.get('reducer')!.count, 1);
});

test('the dead leave the tree, and with them the directories that they alone kept', () => {
  const tree = buildTree([worker('Ra', {anchors: ['/gone/deep'], state: 'dead'})]);
  assert.equal(tree.directories.size, 0);
});

test('only what is unfolded is seen, directories before workers, by name', () => {
  const tree = buildTree([worker('Rb', {anchors: ['/t/x', '/t']}), worker('Ra', {anchors: ['/t', '/s']})]);
  const seen = (open: string[]) =>
    flatten(tree, new Set(open)).map((row) => `${row.depth} ${row.directory?.path ?? row.worker?.id}`);
  assert.deepEqual(seen([]), ['0 /s', '0 /t']);
  assert.deepEqual(seen(['/t']), ['0 /s', '0 /t', '1 /t/x', '1 Ra', '1 Rb']);
});

test('names that mean something to JavaScript are names like any other', () => {
  const tree = buildTree([worker('Ra', {anchors: ['/__proto__/constructor', '//double//slash/']})]);
  assert.equal(tree.directories.get('__proto__')!.directories.get('constructor')!.count, 1);
  assert.equal(tree.directories.get('double')!.directories.get('slash')!.workers.length, 1);
});
