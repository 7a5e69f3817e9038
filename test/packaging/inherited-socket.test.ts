import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client } from '../ftp/client.ts';
import { temporaryFolder } from '../support/temporary.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

/** systemd says the process id in LISTEN_PID, which a shell that becomes the server can say as well. */
const AS_SYSTEMD = 'LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=ftp exec "$@"';

test('a socket that was opened by who started the server is served, whatever the settings say', async () => {
  await using folder = await temporaryFolder();
  await using parts = new AsyncDisposableStack();
  const opened = createServer().listen(0, '127.0.0.1');
  await once(opened, 'listening');
  const { port } = opened.address() as { port: number };
  // Port 1 would be refused: it must not even be tried.
  const words = ['serve', '--data', folder.path, '--ftp', '127.0.0.1:1'];
  const server = spawn('/bin/sh', ['-c', AS_SYSTEMD, 'sh', process.execPath, MAIN, ...words], {
    stdio: ['ignore', 'pipe', 'inherit', descriptorOf(opened)],
  });
  parts.defer(async () => {
    if (server.exitCode === null && server.kill('SIGKILL')) await once(server, 'exit');
  });
  // It is the server's now.
  opened.close();
  let said = '';
  for await (const text of server.stdout?.setEncoding('utf8') ?? []) {
    said += String(text);
    if (said.includes('Stop with')) break;
  }
  assert.match(said, new RegExp(`ftp://127\\.0\\.0\\.1:${port}/`));
  await using client = await Client.connect({ host: '127.0.0.1', port });
  await client.reply(220);
  await client.say('QUIT', 221);
});

/** The file descriptor, which a child is given under another number. */
function descriptorOf(server: Server): number {
  const { _handle: handle } = server as unknown as { _handle: { fd: number } };
  return handle.fd;
}
