/** What an account may do in its home, each with the sentence that the documentation shows. */
export const PERMISSIONS = {
  list: 'see the names in folders',
  read: 'download files and ask for their digests',
  write: 'upload new files',
  overwrite: 'replace files that exist',
  append: 'add to the end of files that exist',
  'make-folder': 'make folders',
  rename: 'rename and move files and folders',
  chmod: 'set the permission bits of files and folders',
  delete: 'remove files and empty folders',
  'delete-tree': 'remove a folder with everything in it in one command',
  'make-link': 'make symbolic links to what is in the home',
} as const;

export type Permission = keyof typeof PERMISSIONS;

export const ALL_PERMISSIONS = Object.keys(PERMISSIONS) as readonly Permission[];

/** What a new account may do: everything but removing whole trees and making links. */
export const DEFAULT_PERMISSIONS = ALL_PERMISSIONS.filter(
  (name) => name !== 'delete-tree' && name !== 'make-link',
);

/** True if this word is a permission. */
export function isPermission(word: string): word is Permission {
  return Object.hasOwn(PERMISSIONS, word);
}
