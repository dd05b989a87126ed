import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ageText, countText, durationText, resultText} from '../../../web/page/src/model/format';

test('ages are one figure, durations two', () => {
  assert.deepEqual([-5, 999, 60_000, 3_600_000, 47 * 3_600_000, 48 * 3_600_000].map(ageText), [
    '0 s',
    '0 s',
    '1 m',
    '1 h',
    '47 h',
    '2 d',
  ]);
  assert.equal(durationText(11_520_000), '3 h 12 m');
  assert.equal(durationText(0), '0 s');
});

test('large counts are grouped', () => assert.equal(countText(1204), '1\u202f204'));

test('a result that is a text is shown without its quotes, all else as it is', () => {
  assert.equal(resultText('"Hello X"'), 'Hello X');
  assert.equal(resultText('18446744073709551615'), '18446744073709551615');
  assert.equal(resultText('"broken'), '"broken');
});
