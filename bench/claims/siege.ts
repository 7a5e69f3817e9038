import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MiB } from '../../src/base/size.ts';
import type { Bench, Claim, Row } from '../support/claim.ts';
import { Control } from '../support/control.ts';
import { logIn } from '../support/logins.ts';
import { memoryOf } from '../support/memory.ts';
import { OURS, type Server } from '../support/servers.ts';

const IDLE = 2000;
const SLOW = { downloads: 100, uploads: 100, strangers: 40 };

/** How often each of the slow ones sends or takes a little. */
const TICK_MS = 500;
const BYTES = 8 * MiB;
const CONTENT = Buffer.alloc(BYTES, 'siege');
const LOGINS = 200;
/** Files one after the other, in one session. */
const FILES = 10;

const PEACE = 'in peace';
const BESIEGED = 'besieged';

export const siege: Claim = {
  name: 'siege',
  about: `What one more visitor gets while ${IDLE} sessions say nothing, ${SLOW.downloads} read and ${SLOW.uploads} send a little now and then, and ${SLOW.strangers} never finish their login: beside a server of ours that has nothing else to do.`,
  run: async (bench) => {
    const besieged = await opened(bench, BESIEGED);
    const peaceful = await opened(bench, PEACE);
    const before = await memoryOf(besieged.pid ?? 0);
    const attack = bench.use(await Attack.begin(besieged));
    const servers = [besieged, peaceful];
    await bench.compare({
      ...row(
        servers,
        async (server) => LOGINS / (await logIn(server, LOGINS, { width: 1 })).seconds,
      ),
      title: 'Logins, one after the other',
      unit: 'logins/s',
      goals: [{ versus: PEACE, atLeast: 0.7, stretch: 0.9 }],
    });
    await bench.compare({
      ...row(servers, async (server) => {
        using control = await Control.login(server);
        return await mibPerSecond(async () => {
          const bytes = await control.get('/one');
          if (bytes !== BYTES) throw new Error(`${server.label} lost bytes`);
        });
      }),
      title: 'Downloads of 8 MiB, one after the other',
      unit: 'MiB/s',
      goals: [{ versus: PEACE, atLeast: 0.7, stretch: 0.9 }],
    });
    await bench.compare({
      ...row(servers, async (server) => {
        using control = await Control.login(server);
        return await mibPerSecond(async () => {
          await control.put('/sent', CONTENT);
          const sent = join(server.folder, 'sent');
          if (readFileSync(sent).length !== BYTES) throw new Error(`${server.label} lost bytes`);
        });
      }),
      title: 'Uploads of 8 MiB, one after the other',
      unit: 'MiB/s',
      goals: [{ versus: PEACE, atLeast: 0.7, stretch: 0.9 }],
    });
    await bench.compare({
      title: 'Memory (PSS) of the besieged',
      unit: 'MiB',
      better: 'less',
      goals: [{ atMost: 450, stretch: 300 }],
      rounds: 1,
      subjects: [{ label: OURS, once: () => memoryOf(besieged.pid ?? 0) }],
    });
    bench.note(`Before anybody came it was ${Math.round(before)} MiB. ${attack.state()}`);
  },
};

async function mibPerSecond(move: () => Promise<void>): Promise<number> {
  const began = performance.now();
  for (let file = 0; file < FILES; file += 1) await move();
  return (FILES * BYTES) / MiB / ((performance.now() - began) / 1000);
}

function row(
  servers: readonly Server[],
  once: (server: Server) => Promise<number>,
): Omit<Row, 'title' | 'unit' | 'goals'> {
  const subjects = servers.map((server) => ({ label: server.label, once: () => once(server) }));
  return { better: 'more', subjects };
}

async function opened(bench: Bench, label: string): Promise<Server> {
  const server = await bench.start(OURS, { label });
  if (server === undefined) throw new Error('There is no server');
  writeFileSync(join(server.folder, 'one'), CONTENT);
  return server;
}

/** All who hold something and do next to nothing with it. */
class Attack implements Disposable {
  readonly #server: Server;
  readonly #idle: readonly Socket[];
  readonly #controls: Control[] = [];
  readonly #readers: Socket[] = [];
  readonly #writers: Socket[] = [];
  readonly #timer: NodeJS.Timeout;

  private constructor(server: Server, idle: readonly Socket[]) {
    this.#server = server;
    this.#idle = idle;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  static async begin(server: Server): Promise<Attack> {
    const { held } = await logIn(server, IDLE, { width: 25, keep: true });
    const attack = new Attack(server, held);
    for (let index = 0; index < SLOW.downloads; index += 1) {
      attack.#readers.push((await attack.#transfer('RETR one')).pause());
    }
    for (let index = 0; index < SLOW.uploads; index += 1) {
      attack.#writers.push(await attack.#transfer(`STOR slow-${index}`));
    }
    for (let index = 0; index < SLOW.strangers; index += 1) {
      const { host, port } = server;
      const stranger = connect({ host, port });
      stranger.on('error', () => {}).resume();
      attack.#writers.push(stranger);
    }
    return attack;
  }

  /** Who is still there. */
  state(): string {
    const slow = here([...this.#readers, ...this.#writers]);
    return `At the end ${here(this.#idle)} idle and ${slow} slow connections were there.`;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const control of this.#controls) control[Symbol.dispose]();
    for (const socket of [...this.#idle, ...this.#readers, ...this.#writers]) socket.destroy();
  }

  async #transfer(command: string): Promise<Socket> {
    const control = await Control.login(this.#server);
    this.#controls.push(control);
    const data = await control.passive();
    await control.say(command);
    return data;
  }

  #tick(): void {
    for (const reader of this.#readers) reader.read(1024);
    for (const writer of this.#writers) if (writer.writable) writer.write('x');
  }
}

function here(sockets: readonly Socket[]): number {
  return sockets.filter(({ destroyed }) => !destroyed).length;
}
