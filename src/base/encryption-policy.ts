/** Whether connections are encrypted: never, if the client likes, or always. */
export const ENCRYPTION_POLICIES = ['off', 'allowed', 'required'] as const;

export type EncryptionPolicy = (typeof ENCRYPTION_POLICIES)[number];
