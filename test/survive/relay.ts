import type { Socket } from 'node:net';
import type { Channel, Direction, Fault } from './faults.ts';
import { breakOff } from './sockets.ts';

/** A slow relay sends so often, in ms. */
const TICK_MS = 20;

/** One direction of a relay. */
interface Lane {
  readonly from: Socket;
  readonly to: Socket;
  /** Bytes that have passed since the fault was armed. */
  passed: number;
  /** All bytes that came, and those of them that went on. */
  came: number;
  went: number;
  state: 'open' | 'slow' | 'held' | 'closed';
  /** When what it has taken has passed, on a line with a rate; monotonic ms. */
  busyUntil: number;
  /** Bytes that are held back. */
  readonly held: Buffer[];
  /** The sender has ended in order. */
  isEnded: boolean;
}

/** What a relay stands between. */
export interface Ends {
  readonly channel: Channel;
  readonly client: Socket;
  readonly server: Socket;
  /** In each direction; as fast as it goes unless said. */
  readonly bytesPerSecond?: number | undefined;
}

/** Told when the byte of a fault has come, before anything behind it passes. */
export type OnStrike = (fault: Fault) => void;

/**
 * One connection through the proxy: passes everything on, ends included, until a fault tells it
 * otherwise.
 */
export class Relay {
  readonly channel: Channel;
  readonly #lanes: Readonly<Record<Direction, Lane>>;
  readonly #onStrike: OnStrike;
  readonly #bytesPerSecond: number | undefined;
  #fault: Fault | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(ends: Ends, onStrike: OnStrike) {
    const { channel, client, server } = ends;
    this.channel = channel;
    this.#onStrike = onStrike;
    this.#bytesPerSecond = ends.bytesPerSecond;
    this.#lanes = { up: lane(client, server), down: lane(server, client) };
    for (const direction of ['up', 'down'] as const) {
      const { from } = this.#lanes[direction];
      from.on('data', (chunk: Buffer) => {
        const lane = this.#lanes[direction];
        // What is sent into a line that is cut already goes nowhere.
        if (lane.state !== 'closed') lane.came += chunk.length;
        this.pass(direction, chunk);
      });
      from.on('end', () => this.#end(direction));
      from.on('error', () => {});
      from.on('close', (hadError) => this.#close(direction, hadError));
    }
  }

  /** Bytes that came from the sender until now, and those of them that went on. */
  traffic(direction: Direction): { readonly came: number; readonly went: number } {
    const { came, went } = this.#lanes[direction];
    return { came, went };
  }

  /** Counts from here on. */
  arm(fault: Fault): void {
    if (fault.channel !== this.channel) return;
    this.#fault = fault;
    this.#lanes[fault.direction].passed = 0;
    if (fault.at === 0) this.#strike();
  }

  /** Bytes that came from one side, on their way to the other. */
  pass(direction: Direction, chunk: Buffer): void {
    const lane = this.#lanes[direction];
    if (this.#fault?.direction === direction && lane.state === 'open') {
      const left = this.#fault.at - lane.passed;
      if (chunk.length >= left) {
        this.#send(lane, chunk.subarray(0, left));
        this.#strike();
        this.pass(direction, chunk.subarray(left));
        return;
      }
      lane.passed += chunk.length;
    }
    if (chunk.length === 0 || lane.state === 'closed') return;
    if (lane.state === 'open') this.#send(lane, chunk);
    else lane.held.push(chunk);
    if (lane.state === 'slow') lane.from.pause();
  }

  /** Does what a fault is. */
  suffer(fault: Fault): void {
    const { up, down } = this.#lanes;
    switch (fault.kind) {
      case 'fin':
        for (const lane of [up, down]) {
          lane.state = 'closed';
          lane.to.end();
        }
        break;
      case 'rst':
        this.#reset();
        break;
      case 'silence':
      case 'late':
        for (const lane of [up, down]) lane.state = 'held';
        break;
      case 'half-close': {
        const lane = this.#lanes[fault.direction];
        lane.state = 'closed';
        lane.to.end();
        break;
      }
      case 'slow':
        for (const lane of [up, down]) lane.state = 'slow';
        this.#timer = setInterval(() => this.#trickle(fault.rate), TICK_MS);
    }
  }

  /** The client has given up: what a late connection has held back arrives at the server. */
  release(): void {
    const { up } = this.#lanes;
    for (const chunk of up.held.splice(0)) if (!up.to.destroyed) up.to.write(chunk);
    if (up.isEnded && !up.to.destroyed) up.to.end();
  }

  /** Closes both sides. */
  close(how: 'fin' | 'rst'): void {
    clearInterval(this.#timer);
    if (how === 'rst') {
      this.#reset();
      return;
    }
    for (const { to } of Object.values(this.#lanes)) {
      to.end();
      to.resume();
      to.destroySoon();
    }
  }

  #strike(): void {
    const fault = this.#fault;
    this.#fault = undefined;
    if (fault) this.#onStrike(fault);
  }

  #send(lane: Lane, chunk: Buffer): void {
    if (chunk.length === 0 || lane.to.destroyed || lane.to.writableEnded) return;
    lane.went += chunk.length;
    if (this.#bytesPerSecond !== undefined) {
      lane.to.write(chunk);
      this.#rest(lane, (chunk.length / this.#bytesPerSecond) * 1000);
      return;
    }
    if (lane.to.write(chunk)) return;
    lane.from.pause();
    lane.to.once('drain', () => lane.from.resume());
  }

  /** Takes nothing more until what has been taken has passed, at the rate of the line. */
  #rest(lane: Lane, milliseconds: number): void {
    const now = performance.now();
    lane.busyUntil = Math.max(lane.busyUntil, now) + milliseconds;
    if (lane.busyUntil - now < TICK_MS) return;
    lane.from.pause();
    setTimeout(() => lane.from.resume(), lane.busyUntil - now);
  }

  #trickle(rate: number): void {
    for (const lane of Object.values(this.#lanes)) {
      let budget = Math.ceil((rate * TICK_MS) / 1000);
      while (budget > 0 && lane.held.length > 0) {
        const chunk = lane.held.shift() as Buffer;
        if (chunk.length > budget) lane.held.unshift(chunk.subarray(budget));
        this.#send(lane, chunk.subarray(0, budget));
        budget -= chunk.length;
      }
      if (lane.held.length > 0) continue;
      if (lane.isEnded) lane.to.end();
      else if (lane.from.isPaused()) lane.from.resume();
    }
  }

  #end(direction: Direction): void {
    const lane = this.#lanes[direction];
    lane.isEnded = true;
    if (lane.state === 'open') lane.to.end();
  }

  #close(direction: Direction, hadError: boolean): void {
    const { state, to } = this.#lanes[direction];
    if (state === 'held' || state === 'slow' || to.destroyed) return;
    if (hadError) breakOff(to);
    else if (this.#lanes[direction].from.destroyed) to.end();
  }

  #reset(): void {
    for (const lane of Object.values(this.#lanes)) {
      lane.state = 'closed';
      breakOff(lane.to);
    }
  }
}

function lane(from: Socket, to: Socket): Lane {
  return {
    from,
    to,
    passed: 0,
    came: 0,
    went: 0,
    state: 'open',
    busyUntil: 0,
    held: [],
    isEnded: false,
  };
}
