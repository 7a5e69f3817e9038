import type { Remote } from '../../remote.ts';
import { Control } from './control.ts';
import { dial } from './dial.ts';
import { inexperienced, type Experience } from './experience.ts';
import { FtpConnection } from './ftp-connection.ts';
import { logIn } from './login.ts';
import { settle, type FtpOptions, type Settled } from './options.ts';
import { Tracer } from './trace.ts';

/** An FTP or FTPS server, seen from outside. */
export class FtpRemote implements Remote {
  readonly label: string;
  readonly #options: Settled;
  readonly #experience: Experience = inexperienced();
  #connections = 0;

  constructor(options: FtpOptions) {
    this.#options = settle(options);
    const { host, port, user, security } = this.#options;
    const scheme = security === 'implicit' ? 'ftps' : security === 'explicit' ? 'ftpes' : 'ftp';
    const shown = host.includes(':') ? `[${host}]` : host;
    this.label = `${scheme}://${encodeURIComponent(user)}@${shown}:${port}`;
  }

  /** @throws TransferFailure `unreachable`, `login-refused`, `certificate-refused`, `busy`, … */
  async connect(signal: AbortSignal): Promise<FtpConnection> {
    const options = this.#options;
    const { host, port, family, connectTimeoutMs: milliseconds, clock } = options;
    this.#connections += 1;
    const tracer = new Tracer(options.trace, this.#connections, options.password);
    const socket = await dial({ host, port, family, milliseconds, clock }, signal);
    const control = new Control(socket, options, tracer);
    try {
      return new FtpConnection(await logIn(control, options, this.#experience, signal));
    } catch (error) {
      throw control.break(error);
    }
  }
}
