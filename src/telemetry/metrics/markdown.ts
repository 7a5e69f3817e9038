import { METRIC_ROWS } from './table.ts';

const INTRODUCTION = `# Metrics

With \`metrics.listen\` set, \`http://HOST:PORT/metrics\` answers Prometheus, and \`/health\` answers 200 while this server can take files and 503 while it cannot. Nobody is asked for a password there: listen on a local address. Without the setting, the same is to be had from the local socket that \`carryon who\` uses: \`carryon stats --prometheus\`.

Several server processes on one data folder answer together, whichever of them is asked.

| metric | kind | labels | what it says |
|---|---|---|---|
`;

/** The page docs/metrics.md. */
export function metricsMarkdown(): string {
  const rows = Object.entries(METRIC_ROWS).map(([name, { kind, labels = [], about }]) => {
    const shown = labels.map((label) => `\`${label}\``).join(', ');
    return `| \`${name}\` | ${kind} | ${shown} | ${about} |\n`;
  });
  return `${INTRODUCTION}${rows.join('')}\n<!-- Generated from src/telemetry/metrics/table.ts. -->\n`;
}
