import { CLIENT_COMMANDS } from './client-commands.ts';
import type { CommandRow } from './command-row.ts';

/** All commands, each with its module. */
export const COMMANDS: readonly CommandRow[] = [
  { words: ['serve'], load: async () => (await import('./serve/serve.ts')).addServeCommand },
  {
    words: ['account'],
    load: async () => (await import('./account/commands.ts')).addAccountCommands,
  },
  { words: ['group'], load: async () => (await import('./account/group.ts')).addGroupCommands },
  { words: ['ban'], load: async () => (await import('./ban.ts')).addBanCommands },
  { words: ['quota'], load: async () => (await import('./vault.ts')).addQuotaCommands },
  { words: ['uploads'], load: async () => (await import('./vault.ts')).addUploadsCommands },
  { words: ['backup'], load: async () => (await import('./backup.ts')).addBackupCommand },
  { words: ['restore'], load: async () => (await import('./backup.ts')).addRestoreCommand },
  { words: ['who'], load: async () => (await import('./watch/who.ts')).addWhoCommand },
  { words: ['kick'], load: async () => (await import('./watch/who.ts')).addKickCommand },
  {
    words: ['stop-transfer'],
    load: async () => (await import('./watch/who.ts')).addStopTransferCommand,
  },
  { words: ['log'], load: async () => (await import('./watch/log.ts')).addLogCommand },
  { words: ['stats'], load: async () => (await import('./watch/stats.ts')).addStatsCommand },
  { words: ['doctor'], load: async () => (await import('./doctor.ts')).addDoctorCommand },
  { words: ['config'], load: async () => (await import('./config.ts')).addConfigCommands },
  { words: ['import'], load: async () => (await import('./import.ts')).addImportCommand },
  ...CLIENT_COMMANDS,
  {
    words: ['completion'],
    load: async () => (await import('./completion.ts')).addCompletionCommand,
  },
];
