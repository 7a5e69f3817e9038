import { type Path, ROOT, parsePath } from '../../../base/path.ts';
import { parseQuotedPath } from '../../../wire/ftp/quoting.ts';
import type { Reply } from '../../../wire/ftp/reply.ts';
import { TransferFailure } from '../../transfer-failure.ts';
import type { Control } from './control.ts';
import { Encryption } from './encryption.ts';
import type { Experience } from './experience.ts';
import { factsToAskFor, readFeatures, type Features } from './features.ts';
import type { Link } from './link.ts';
import type { Settled } from './options.ts';
import { failureOf, isPositive, shown } from './reply-failures.ts';

/** The name under which we introduce ourselves, where a server wants to know. */
const CLIENT_NAME = 'Carryon';

/** A server that announces itself for later (120) more often than this is not worth waiting for. */
const MAX_DELAYS = 8;

/**
 * From the greeting to the first request (RFC 959 §5.4, RFC 4217 §12).
 * @throws TransferFailure `login-refused`, `busy`, `certificate-refused`, `unsupported` if TLS is
 *   wanted and not offered, and what a connection can fail with
 */
export async function logIn(
  control: Control,
  options: Settled,
  experience: Experience,
  signal: AbortSignal,
): Promise<Link> {
  const isImplicit = options.security === 'implicit';
  const encryption = new Encryption(options);
  if (isImplicit) await control.encrypt(encryption, signal);
  await greeting(control, options, signal);
  if (!isImplicit && options.security !== 'none')
    await startTls(control, encryption, options, signal);
  await introduce(control, options, signal);
  if (control.isEncrypted) await protectData(control, signal);
  const features = (experience.features ??= await askForFeatures(control, signal));
  await agree(control, features, signal);
  return {
    control,
    options,
    experience,
    features,
    encryption: control.isEncrypted ? encryption : undefined,
    startFolder: await whereTo(control, signal),
    restarts: features.has('REST') || (await takesMarkers(control, signal)),
    hasMarker: false,
    promised: new Set(),
  };
}

async function greeting(
  control: Control,
  { connectTimeoutMs, stallTimeoutMs }: Settled,
  signal: AbortSignal,
): Promise<void> {
  for (let delays = 0; delays < MAX_DELAYS; delays += 1) {
    const milliseconds = delays === 0 ? connectTimeoutMs : stallTimeoutMs;
    const reply = await control.reply({ signal, milliseconds });
    if (isPositive(reply)) return;
    if (reply.code >= 200) throw control.break(failureOf(reply, 'begin'));
  }
  throw control.break(new TransferFailure('busy', 'The server is never ready'));
}

async function startTls(
  control: Control,
  encryption: Encryption,
  { security }: Settled,
  signal: AbortSignal,
): Promise<void> {
  const reply = await control.ask('AUTH TLS', { signal });
  if (reply.code === 234) {
    await control.encrypt(encryption, signal);
    return;
  }
  const isNotOffered = reply.code >= 500;
  if (isNotOffered && security === 'explicit-if-offered') return;
  throw control.break(
    isNotOffered
      ? new TransferFailure('unsupported', `The server does not offer TLS: ${shown(reply)}`, {
          replyCode: reply.code,
        })
      : failureOf(reply, 'encrypt the connection'),
  );
}

/** USER, and PASS and ACCT as far as the server wants them. */
async function introduce(control: Control, options: Settled, signal: AbortSignal): Promise<void> {
  const { user, password, account } = options;
  const steps: Readonly<Record<number, string>> = {
    331: `PASS ${password}`,
    ...(account !== undefined && { 332: `ACCT ${account}` }),
  };
  const asked = new Set<number>();
  let reply = await control.ask(`USER ${user}`, { signal });
  while (!isPositive(reply)) {
    const next = steps[reply.code];
    if (next === undefined || asked.has(reply.code)) throw control.break(refusedLogin(reply));
    asked.add(reply.code);
    reply = await control.ask(next, { signal });
  }
}

function refusedLogin(reply: Reply): TransferFailure {
  const isTemporary = reply.code >= 400 && reply.code < 500 && reply.code !== 430;
  return failureOf(reply, 'log in', isTemporary ? 'busy' : 'login-refused');
}

/** RFC 4217 §9: also where the connection was encrypted from its first byte. */
async function protectData(control: Control, signal: AbortSignal): Promise<void> {
  await control.ask('PBSZ 0', { signal });
  const reply = await control.ask('PROT P', { signal });
  if (!isPositive(reply)) {
    throw control.break(failureOf(reply, 'encrypt data connections', 'unsupported'));
  }
}

async function askForFeatures(control: Control, signal: AbortSignal): Promise<Features> {
  return readFeatures(await control.ask('FEAT', { signal }));
}

/** What only makes things better: whatever the server says to it, things go on. */
async function agree(control: Control, features: Features, signal: AbortSignal): Promise<void> {
  if (features.has('CLNT')) await control.ask(`CLNT ${CLIENT_NAME}`, { signal });
  if (features.has('UTF8')) await control.ask('OPTS UTF8 ON', { signal });
  const facts = factsToAskFor(features);
  if (facts !== undefined) await control.ask(`OPTS MLST ${facts}`, { signal });
  const reply = await control.ask('TYPE I', { signal });
  if (!isPositive(reply)) throw control.break(failureOf(reply, 'transfer bytes as they are'));
}

async function whereTo(control: Control, signal: AbortSignal): Promise<Path> {
  const reply = await control.ask('PWD', { signal });
  const text = reply.code === 257 ? parseQuotedPath(reply.lines.join(' ')) : undefined;
  try {
    return text?.startsWith('/') ? parsePath(text) : ROOT;
  } catch {
    // A path that cannot be one: the root is as good a beginning as any.
    return ROOT;
  }
}

/** Older servers do not announce that they can. */
async function takesMarkers(control: Control, signal: AbortSignal): Promise<boolean> {
  return (await control.ask('REST 0', { signal })).code === 350;
}
