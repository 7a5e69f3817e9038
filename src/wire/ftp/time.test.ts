import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { formatTimeValue, parseTimeValue, timeValues } from './time.ts';

const first = Date.parse('0000-01-01T00:00:00.000Z');
const last = Date.parse('9999-12-31T23:59:59.999Z');
const time = fc.integer({ min: first, max: last });

describe('a time value', () => {
  test('is the same however many were shown before it, of whatever days', () => {
    const moment = fc.date({ noInvalidDate: true, min: new Date(-1e12), max: new Date(1e12) });
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(moment, fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(2e8) })),
        ),
        (dates) => {
          const show = timeValues({ fraction: true });
          for (const date of dates) {
            assert.equal(show(date.getTime()), date.toISOString().replaceAll(/[-:TZ]/g, ''));
          }
        },
      ),
    );
  });

  test('is fourteen digits in UTC, and three more if a fraction is wanted', () => {
    const ms = Date.UTC(2026, 10, 22, 1, 2, 3, 45);
    assert.equal(formatTimeValue(ms), '20261122010203');
    assert.equal(formatTimeValue(ms, { fraction: true }), '20261122010203.045');
  });

  test('with its fraction is parsed to the millisecond that it was made of', () => {
    fc.assert(
      fc.property(time, (ms) => {
        assert.equal(parseTimeValue(formatTimeValue(ms, { fraction: true })), ms);
      }),
    );
  });

  test('without a fraction is parsed to the second that it was made of', () => {
    fc.assert(
      fc.property(time, (ms) => {
        assert.equal(parseTimeValue(formatTimeValue(ms)), Math.floor(ms / 1000) * 1000);
      }),
    );
  });

  test('of a year that does not fit is the nearest that does', () => {
    assert.equal(formatTimeValue(Number.MAX_SAFE_INTEGER), '99991231235959');
    assert.equal(formatTimeValue(-Infinity), '00000101000000');
  });

  test('of a part of a millisecond before 1970 is the millisecond that it lies in', () => {
    assert.equal(formatTimeValue(-0.5, { fraction: true }), '19691231235959.999');
  });
});

describe('parsing a time value', () => {
  test('takes a fraction of any length and cuts off what is below a millisecond', () => {
    const second = Date.UTC(1999, 11, 31, 23, 59, 59);
    assert.equal(parseTimeValue('19991231235959.5'), second + 500);
    assert.equal(parseTimeValue('19991231235959.0019999999999'), second + 1);
  });

  test('takes the leap days that exist', () => {
    assert.equal(parseTimeValue('20000229000000'), Date.UTC(2000, 1, 29));
    assert.equal(parseTimeValue('19000229000000'), undefined);
  });

  test('takes second 60 as the one after second 59', () => {
    assert.equal(parseTimeValue('19981231235960'), Date.UTC(1999, 0, 1));
    assert.equal(parseTimeValue('19981231235960.25'), Date.UTC(1999, 0, 1) + 250);
  });

  test('takes no day or time that does not exist', () => {
    const bad = [
      '20260230000000',
      '20260431000000',
      '20260001000000',
      '20261301000000',
      '20260100000000',
      '20260101240000',
      '20260101006000',
      '20260101000061',
      '20260101250060',
    ];
    for (const text of bad) assert.equal(parseTimeValue(text), undefined, text);
  });

  test('takes no other form', () => {
    const bad = [
      '',
      '2026010100000',
      '202601010000000',
      '20260101000000.',
      ' 20260101000000',
      '20260101000000Z',
      '+2026010100000',
      '2026-01-01T00:',
      '20260101000000\n',
    ];
    for (const text of bad) assert.equal(parseTimeValue(text), undefined, text);
  });

  test('takes exactly the digits that would be written for what they mean', () => {
    const digits = fc
      .tuple(fc.nat(9999), fc.nat(14), fc.nat(33), fc.nat(25), fc.nat(61), fc.nat(59))
      .map(([year, ...rest]) => [String(year).padStart(4, '0'), ...rest.map(twoDigits)].join(''));
    fc.assert(
      fc.property(digits, (text) => {
        const ms = parseTimeValue(text);
        if (ms !== undefined) assert.equal(formatTimeValue(ms), text);
      }),
    );
  });
});

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
