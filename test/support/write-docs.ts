/** `npm run docs`: writes the pages of docs/ that are generated from tables. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accountsMarkdown } from '../../src/accounts/exchange/markdown.ts';
import { foreignMarkdown } from '../../src/config/foreign/markdown.ts';
import { settingsJsonSchemaText } from '../../src/config/json-schema.ts';
import { settingsMarkdown } from '../../src/config/markdown.ts';
import { metricsMarkdown } from '../../src/telemetry/metrics/markdown.ts';
import { verbsMarkdown } from '../../src/protocols/ftp/verbs/markdown.ts';

/** Each page with what it should say; a test beside each generator asserts that it does. */
const PAGES: Readonly<Record<string, () => string>> = {
  'accounts.md': accountsMarkdown,
  'moving-over.md': foreignMarkdown,
  'metrics.md': metricsMarkdown,
  'settings.md': settingsMarkdown,
  'settings.schema.json': settingsJsonSchemaText,
  'verbs.md': verbsMarkdown,
};

for (const [name, text] of Object.entries(PAGES)) {
  await writeFile(join(import.meta.dirname, '../../docs', name), text());
}
