// Writes the page of the commands from the program itself.
import { createProgram } from '../../dist/cli/program.js';
import { code, page, prose, sentence, table } from './markdown.mjs';

const program = await createProgram();

/** The names of the commands that can be run, such as `workers` and `workers release`. */
export function commandNames() {
  return listCommands(program, []).map(({ name }) => name);
}

export function commandsPage() {
  const sections = listCommands(program, []).map(({ name, command }) => {
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

/** Commands that can be run. A command with subcommands only groups them, unless it has options of its own. */
function listCommands(command, path) {
  const children = command.commands.filter((child) => child.name() !== 'help');
  const isRun = path.length > 0 && (children.length === 0 || command.options.length > 0);
  const own = isRun ? [{ name: path.join(' '), command }] : [];
  return [...own, ...children.flatMap((child) => listCommands(child, [...path, child.name()]))];
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
