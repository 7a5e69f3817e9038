import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { PASSWORD, startLive, type Live } from '../ftp/live.ts';
import { skipWithout } from '../support/peers.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary.ts';
import { randomBytesOf, sha256, sha256File } from './support/content.ts';
import { BASIC_FTP } from './support/tls/basic-ftp.ts';
import { TLS_VERSIONS, type TlsClient } from './support/tls/client.ts';
import { CURL } from './support/tls/curl.ts';
import { FTPLIB, FTPLIB_RESUMING } from './support/tls/ftplib.ts';
import { LFTP } from './support/tls/lftp.ts';
import { S_CLIENT } from './support/tls/s-client.ts';

const BYTES = 1_000_003;

const CLIENTS: Readonly<Record<string, TlsClient>> = {
  curl: CURL,
  lftp: LFTP,
  'Python FTP_TLS': FTPLIB,
  'Python FTP_TLS that hands its session on': FTPLIB_RESUMING,
  'basic-ftp': BASIC_FTP,
  'openssl s_client': S_CLIENT,
};

/** Upload, download, list and resume, by every client in every way in which it can encrypt. */
for (const reuse of ['preferred', 'required'] as const) {
  suite(`encrypted work, session reuse ${reuse}`, { timeout: 240_000 }, () => {
    const content = randomBytesOf('matrix', BYTES);
    const digest = sha256(content);
    let live: Live;
    let files: TemporaryFolder;
    const local = (file: string): string => join(files.path, file);

    before(async () => {
      files = await temporaryFolder();
      live = await startLive({ flags: { ftps: '127.0.0.1:0', tlsSessionReuse: reuse } });
      await writeFile(local('whole'), content);
      await writeFile(local('half'), content.subarray(0, BYTES / 2));
    });
    after(async () => {
      await live[Symbol.asyncDispose]();
      await files[Symbol.asyncDispose]();
    });

    for (const [name, client] of Object.entries(CLIENTS)) {
      for (const version of TLS_VERSIONS) {
        for (const implicit of [false, true]) {
          const how = `${implicit ? 'implicit' : 'explicit'} TLS ${version}`;
          const isRefused = reuse === 'required' && client.startsAfresh !== undefined;
          const outcome = isRefused ? `is refused: ${client.startsAfresh}` : 'can do everything';

          test(`${name}, ${how}, ${outcome}`, { skip: skipWithout(...client.needs) }, async () => {
            const path = `${name.replaceAll(/\W/g, '-')}-${version}-${implicit}`;
            const [got, gotHalf] = [local(`${path}-got`), local(`${path}-got-half`)];
            await writeFile(gotHalf, content.subarray(0, BYTES / 2));
            const { port } = (implicit ? live.server.ftps : undefined) ?? live.server.ftp;
            const login = { port, name: 'anna', password: PASSWORD, version, implicit };
            const job = { path, whole: local('whole'), half: local('half'), got, gotHalf };
            const working = client.work(login, job);
            if (isRefused) {
              await assert.rejects(working, /522/);
              await assert.rejects(sha256File(join(live.home('anna'), path)));
              return;
            }
            const listing = await working;
            assert.match(listing, new RegExp(`\\b${RegExp.escape(path)}\\b`));
            const ends = [got, gotHalf, join(live.home('anna'), path)];
            for (const file of ends) assert.equal(await sha256File(file), digest);
          });
        }
      }
    }
  });
}
