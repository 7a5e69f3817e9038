import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import type { TransferEvent } from '../../client/transfer/outcome.ts';
import { bar } from './bar.ts';
import { Board } from './board.ts';
import { page } from './page.ts';
import type { Paint } from './row.ts';
import { widthOf } from './text.ts';
import { advance, newState, percentOf } from './transfer-state.ts';

const MiB = 2 ** 20;
const bare: Paint = (_tone, text) => text;

/** A board on which these transfers run, each after these events, all at once at `at` ms. */
function boardWith(
  transfers: Readonly<Record<string, readonly TransferEvent[]>>,
  steps: readonly { readonly at: number; readonly bytes: number }[] = [],
): Board {
  const board = new Board(0);
  const names = Object.entries(transfers);
  board.expect(names.length, names.length * 100 * MiB);
  for (const [name, events] of names) {
    const running = board.begin({ name, direction: 'upload', source: name, target: name }, 0);
    for (const event of events) board.listen(running, event, 0);
    for (const { at, bytes } of steps) board.listen(running, { kind: 'moved', bytes }, at);
  }
  return board;
}

function draw(board: Board, columns: number, rows = 24, now = 10_000): string[] {
  const shown = board.running.map(({ title, state }) => ({ name: title.name, state }));
  return page(shown, board.totals, { columns, rows }, now, bare);
}

/** The last column of the line of a transfer after these events, at `now` ms. */
function status(events: readonly TransferEvent[], now: number): string | undefined {
  return draw(boardWith({ x: events }), 80, 24, now)[0]
    ?.slice(54)
    .trim();
}

const RUNNING: readonly TransferEvent[] = [
  { kind: 'phase', phase: 'checking' },
  { kind: 'size', bytes: 100 * MiB },
  { kind: 'resumed', bytes: 25 * MiB },
  { kind: 'phase', phase: 'transferring' },
];
const STEADY = Array.from({ length: 100 }, (_, index) => ({ at: index * 100, bytes: MiB / 4 }));

suite('the page', () => {
  test('one transfer is one line: name, percent, bar, bytes, rate, ETA', () => {
    assert.deepEqual(draw(boardWith({ 'film.mkv': RUNNING }, STEADY), 80), [
      'film.mkv          50%  [::===>     ]     50.0/100 MiB  2.48 MiB/s  ETA  0:21',
    ]);
  });

  test('it becomes narrower column by column', () => {
    const board = boardWith({ 'a-rather-long-name.mkv': RUNNING }, STEADY);
    assert.deepEqual(
      [120, 66, 50, 20, 8, 3].map((columns) => draw(board, columns)),
      [
        [
          'a-rather-long-name.mkv   50%  [:::::::=======>             ]     50.0/100 MiB  2.48 MiB/s  ETA  0:21',
        ],
        ['a-rather…ame.mkv   50%     50.0/100 MiB  2.48 MiB/s  ETA  0:21'],
        ['a-rather…name.mkv   50%  2.48 MiB/s  ETA  0:21'],
        ['a-rath…me.mkv   50%'],
        [' 50%'],
        ['5…'],
      ],
    );
  });

  test('several have a line each, as many as fit, and a total', () => {
    const names = Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [`file-${index}`, RUNNING] as const),
    );
    const lines = draw(boardWith(names), 80, 6);
    assert.deepEqual(
      lines.map((line) => line.slice(0, 15).trim()),
      ['file-0', 'file-1', 'file-2', '+6 more files', '0/9 files'],
    );
  });

  test('no line ever reaches the last column, and there are never more lines than rows', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1 });
    const event = fc.oneof(
      fc.constantFrom<TransferEvent>(...RUNNING, {
        kind: 'retry',
        attempt: 3,
        of: 5,
        wait: 9e8,
        because: 'x',
      }),
      fc.nat(200 * MiB).map((bytes): TransferEvent => ({ kind: 'moved', bytes })),
    );
    const transfers = fc.dictionary(name, fc.array(event), { maxKeys: 8, noNullPrototype: true });
    fc.assert(
      fc.property(
        transfers,
        fc.integer({ min: 2, max: 200 }),
        fc.integer({ min: 2, max: 12 }),
        fc.nat(100_000),
        (transfers, columns, rows, now) => {
          const lines = draw(boardWith(transfers), columns, rows, now);
          for (const line of lines) assert.ok(widthOf(line) < columns, line);
          assert.ok(lines.length < rows, lines.join('\n'));
        },
      ),
    );
  });
});

suite('what is said of a transfer', () => {
  test('phases are named', () => {
    assert.equal(status([{ kind: 'phase', phase: 'connecting' }], 0), 'connecting');
    const checked: TransferEvent = { kind: 'checked', bytes: 45, of: 60 };
    assert.equal(status([{ kind: 'phase', phase: 'verifying' }, checked], 0), 'verifying 75%');
  });

  test('nobody guesses before there is something to guess from', () => {
    const moved: TransferEvent = { kind: 'moved', bytes: MiB };
    assert.equal(status([...RUNNING, moved], 500), 'ETA --:--');
    assert.match(status([...RUNNING, moved], 2000) ?? '', /iB\/s {2}ETA --:--$/);
  });

  test('a silent line is called stalled, and a retry is counted down', () => {
    assert.equal(status(RUNNING, 12_345), 'stalled 12s');
    const retry: TransferEvent = { kind: 'retry', attempt: 2, of: 5, wait: 4000, because: 'lost' };
    assert.equal(status([...RUNNING, retry], 0), 'retry 2/5 in 4s');
    assert.equal(status([...RUNNING, retry], 4000), 'retry 2/5');
  });
});

test('percent is rounded down, and 100 is for those who have finished', () => {
  assert.deepEqual(
    [0, 1, 1999, 2000, 3000].map((position) => percentOf(position, 2000)),
    [0, 0, 99, 99, 99],
  );
});

test('what an earlier run has moved stays what was there before, however often it is retried', () => {
  const events: readonly TransferEvent[] = [
    { kind: 'resumed', bytes: 10 },
    { kind: 'moved', bytes: 30 },
    { kind: 'resumed', bytes: 35 },
    { kind: 'moved', bytes: 5 },
  ];
  const state = events.reduce((state, event) => advance(state, event, 0), newState(0));
  assert.equal(state.before, 10);
  assert.equal(state.position, 40);
});

test('files that have ended count in the total, those that failed as far as they came', () => {
  const board = boardWith({ one: RUNNING, two: RUNNING, three: RUNNING });
  const [one, two] = board.running;
  assert.ok(one && two);
  const outcome = {
    size: 100 * MiB,
    resumed: 25 * MiB,
    moved: 75 * MiB,
    attempts: 1,
    proof: { kind: 'size' },
    wasThere: false,
  } as const;
  board.end(one, { kind: 'done', outcome });
  board.end(one, { kind: 'done', outcome });
  const { ended, position, before } = board.totals;
  assert.deepEqual([ended, position, before], [1, 150 * MiB, 75 * MiB]);
});

test('a bar is full only when all is there', () => {
  assert.equal(bar(0.2, 0.999, 12), '[::=======>]');
  assert.equal(bar(0, 0, 12), '[          ]');
  assert.equal(bar(0.5, 1, 12), '[:::::=====]');
  assert.equal(bar(0, 0.5, 2), '');
});
