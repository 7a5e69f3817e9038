import type { Clock } from '../../base/clock.ts';
import { describeProof, type TransferEvent } from '../../client/transfer/outcome.ts';
import { Board, type Running } from './board.ts';
import type { Ending, Progress, Summary, Title, Track } from './progress.ts';
import { perSecond } from './rate.ts';
import { etaOf } from './transfer-state.ts';

/** Milliseconds between two events that say no more than how far a transfer is. */
const INTERVAL = 1000;

/** Tells of transfers in lines of JSON. */
export class JsonProgress implements Progress {
  readonly #board: Board;
  readonly #clock: Clock;
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void, clock: Clock) {
    this.#board = new Board(clock.monotonic());
    this.#clock = clock;
    this.#write = write;
  }

  expect(files: number, bytes: number | undefined): void {
    this.#board.expect(files, bytes);
    this.#say({ type: 'expect', files, bytes: bytes ?? null });
  }

  begin(title: Title): Track {
    const running = this.#board.begin(title, this.#clock.monotonic());
    this.#say({ type: 'begin', id: running.id, path: title.name, ...routeOf(title) });
    let said = Number.NEGATIVE_INFINITY;
    return {
      listen: (event) => {
        const now = this.#clock.monotonic();
        this.#board.listen(running, event, now);
        const isSmall = event.kind === 'moved' || event.kind === 'checked';
        if (isSmall && now - said < INTERVAL) return;
        if (isSmall) said = now;
        this.#say({ ...this.#progressOf(running, now), ...detailOf(event) });
      },
      end: (ending) => {
        this.#board.end(running, ending);
        this.#say({ id: running.id, path: title.name, ...routeOf(title), ...endOf(ending) });
      },
    };
  }

  summarize({ milliseconds, ...counts }: Summary): void {
    this.#say({ type: 'summary', ...counts, seconds: milliseconds / 1000 });
  }

  note(...lines: readonly string[]): void {
    for (const text of lines) this.#say({ type: 'note', text });
  }

  [Symbol.dispose](): void {}

  #progressOf({ id, title, state }: Running, now: number): Record<string, unknown> {
    const left = state.size === undefined ? undefined : state.size - state.position;
    const rate = perSecond(state.rate, now);
    const eta = etaOf(left, state.steadyRate, now);
    return {
      type: 'progress',
      id,
      path: title.name,
      phase: state.phase,
      bytes: state.position,
      total: state.size ?? null,
      resumed: state.before ?? 0,
      rate: rate === undefined ? null : Math.round(rate),
      eta: eta === undefined ? null : Math.round(eta / 1000),
    };
  }

  #say(event: Readonly<Record<string, unknown>>): void {
    this.#write(JSON.stringify({ ts: new Date(this.#clock.now()).toISOString(), ...event }));
  }
}

function routeOf({ direction, source, target }: Title): Record<string, string> {
  return { direction, source, target };
}

function detailOf(event: TransferEvent): Record<string, unknown> {
  if (event.kind === 'checked') return { checked: event.bytes, of: event.of };
  if (event.kind !== 'retry') return {};
  const { attempt, of, wait, because } = event;
  return { type: 'retry', attempt, of, wait: wait / 1000, because };
}

function endOf(ending: Ending): Record<string, unknown> {
  if (ending.kind === 'failed') {
    const { code, message, replyCode } = ending.failure;
    return { type: 'failed', code, message, replyCode: replyCode ?? null };
  }
  if (ending.kind === 'kept' || ending.kind === 'over') return { type: ending.kind };
  const { size, resumed, moved, attempts, proof, wasThere } = ending.outcome;
  return {
    type: 'done',
    bytes: size,
    resumed,
    moved,
    attempts,
    proof: describeProof(proof),
    verified: proof.kind !== 'size',
    wasThere,
  };
}
