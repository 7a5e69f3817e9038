/** What a program that embeds the server imports. */
export type { Account, AccountLimits } from '../accounts/account.ts';
export type { AccountChanges } from '../accounts/changes.ts';
export { Failure, type Code } from '../base/failure.ts';
export { type Log, silentLog } from '../base/log.ts';
export type { Permission } from '../base/permission.ts';
export type { TransferEvent } from '../base/transfer-event.ts';
export { SettingsError, type WrittenSettings } from '../config/settings.ts';
export type { Admission, Authority, Login } from '../session/authority.ts';
export type { AccountBook } from './account-book.ts';
export {
  createServer,
  type Address,
  type CarryonServer,
  type ServerEvents,
  type ServerOptions,
} from './create-server.ts';
