import { z } from 'zod';
import { groupAndName, type Setting } from './setting.ts';
import { ROWS } from './sources.ts';
import { GROUPS } from './table.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/** The settings file as a JSON Schema, with which editors complete, explain and check it. */
export function settingsJsonSchema(): JsonSchema {
  const groups = Object.entries(GROUPS).filter(([group]) => group !== '');
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Carryon settings',
    ...table(GROUPS[''] ?? '', {
      ...propertiesOf(''),
      ...Object.fromEntries(
        groups.map(([group, title]) => [group, table(title, propertiesOf(group))]),
      ),
    }),
  };
}

/** What docs/settings.schema.json holds. */
export function settingsJsonSchemaText(): string {
  return `${JSON.stringify(settingsJsonSchema(), null, 2)}\n`;
}

function table(description: string, properties: JsonSchema): JsonSchema {
  return { type: 'object', description, additionalProperties: false, properties };
}

function propertiesOf(group: string): JsonSchema {
  const rows = ROWS.filter((row) => groupAndName(row.key)[0] === group);
  return Object.fromEntries(rows.map((row) => [groupAndName(row.key)[1], property(row)]));
}

function property({ kind, about, default: usual }: Setting): JsonSchema {
  const { $schema: _ofThePart, ...type } = z.toJSONSchema(kind.schema, { io: 'input' });
  return { description: `${about} Takes ${kind.expects}.`, default: usual, ...type };
}
