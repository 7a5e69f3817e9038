import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findLogin, type LoginSources } from './login.ts';
import { parseNetrc } from './netrc.ts';

const NETRC = parseNetrc('machine h login anna password from-netrc account acct');

/** Sources of which all know something; what is said to a person is kept. */
function sources(changes: Partial<LoginSources> = {}): LoginSources & { warnings: string[] } {
  const warnings: string[] = [];
  return {
    host: 'h',
    user: 'anna',
    password: 'from-url',
    command: () => Promise.resolve('from-command'),
    variable: 'from-variable',
    netrc: () => Promise.resolve(NETRC),
    prompt: () => Promise.resolve('from-person'),
    warn: (sentence) => void warnings.push(sentence),
    warnings,
    ...changes,
  };
}

const NONE: Partial<LoginSources> = {
  password: undefined,
  command: undefined,
  variable: undefined,
  netrc: () => Promise.resolve(undefined),
  prompt: undefined,
};

test('the sources are asked in order', async () => {
  const order = ['password', 'command', 'variable', 'netrc', 'prompt'] as const;
  const found: string[] = [];
  for (const [index] of order.entries()) {
    const gone = Object.fromEntries(order.slice(0, index).map((name) => [name, NONE[name]]));
    found.push((await findLogin(sources(gone))).password);
  }
  assert.deepEqual(found, [
    'from-url',
    'from-command',
    'from-variable',
    'from-netrc',
    'from-person',
  ]);
});

test('a password in a URL is used with a warning that does not show it', async () => {
  const given = sources();
  await findLogin(given);
  assert.equal(given.warnings.length, 1);
  assert.doesNotMatch(given.warnings.join(''), /from-url/);
});

test('the .netrc names the user if the URL does not, and a secret from elsewhere goes to that one', async () => {
  const login = await findLogin(sources({ user: undefined, password: undefined }));
  assert.deepEqual(login, { user: 'anna', password: 'from-command', account: 'acct' });
});

test('without a user anywhere it is anonymous, and nobody is asked or sent a secret', async () => {
  const login = await findLogin(
    sources({ user: undefined, password: undefined, netrc: NONE.netrc ?? sources().netrc }),
  );
  assert.deepEqual(login, { user: 'anonymous', password: 'anonymous@', account: undefined });
  const named = await findLogin(sources({ ...NONE, user: 'ftp', variable: 'of-somebody' }));
  assert.deepEqual(named, { user: 'ftp', password: 'anonymous@', account: undefined });
});

test('a command that was given for this says the password of anonymous, too', async () => {
  const { command } = sources();
  const login = await findLogin(sources({ ...NONE, user: 'ftp', command }));
  assert.deepEqual(login, { user: 'ftp', password: 'from-command', account: undefined });
});

test('a user without a password is refused in words that help', async () => {
  await assert.rejects(
    findLogin(sources({ ...NONE, user: 'carl' })),
    /no password for carl at h.*CARRYON_PASSWORD/,
  );
});
