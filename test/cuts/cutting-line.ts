import type { Server, Socket } from 'node:net';
import { FaultProxy, listening, portOf } from '../survive/fault-proxy.ts';
import type { Direction, Fault } from '../survive/faults.ts';

/** What one session has moved in the direction of the file. In bytes. */
export interface Leg {
  /** That the server, or for a download the client, had when its transfer began. */
  readonly kept: number;
  /** That came from the sender. */
  readonly sent: number;
  /** Those of them that went on to the receiver. */
  readonly delivered: number;
}

/** Where a line leads, and what happens on it. */
export interface Line {
  readonly serverPort: number;
  readonly bytesPerSecond: number;
  /** Where the file goes. */
  readonly direction: Direction;
  readonly faults: readonly Fault[];
  /** Asked when a transfer begins: the bytes that the receiver has on its disk. */
  readonly keptNow: () => number;
}

/**
 * A line to a server, for as many sessions as there are, that breaks at given bytes of the data:
 * each session meets the next fault.
 */
export class CuttingLine implements AsyncDisposable {
  readonly #server: Server;
  readonly #line: Line;
  readonly #faults: Fault[];
  readonly #sessions: { readonly proxy: FaultProxy; kept: number }[] = [];
  readonly #unmet = new Map<FaultProxy, Fault>();
  #struck = 0;

  private constructor(server: Server, line: Line) {
    this.#server = server;
    this.#line = line;
    this.#faults = [...line.faults];
    server.on('connection', (client: Socket) => this.#serve(client));
  }

  static async open(line: Line): Promise<CuttingLine> {
    return new CuttingLine(await listening(), line);
  }

  get port(): number {
    return portOf(this.#server);
  }

  /** Faults that have happened. */
  get struck(): number {
    return this.#struck;
  }

  /** What the sessions have moved that have moved anything. */
  get legs(): readonly Leg[] {
    return this.#sessions.flatMap(({ proxy, kept }) => {
      const { came, went } = proxy.traffic(this.#line.direction);
      return came === 0 ? [] : [{ kept, sent: came, delivered: went }];
    });
  }

  /** Bytes that went the other way: read back, or compared. */
  get readBack(): number {
    const other = this.#line.direction === 'up' ? 'down' : 'up';
    return this.#sessions.reduce((sum, { proxy }) => sum + proxy.traffic(other).came, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const { proxy } of this.#sessions) await proxy[Symbol.asyncDispose]();
  }

  #serve(client: Socket): void {
    const { serverPort, bytesPerSecond } = this.#line;
    const proxy = FaultProxy.between(client, serverPort, bytesPerSecond);
    const session = { proxy, kept: 0 };
    this.#sessions.push(session);
    proxy.onTransfer = () => {
      // What is fetched behind it, to compare, begins nothing.
      if (proxy.traffic(this.#line.direction).came === 0) session.kept = this.#line.keptNow();
    };
    this.#arm(proxy);
    client.once('close', () => {
      // One that has not been met waits for the next session.
      const fault = this.#unmet.get(proxy);
      if (fault) this.#faults.unshift(fault);
      this.#unmet.delete(proxy);
    });
  }

  #arm(proxy: FaultProxy): void {
    const fault = this.#faults.shift();
    if (!fault) return;
    this.#unmet.set(proxy, fault);
    proxy.arm(fault);
    proxy.struck.addEventListener('abort', () => {
      this.#struck += 1;
      this.#unmet.delete(proxy);
      // The session goes on, and so do the cuts.
      if (!fault.both) setImmediate(() => this.#arm(proxy));
    });
  }
}
