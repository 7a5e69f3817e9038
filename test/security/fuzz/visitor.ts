import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatLine } from '../../../src/wire/ftp/lines.ts';
import { parseExtendedPassiveReply } from '../../../src/wire/ftp/addresses.ts';
import type { Chance } from '../../survive/chance.ts';
import { mutate } from './mutate.ts';
import { Wire } from './wire.ts';
import { command } from './words.ts';

/** Where a visitor goes, and as whom. */
export interface Door {
  readonly port: number;
  readonly accounts: readonly string[];
  readonly password: string;
}

/** What is waited for a reply that may never come, in milliseconds. */
const SHORT_MS = 150;

const TRANSFERS = ['STOR a', 'STOR b', 'APPE c.bin', 'STOU', 'RETR a', 'LIST -R', 'MLSD', 'NLST *'];

interface Scene {
  readonly wire: Wire;
  readonly door: Door;
  readonly chance: Chance;
  readonly held: Set<Socket>;
  readonly later: Set<() => void>;
}

type Action = (scene: Scene) => void | Promise<void>;

const line = (text: string): Buffer => {
  try {
    return formatLine(text);
  } catch {
    // The grammar may hold what no line can.
    return Buffer.from(`${text}\r\n`);
  }
};

async function logIn({ wire, door, chance }: Scene): Promise<void> {
  wire.say(line(`USER ${chance.pick(door.accounts)}`));
  wire.say(line(`PASS ${door.password}`));
  if (chance.yes(0.8)) await wire.reply(2000);
  wire.skip();
}

async function speak({ wire, chance }: Scene): Promise<void> {
  wire.say(line(command(chance)));
  if (chance.yes(0.5)) await wire.reply(SHORT_MS);
}

function speakMuch({ wire, chance }: Scene): void {
  const lines = Array.from({ length: chance.between(2, 40) }, () => line(command(chance)));
  wire.say(Buffer.concat(lines));
}

function stammer({ wire, chance }: Scene): void {
  wire.say(mutate(line(command(chance)), chance));
}

async function speakSlowly({ wire, chance }: Scene): Promise<void> {
  for (const byte of line(command(chance)).subarray(0, 40)) {
    wire.say(Buffer.of(byte));
    if (chance.yes(0.2)) await sleep(1);
  }
}

function interrupt({ wire, chance }: Scene): void {
  const calls = [[0xff, 0xf4, 0xff, 0xf2], [0xf2], [0xff], []];
  wire.say(Buffer.concat([Buffer.from(chance.pick(calls)), line(chance.pick(['ABOR', 'STAT']))]));
}

async function beginTls({ wire, chance }: Scene): Promise<void> {
  wire.skip();
  wire.say(line('AUTH TLS'));
  if (chance.yes(0.2)) wire.say(line(command(chance)));
  const reply = await wire.reply(SHORT_MS);
  if (reply?.code !== 234) return;
  if (chance.yes(0.7)) wire.encrypt();
  else wire.say(mutate(Buffer.from('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'), chance));
}

/** A data connection that is used, half used, or left hanging. */
async function transfer(scene: Scene): Promise<void> {
  const { wire, chance, held } = scene;
  wire.skip();
  wire.say(line('EPSV'));
  const reply = await wire.reply(SHORT_MS);
  const port = reply?.code === 229 ? parseExtendedPassiveReply(reply.text) : undefined;
  if (port === undefined) return;
  if (chance.yes(0.2)) wire.say(line(chance.pick(TRANSFERS)));
  if (chance.yes(0.1)) return;
  const localAddress = chance.yes(0.9) ? '127.0.0.1' : '127.0.0.2';
  const socket = connect({ host: '127.0.0.1', port, localAddress, allowHalfOpen: true });
  held.add(socket);
  socket.on('error', () => {});
  wire.say(line(chance.pick(TRANSFERS)));
  useData(socket, scene);
  if (chance.yes(0.5)) await wire.reply(SHORT_MS);
}

function listenForData(scene: Scene): void {
  const { wire, chance, held, later } = scene;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    held.add(socket);
    socket.on('error', () => {});
    useData(socket, scene);
  });
  later.add(() => server.close());
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address === null || typeof address === 'string') return;
    wire.say(line(`EPRT |1|127.0.0.1|${address.port}|`));
    wire.say(line(chance.pick(TRANSFERS)));
  });
}

function useData(socket: Socket, { chance }: Scene): void {
  const bytes = Buffer.alloc(chance.pick([0, 1, 1000, 70_000, 1_500_000]), 'data');
  if (chance.yes(0.8)) socket.write(bytes);
  const endings = [
    () => socket.end(),
    () => socket.resetAndDestroy(),
    () => socket.destroy(),
    () => socket.resume(),
    () => {},
  ];
  const end = chance.pick(endings);
  if (chance.yes(0.5)) end();
  else setTimeout(end, chance.below(100));
}

const ACTIONS: readonly { readonly weight: number; readonly act: Action }[] = [
  { weight: 3, act: logIn },
  { weight: 8, act: speak },
  { weight: 3, act: speakMuch },
  { weight: 6, act: stammer },
  { weight: 1, act: speakSlowly },
  { weight: 2, act: interrupt },
  { weight: 1, act: beginTls },
  { weight: 5, act: transfer },
  { weight: 1, act: listenForData },
];

const GOODBYES: readonly ((wire: Wire) => void | Promise<void>)[] = [
  (wire) => wire.end(),
  (wire) => wire.reset(),
  (wire) => wire.destroy(),
  (wire) => wire.say(line('QUIT')),
  async (wire) => {
    wire.say(line('STOR a'));
    await sleep(20);
    wire.reset();
  },
];

/** One visit, the same for the same chance. @returns how often each code was heard @throws Error for what was no reply */
export async function visit(door: Door, chance: Chance): Promise<ReadonlyMap<number, number>> {
  const localAddress = `127.0.0.${chance.between(1, 9)}`;
  const wire = new Wire(door.port, localAddress);
  const scene: Scene = { wire, door, chance, held: new Set(), later: new Set() };
  try {
    if (chance.yes(0.9)) await wire.reply(2000);
    if (chance.yes(0.8)) await logIn(scene);
    for (let left = chance.between(1, 30); left > 0 && !wire.isOver; left -= 1) {
      await chance.weighted(ACTIONS).act(scene);
    }
    await chance.pick(GOODBYES)(wire);
    if (chance.yes(0.3)) await wire.reply(SHORT_MS);
    if (wire.nonsense !== undefined) throw new Error(`that is no reply: ${wire.nonsense}`);
    return wire.heard;
  } finally {
    for (const socket of scene.held) socket.destroy();
    for (const close of scene.later) close();
    wire.destroy();
  }
}
