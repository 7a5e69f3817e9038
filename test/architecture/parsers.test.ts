import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { failed } from '../../src/base/failure.ts';
import { INITIAL } from '../../src/protocols/ftp/state.ts';
import { TABLE } from '../../src/protocols/ftp/verbs/table.ts';
import { anything, onlyWireErrors, REPRESENTATIONS } from './arbitraries.ts';
import { PARSERS } from './parsers.ts';
import { sourcesIn } from './scan.ts';

/** What reads something that came from elsewhere, by the names that such things have here. */
const EXPORTED =
  /^export (?:async )?(?:function\*? ((?:parse|read|split)[A-Z]\w*)|class (\w*(?:Parser|Decoder|Filter|FromWire|Inflater))\b)/gm;

const FOLDERS = /^src\/(?:wire\/|protocols\/ftp\/restart-marker\.ts$)/;

function parsersInSources(): string[] {
  return sourcesIn('src')
    .filter(({ path, isTest }) => FOLDERS.test(path) && !isTest)
    .flatMap(({ path, text }) =>
      [...text.matchAll(EXPORTED)].map(([, name, type]) => `${path} ${name ?? type}`),
    );
}

suite('parsers', () => {
  test('every one of them has a row with its properties, and every row is one', () => {
    assert.deepEqual(parsersInSources().toSorted(), Object.keys(PARSERS).toSorted());
    const wholes = Object.values(PARSERS).flatMap((row) => ('within' in row ? [row.within] : []));
    assert.deepEqual(
      wholes.filter((name) => !('read' in (PARSERS[name] ?? {}))),
      [],
    );
  });

  for (const [name, row] of Object.entries(PARSERS)) {
    if ('within' in row) continue;
    test(`${name} takes anything, and reads what is written in its form`, async () => {
      const survives = fc.asyncProperty(anything, async (bytes) => {
        try {
          await row.read(bytes);
        } catch (error) {
          onlyWireErrors(error);
        }
      });
      await fc.assert(survives);
      await fc.assert(row.goesRound as fc.IAsyncProperty<unknown>);
    });
  }

  test('the grammar of every verb reads any argument, or refuses it as an argument or a name', () => {
    const rows = TABLE.flatMap((row) => [row, ...(row.subcommands ?? [])]);
    assert.ok(rows.length > 80, `only ${rows.length}`);
    const states = REPRESENTATIONS.map((representation) => ({ ...INITIAL, representation }));
    fc.assert(
      fc.property(anything, fc.constantFrom(...states), (bytes, state) => {
        const text = bytes.toString('utf8').replaceAll(/[\r\n]/g, '');
        for (const { name, grammar } of rows) {
          try {
            grammar?.parse(text, state);
          } catch (error) {
            assert.ok(
              failed(error, 'name-refused'),
              `${name} ${JSON.stringify(text)}: ${String(error)}`,
            );
          }
        }
      }),
    );
  });
});
