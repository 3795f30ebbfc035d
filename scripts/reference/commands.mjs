// Writes the page of the commands from the program itself.
import { createProgram } from '../../dist/cli/program.js';
import { code, page, prose, sentence, table } from './markdown.mjs';

const program = await createProgram();

/** The names of the commands, without their subcommands. */
export function commandNames() {
  return program.commands.map((command) => command.name());
}

export function commandsPage() {
  const leaves = leafCommands(program, []);
  const sections = leaves.map(({ name, command }) => {
    const options = command.options.filter(({ hidden }) => !hidden);
    const args = command.registeredArguments;
    const usage = `zeroscout ${name}${args.map(argumentText).join('')}${options.length > 0 ? ' [options]' : ''}`;
    return [
      `## ${name}`,
      `${sentence(command.description())}`,
      `    ${usage}`,
      ...(args.length > 0
        ? [
            table(
              ['argument', 'meaning'],
              args.map((a) => [code(a.name()), withDefault(a)]),
            ),
          ]
        : []),
      ...(options.length > 0
        ? [
            table(
              ['option', 'meaning'],
              options.map((o) => [code(o.flags), withDefault(o)]),
            ),
          ]
        : []),
    ].join('\n\n');
  });
  return page(
    'Commands',
    'Every command has `--help`; all but `worker` print JSON with `--json`. Results go to standard output, everything else to standard error; [exit codes](exit-codes.md) say how a command ended, and with `--json` a failed one also prints `{"error": {"code": ...}}` ([errors](errors.md)). An `ID` can be shortened to a prefix that only one search has. `@last` is the newest search. The id that Temporal’s page shows (`search-...`) also works. `--allow-modules` (or `ZEROSCOUT_ALLOW_MODULES=1`) lets a command or a worker run the code of spaces and proxies that are [modules](../guides/own-space.md#a-module); without it no code of a specification runs.',
    sections,
  );
}

/** Commands that can be run; a command with subcommands only groups them. */
function leafCommands(command, path) {
  const children = command.commands.filter((child) => child.name() !== 'help');
  if (children.length === 0) return [{ name: path.join(' '), command }];
  return children.flatMap((child) => leafCommands(child, [...path, child.name()]));
}

function argumentText(argument) {
  const name = argument.name().replace(/^[<[]|[\]>]$/g, '');
  const text = argument.variadic ? `${name}...` : name;
  return argument.required ? ` <${text}>` : ` [${text}]`;
}

function withDefault({ description, defaultValue, defaultValueDescription, argChoices, mandatory }) {
  const notes = [
    ...(mandatory ? ['required'] : []),
    ...(argChoices ? [`one of ${argChoices.join(', ')}`] : []),
    ...(defaultValue === undefined ? [] : [`default: ${defaultValueDescription ?? defaultValue}`]),
  ];
  return prose(notes.length > 0 ? `${description} (${notes.join('; ')})` : description);
}
