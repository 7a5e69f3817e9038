import type { Address } from '../../client/address/address.ts';
import { findLogin, type Login } from '../../client/credentials/login.ts';
import { netrcLocation, readNetrc } from '../../client/credentials/netrc-file.ts';
import type { ConnectionFlags } from '../transfer/flags.ts';
import type { Job } from '../transfer/job.ts';
import { passwordFromCommand } from './password-command.ts';
import { canPrompt, promptSecret } from './prompt.ts';

/** With what to log in there. @throws TransferFailure `login-refused`, `local-failed` */
export async function loginFor(
  { host, user, password }: Address,
  { passwordCommand, netrcFile }: ConnectionFlags,
  { signal, warn }: Job,
): Promise<Login> {
  return findLogin({
    host,
    user,
    password,
    command:
      passwordCommand === undefined
        ? undefined
        : () => passwordFromCommand(passwordCommand, signal),
    variable: process.env['CARRYON_PASSWORD'] || undefined,
    netrc: () => readNetrc(netrcLocation(netrcFile, process.env), warn),
    prompt: (await canPrompt()) ? (question) => promptSecret(question, signal) : undefined,
    warn,
  });
}
