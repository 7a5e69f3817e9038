import { Client } from 'basic-ftp';
import { open } from 'node:fs/promises';
import type { TlsClient } from './client.ts';

export const BASIC_FTP: TlsClient = {
  needs: [],
  work: async (login, { path, whole, half, got, gotHalf }) => {
    const { port, name: user, password, version, implicit } = login;
    const client = new Client(60_000);
    try {
      await client.access({
        host: '127.0.0.1',
        port,
        user,
        password,
        secure: implicit ? 'implicit' : true,
        secureOptions: {
          rejectUnauthorized: false,
          minVersion: `TLSv${version}`,
          maxVersion: `TLSv${version}`,
        },
      });
      await client.uploadFrom(half, path);
      await client.appendFrom(whole, path, { localStart: await client.size(path) });
      await client.downloadTo(got, path);
      await using file = await open(gotHalf, 'a');
      const start = (await file.stat()).size;
      await client.downloadTo(file.createWriteStream(), path, start);
      return (await client.list()).map(({ name }) => name).join('\n');
    } finally {
      client.close();
    }
  },
};
