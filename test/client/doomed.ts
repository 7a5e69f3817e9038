import { AsyncLocalStorage } from 'node:async_hooks';
import promises, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/**
 * How it ends: the process is killed, and the system goes on with what it was told; or the power
 * fails, and what was not synced is gone.
 */
export type End = 'killed' | 'power-cut';

/** Something that runs until its nth call of the file system, and then never again. */
interface Doom {
  readonly at: number;
  /** The last call is still made. */
  readonly isMade: boolean;
  readonly end: End;
  calls: number;
  readonly handles: Set<FileHandle>;
  readonly unsynced: { readonly handle: FileHandle; readonly at: number; readonly bytes: number }[];
  readonly die: () => void;
}

const dooms = new AsyncLocalStorage<Doom>();

const CALLS = ['open', 'rename', 'rm', 'link', 'writeFile', 'readFile', 'stat', 'lstat'] as const;
const HANDLE_CALLS = ['read', 'write', 'writev', 'truncate', 'datasync', 'sync', 'utimes'] as const;

type Call = (this: unknown, ...args: unknown[]) => Promise<unknown>;

/**
 * Makes the calls of the file system fatal for what runs in {@link runDoomed}; everybody else does
 * not notice. Once for a process of its own.
 */
export async function watchFileSystem(): Promise<void> {
  const handle = await promises.open('/dev/null');
  const prototype = Object.getPrototypeOf(handle) as Record<string, Call>;
  await handle.close();
  for (const name of HANDLE_CALLS) wrap(prototype, name);
  for (const name of CALLS) wrap(promises as unknown as Record<string, Call>, name);
  syncBuiltinESMExports();
}

/**
 * Runs something until its end or its death, whichever comes first.
 * @returns how many calls it made, and whether it is dead
 */
export async function runDoomed(
  task: () => Promise<unknown>,
  plan: Pick<Doom, 'at' | 'isMade' | 'end'>,
): Promise<{ readonly calls: number; readonly isDead: boolean }> {
  const { promise: death, resolve: die } = Promise.withResolvers<'dead'>();
  const doom: Doom = {
    ...plan,
    calls: 0,
    handles: new Set(),
    unsynced: [],
    die: () => die('dead'),
  };
  const isDead = (await Promise.race([dooms.run(doom, task), death])) === 'dead';
  if (isDead && doom.end === 'power-cut') await forget(doom);
  if (isDead) for (const handle of doom.handles) await handle.close();
  return { calls: doom.calls, isDead };
}

function wrap(holder: Record<string, Call>, name: string): void {
  const call = holder[name] as Call;
  holder[name] = async function (this: unknown, ...args) {
    const doom = dooms.getStore();
    if (!doom) return call.apply(this, args);
    const number = doom.calls;
    doom.calls += 1;
    if (number > doom.at || (number === doom.at && !doom.isMade)) return dead(doom);
    const result = await call.apply(this, args);
    note(doom, name, this as FileHandle, args, result);
    return number === doom.at ? dead(doom) : result;
  };
}

function dead(doom: Doom): Promise<never> {
  doom.die();
  return new Promise(() => {});
}

function note(doom: Doom, name: string, self: FileHandle, args: unknown[], result: unknown): void {
  if (name === 'open') doom.handles.add(result as FileHandle);
  if (name === 'datasync' || name === 'sync') {
    const kept = doom.unsynced.filter(({ handle }) => handle !== self);
    doom.unsynced.splice(0, doom.unsynced.length, ...kept);
  }
  if (name === 'writev' || name === 'write') {
    const at = Number(name === 'writev' ? args[1] : args[3]);
    const [data] = args as [Buffer | readonly Buffer[]];
    const bytes = [data].flat().reduce((sum, chunk) => sum + chunk.length, 0);
    doom.unsynced.push({ handle: self, at, bytes });
  }
}

/** What was written and not synced may be anything; often it is zeros. */
async function forget({ unsynced }: Doom): Promise<void> {
  for (const { handle, at, bytes } of unsynced) {
    // A file that was closed before is out of reach, and never one that is written any more.
    if (handle.fd >= 0) await handle.write(Buffer.alloc(bytes), 0, bytes, at);
  }
}
