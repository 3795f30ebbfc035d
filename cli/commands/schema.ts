// Defines the command `zeroscout schema`, which prints the JSON Schema of the files that people write, for
// editors that complete and check YAML.
import { Argument, type Command } from 'commander';
import { spaceSchema, specificationSchema } from '../../core/specification/specification-schema.js';
import { printJson } from '../render/terminal.js';

const SCHEMAS = { specification: specificationSchema, space: spaceSchema } as const;

export function addSchemaCommand(program: Command): void {
  const of = new Argument('[FILE]', 'specification, or the file that defines a custom space')
    .choices(Object.keys(SCHEMAS))
    .default('specification');
  program
    .command('schema')
    .description('print the JSON Schema of a specification (draft 2020-12), for editors')
    .addArgument(of)
    .option('--json', 'no effect, since a schema is JSON')
    .action((file: keyof typeof SCHEMAS) => printJson(SCHEMAS[file]()));
}
