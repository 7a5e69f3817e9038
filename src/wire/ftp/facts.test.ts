import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { FACTS, formatFacts, parseFacts, parseFactSelection } from './facts.ts';

const factName = fc.oneof(
  fc.constantFrom(...FACTS, '__proto__', 'constructor', 'toString'),
  fc.stringMatching(/^[!-:<>-~]{1,8}$/),
);
const factValue = fc.stringMatching(/^[!-:<-~]{0,8}$/);
const facts = fc.array(fc.tuple(factName, factValue), { maxLength: 6 });
const name = fc.string({ minLength: 1, unit: 'binary' });

describe('a line of facts', () => {
  test('has a semicolon behind each fact and one space before the name', () => {
    const facts = [
      ['type', 'file'],
      ['size', '3'],
    ] as const;
    assert.equal(formatFacts(facts, 'a b'), 'type=file;size=3; a b');
    assert.equal(formatFacts(new Map(facts), ' a'), 'type=file;size=3;  a');
  });

  test('without facts still has the space', () => {
    assert.equal(formatFacts([], 'name'), ' name');
  });

  test('leaves out a fact that would be read as another', () => {
    const facts = [
      ['unique', 'a;perm=w'],
      ['type', 'a b'],
      ['modify', '1\r\n'],
      ['a=b', '1'],
      ['', '1'],
      ['size', '3'],
    ] as const;
    assert.equal(formatFacts(facts, 'x'), 'size=3; x');
  });

  test('is parsed to the facts and the name that it was made of', () => {
    fc.assert(
      fc.property(facts, name, (facts, name) => {
        const expected = new Map(facts.map(([fact, value]) => [fact.toLowerCase(), value]));
        assert.deepEqual(parseFacts(formatFacts(facts, name)), { facts: expected, name });
      }),
      { numRuns: 1000 },
    );
  });

  test('with any facts at all is parsed to its own name', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string())), name, (facts, name) => {
        assert.equal(parseFacts(formatFacts(facts, name))?.name, name);
      }),
    );
  });
});

describe('parsing facts', () => {
  test('takes fact names in any case, a value with an equals sign, no last semicolon', () => {
    assert.deepEqual(parseFacts('Type=dir;UNIX.mode=0755;x=a=b  lead'), {
      facts: new Map([
        ['type', 'dir'],
        ['unix.mode', '0755'],
        ['x', 'a=b'],
      ]),
      name: ' lead',
    });
  });

  test('makes no object key of a fact name', () => {
    const line = parseFacts('__proto__=polluted;constructor=x; name');
    assert.equal(line?.facts.get('__proto__'), 'polluted');
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });

  test('refuses what is no line of facts', () => {
    const bad = [
      '',
      ' ',
      'name',
      'type=file;size=3;',
      'type=file; ',
      '-rw-r--r-- 1 a b 3 Jan  1 2020 x',
      'type;size=3; x',
      '=file; x',
      ';; x',
    ];
    for (const line of bad) assert.equal(parseFacts(line), undefined, line);
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '=', ';', ' ', '\r') }), (line) => {
        const read = parseFacts(line);
        if (read !== undefined) assert.ok(line.endsWith(` ${read.name}`));
      }),
    );
  });
});

describe('choosing facts', () => {
  test('gives those that are known, in their order, however they are written', () => {
    assert.deepEqual(parseFactSelection('SIZE; type;unix.MODE;nonsense;size;'), [
      'type',
      'size',
      'UNIX.mode',
    ]);
  });

  test('with no names chooses none', () => {
    assert.deepEqual(parseFactSelection(''), []);
    assert.deepEqual(parseFactSelection('__proto__;constructor;'), []);
  });

  test('gives back any choice that it is told', () => {
    fc.assert(
      fc.property(fc.subarray([...FACTS]), (chosen) => {
        assert.deepEqual(parseFactSelection(chosen.map((fact) => `${fact};`).join('')), chosen);
      }),
    );
  });
});
