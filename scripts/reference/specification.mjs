// Writes the page of the specification from its JSON Schema.
import { specificationSchema } from '../../dist/core/specification/specification-schema.js';
import { code, page, sentence, table } from './markdown.mjs';

export function specificationPage() {
  const { properties, required } = specificationSchema();
  const sections = Object.entries(properties).map(([name, schema]) => {
    const { description, default: value } = schema;
    const facts = [
      required.includes(name)
        ? 'required'
        : value === undefined
          ? 'optional'
          : `default: ${code(JSON.stringify(value))}`,
    ];
    const lines = schema.type === 'string' ? wordLines(schema) : formLines(schema);
    return [`## ${name}`, `${sentence(description)} *${facts}*`, ...lines].join('\n\n');
  });
  const intro =
    'A specification is a YAML or JSON file. Unknown keys are errors. `zeroscout schema > specification.schema.json` prints the JSON Schema behind this page; with `# yaml-language-server: $schema=specification.schema.json` as its first line an editor completes and checks the file.';
  return page('Specification', intro, sections);
}

/** The words of a key that is one of several. */
const wordLines = ({ enum: words }) =>
  words ? [`One of ${words.map((word) => code(word)).join(', ')}.`] : [];

/** The forms of a value: words, mappings with their keys, or a single type. */
function formLines(schema) {
  const forms = schema.anyOf ?? schema.oneOf ?? [schema];
  if (forms.every(({ properties }) => !properties) && !schema.anyOf)
    return schema.properties ? [] : [`${typeText(schema)}.`];
  return forms.map((form) => {
    if (form.enum) return `One of the words ${form.enum.map((word) => code(word)).join(', ')}, or:`;
    if (!form.properties) return `${typeText(form)}.`;
    const kind = form.properties.kind?.const;
    const rows = keyRows(form, '').filter(([key]) => !(kind && key === '`kind`'));
    const title = kind ? `### kind: ${kind}` : '';
    return [title, rows.length > 0 ? table(['key', 'value', 'default', 'meaning'], rows) : 'No parameters.']
      .filter(Boolean)
      .join('\n\n');
  });
}

/** As many keys with one schema are written as one row. */
const MANY = 5;

function keyRows({ properties = {}, required = [] }, prefix) {
  const keys = Object.entries(properties);
  const forms = new Set(keys.map(([, schema]) => JSON.stringify(schema)));
  const written = keys.length >= MANY && forms.size === 1 ? [['NAME', keys[0][1]]] : keys;
  return written.flatMap(([key, schema]) => {
    const name = `${prefix}${key}`;
    const inner = schema.properties ?? schema.items?.properties;
    const mapping = prefix === '' ? schema.anyOf?.find(({ properties: own }) => own && !own.kind) : undefined;
    const nested = inner
      ? keyRows(schema.properties ? schema : schema.items, `${name}${schema.items ? '[]' : ''}.`)
      : keyRows(mapping ?? {}, `${name}.`);
    const fact = required.includes(key)
      ? 'required'
      : schema.default === undefined
        ? ''
        : code(JSON.stringify(schema.default));
    const type = inner && !schema.items ? 'a mapping' : typeText(schema);
    const { description = '' } = schema;
    return [[code(name), type, fact, description === type ? '' : description], ...nested];
  });
}

function typeText(schema) {
  const { type, description, anyOf } = schema;
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum) return `one of ${schema.enum.map((word) => code(word)).join(', ')}`;
  // The description of a text is its form; that of words is what they mean.
  const hasWords = anyOf?.some((form) => form.enum);
  if (description && !hasWords && (type === 'string' || anyOf)) return description;
  if (anyOf) return [...new Set(anyOf.map(typeText))].join(', or ');
  if (type === 'array') return `a list, each ${schema.items ? typeText(schema.items) : 'a value'}`;
  if (type === 'integer') return `a whole number${range(schema)}`;
  if (type === 'number') return `a number${range(schema)}`;
  if (type === 'object') return 'a mapping';
  return type === 'string' ? 'text' : 'any value';
}

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf }) {
  const parts = [
    ...(minimum === undefined ? [] : [`from ${minimum}`]),
    ...(exclusiveMinimum === undefined ? [] : [`above ${exclusiveMinimum}`]),
    ...(maximum === undefined ? [] : [`to ${maximum}`]),
    ...(exclusiveMaximum === undefined ? [] : [`below ${exclusiveMaximum}`]),
  ];
  return `${parts.length > 0 ? ` ${parts.join(' ')}` : ''}${multipleOf ? `, a multiple of ${multipleOf}` : ''}`;
}
