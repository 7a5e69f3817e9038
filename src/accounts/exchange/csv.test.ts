import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { formatCsv, parseCsv } from './csv.ts';

suite('a table as CSV', () => {
  test('is read as it was written, whatever stands in it', () => {
    const cell = fc.oneof(
      fc.string(),
      fc.constantFrom('=1+1', '+1', '-x', '@a', "'=1", "''", '\t', 'a,b', 'a;b', '"', 'x\r\ny'),
    );
    const rows = fc.array(fc.tuple(fc.constantFrom('name', 'n'), cell, cell), { minLength: 1 });
    fc.assert(
      fc.property(rows, (table) => {
        const written = formatCsv([['a', 'b', 'c'], ...table]);
        const read = parseCsv(written)?.slice(1);
        assert.deepEqual(
          read?.map(({ cells }) => cells),
          table,
        );
      }),
    );
  });

  test('holds nothing that a spreadsheet would compute', () => {
    for (const evil of ['=cmd|x', '+1', '-1', '@SUM(1)', '\t=1']) {
      const cells = formatCsv([[evil]])
        .trimEnd()
        .replaceAll('"', '');
      assert.equal(cells[0], "'", evil);
    }
  });

  test('may have semicolons, a byte order mark, any line ends and empty lines', () => {
    const read = parseCsv('\uFEFFname;quota\r\n\r\nanna;"1;2"\nbob;\rcarl;3');
    assert.deepEqual(read, [
      { line: 1, cells: ['name', 'quota'] },
      { line: 3, cells: ['anna', '1;2'] },
      { line: 4, cells: ['bob', ''] },
      { line: 5, cells: ['carl', '3'] },
    ]);
  });

  test('is no table if a quoted text has no end', () => {
    assert.equal(parseCsv('name\n"anna'), undefined);
    assert.equal(parseCsv('name\n"an"na\n'), undefined);
  });
});
