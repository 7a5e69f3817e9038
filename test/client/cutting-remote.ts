import type { Remote, RemoteConnection } from '../../src/client/remote.ts';
import type { FtpOptions } from '../../src/client/remotes/ftp/options.ts';
import { FtpRemote } from '../../src/client/remotes/ftp/ftp-remote.ts';
import { FaultProxy } from '../survive/fault-proxy.ts';
import type { Fault } from '../survive/faults.ts';

/** A real server behind a line that breaks: each connection meets the next of the faults. */
export class CuttingRemote implements Remote, AsyncDisposable {
  readonly label: string;
  /** Taken one by one by each connection that is opened. */
  readonly faults: Fault[];
  readonly #options: FtpOptions;
  readonly #proxies: FaultProxy[] = [];
  #struck = 0;

  constructor(options: FtpOptions, faults: readonly Fault[]) {
    this.#options = options;
    this.label = new FtpRemote(options).label;
    this.faults = [...faults];
  }

  /** Faults that have happened. */
  get struck(): number {
    return this.#struck;
  }

  async connect(signal: AbortSignal): Promise<RemoteConnection> {
    const proxy = await FaultProxy.open(this.#options.port);
    this.#proxies.push(proxy);
    const remote = new FtpRemote({ ...this.#options, host: '127.0.0.1', port: proxy.port });
    const connection = await remote.connect(signal);
    const fault = this.faults.shift();
    if (!fault) return connection;
    proxy.struck.addEventListener('abort', () => (this.#struck += 1));
    proxy.arm(fault);
    return usedUpBy(proxy.struck, connection);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const proxy of this.#proxies) await proxy[Symbol.asyncDispose]();
  }
}

/** A control connection that outlives its fault would meet no other: it is not used again. */
function usedUpBy(struck: AbortSignal, connection: RemoteConnection): RemoteConnection {
  return new Proxy(connection, {
    get(target, key) {
      if (key === 'isUsable') return target.isUsable && !struck.aborted;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
