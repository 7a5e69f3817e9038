import { defineConfig } from 'rolldown';

/**
 * Makes one file of all that the client's commands read of the project, in the place of the module
 * that begins it: most of a short command was the looking up of some 150 modules. Packages stay
 * packages, and the server and what programs import stay one file a module.
 */
export default defineConfig({
  input: 'dist/client-program.js',
  platform: 'node',
  external: /^[^./]/,
  output: { file: 'dist/client-program.js', codeSplitting: false },
  // What is read later is in that file, too.
  checks: { ineffectiveDynamicImport: false },
  logLevel: 'warn',
});
