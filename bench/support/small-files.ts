import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Control } from './control.ts';
import type { Server } from './servers.ts';

interface Load {
  readonly files: number;
  /** Of each file. */
  readonly bytes: number;
  readonly connections: number;
}

/** Uploads so many small files over so many connections. @returns files a second */
export async function putSmallFiles(
  server: Server,
  { files, bytes, connections }: Load,
): Promise<number> {
  using owned = new DisposableStack();
  const controls: Control[] = [];
  while (controls.length < connections) controls.push(owned.use(await Control.login(server)));
  const content = Buffer.alloc(bytes, 'x');
  let next = 0;
  const send = async (control: Control): Promise<void> => {
    while (next < files) await control.put(`${server.place}/small-${next++}`, content);
  };
  const began = performance.now();
  await Promise.all(controls.map(send));
  const seconds = (performance.now() - began) / 1000;
  const names = readdirSync(server.folder).filter((name) => name.startsWith('small-'));
  if (names.length !== files) throw new Error(`${server.label} stored ${names.length} files`);
  for (const name of names) rmSync(join(server.folder, name));
  return files / seconds;
}
