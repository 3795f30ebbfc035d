// Assembles the commands of `zeroscout` with their options and help; main.ts runs them, and the reference
// page lists them.
import { existsSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import { adviseCommands } from './advise-commands.js';
import { addAllowModules } from './allow-modules.js';
import { refuseEmptyTexts } from './refuse-empty-texts.js';

/** package.json is in the parent folder of the sources, and one level higher from dist/. */
const manifest = ['../package.json', '../../package.json']
  .map((path) => new URL(path, import.meta.url))
  .find((url) => existsSync(url))!;
const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };

type AddCommand = (program: Command) => void;

/**
 * The commands in the order of the help, by the names that people type. Each is loaded when it is typed,
 * because loading all would take a fifth of a second.
 */
const COMMANDS: readonly (readonly [names: readonly string[], load: () => Promise<AddCommand>])[] = [
  [['run'], async () => (await import('./commands/run.js')).addRunCommand],
  [['score'], async () => (await import('./commands/score.js')).addScoreCommand],
  [['inspect'], async () => (await import('./commands/inspect.js')).addInspectCommand],
  [['worker'], async () => (await import('./commands/worker.js')).addWorkerCommand],
  [['workers'], async () => (await import('./commands/workers.js')).addWorkersCommand],
  [
    ['status', 'watch', 'pause', 'resume', 'cancel'],
    async () => (await import('./commands/searches.js')).addSearchCommands,
  ],
  [['results'], async () => (await import('./commands/results.js')).addResultsCommand],
  [['export'], async () => (await import('./commands/export.js')).addExportCommand],
  [['latency'], async () => (await import('./commands/latency.js')).addLatencyCommand],
  [['correlate'], async () => (await import('./commands/correlate.js')).addCorrelateCommand],
  [['compare'], async () => (await import('./commands/compare.js')).addCompareCommand],
  [['report'], async () => (await import('./commands/report.js')).addReportCommand],
  [['calibrate'], async () => (await import('./commands/calibrate.js')).addCalibrateCommand],
  [['suggest'], async () => (await import('./commands/suggest.js')).addSuggestCommand],
  [['diff'], async () => (await import('./commands/diff.js')).addDiffCommand],
  [['schedule'], async () => (await import('./commands/schedule.js')).addScheduleCommands],
  [['ui'], async () => (await import('./commands/ui.js')).addUiCommand],
  [['space'], async () => (await import('./commands/space.js')).addSpaceCommand],
  [['validate'], async () => (await import('./commands/validate.js')).addValidateCommand],
  [['schema'], async () => (await import('./commands/schema.js')).addSchemaCommand],
  [['gc'], async () => (await import('./commands/gc.js')).addGcCommand],
  [['store'], async () => (await import('./commands/store.js')).addStoreCommands],
  [['services'], async () => (await import('./commands/services.js')).addServicesCommands],
  [['doctor'], async () => (await import('./commands/doctor.js')).addDoctorCommand],
  [['devices'], async () => (await import('./commands/devices.js')).addDevicesCommands],
];

/**
 * The program with only the command that was typed, with none if the version was asked for, and otherwise with
 * every command. Throws a CommanderError where commander would end the process.
 */
export async function createProgram({
  typed = '',
}: {
  readonly typed?: string | undefined;
} = {}): Promise<Command> {
  const program = new Command('zeroscout')
    .description('Training-free neural architecture search at cluster scale')
    .version(version)
    .showHelpAfterError('(zeroscout --help lists the commands)')
    .exitOverride();
  const loaded = await Promise.all(commandsFor(typed).map(([, load]) => load()));
  for (const add of loaded) add(program);
  addAllowModules(program);
  adviseCommands(program);
  refuseEmptyTexts(program);
  overrideAll(program);
  return program;
}

/** All commands where none was typed, because help and advice name them; the version needs none. */
function commandsFor(typed: string): typeof COMMANDS {
  if (typed === '--version' || typed === '-V') return [];
  const one = COMMANDS.filter(([names]) => names.includes(typed));
  return one.length > 0 ? one : COMMANDS;
}

function overrideAll(command: Command): void {
  for (const child of command.commands) {
    child.exitOverride();
    overrideAll(child);
  }
}
