// The commands of `zeroscout`, with their options and help; main.ts runs them, and the reference page lists them.
import { existsSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import { adviseCommands } from './advise-commands.js';
import { addAllowModules } from './allow-modules.js';
import { addCorrelateCommand } from './commands/correlate.js';
import { addDevicesCommands } from './commands/devices.js';
import { addDiffCommand } from './commands/diff.js';
import { addDoctorCommand } from './commands/doctor.js';
import { addExportCommand } from './commands/export.js';
import { addGcCommand } from './commands/gc.js';
import { addInspectCommand } from './commands/inspect.js';
import { addLatencyCommand } from './commands/latency.js';
import { addResultsCommand } from './commands/results.js';
import { addRunCommand } from './commands/run.js';
import { addScheduleCommands } from './commands/schedule.js';
import { addSchemaCommand } from './commands/schema.js';
import { addScoreCommand } from './commands/score.js';
import { addSearchCommands } from './commands/searches.js';
import { addServicesCommands } from './commands/services.js';
import { addSpaceCommand } from './commands/space.js';
import { addStoreCommands } from './commands/store.js';
import { addValidateCommand } from './commands/validate.js';
import { addWorkerCommand } from './commands/worker.js';
import { addWorkersCommand } from './commands/workers.js';

/** package.json lies beside this folder in the sources, and one folder further up from dist/. */
const manifest = ['../package.json', '../../package.json']
  .map((path) => new URL(path, import.meta.url))
  .find((url) => existsSync(url))!;
const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };

/** A CommanderError is thrown where commander would end the process. */
export function createProgram(): Command {
  const program = new Command('zeroscout')
    .description('Training-free neural architecture search at cluster scale')
    .version(version)
    .showHelpAfterError('(zeroscout --help shows what there is)')
    .exitOverride();
  addRunCommand(program);
  addScoreCommand(program);
  addInspectCommand(program);
  addWorkerCommand(program);
  addWorkersCommand(program);
  addSearchCommands(program);
  addResultsCommand(program);
  addExportCommand(program);
  addLatencyCommand(program);
  addCorrelateCommand(program);
  addDiffCommand(program);
  addScheduleCommands(program);
  addSpaceCommand(program);
  addValidateCommand(program);
  addSchemaCommand(program);
  addGcCommand(program);
  addStoreCommands(program);
  addServicesCommands(program);
  addDoctorCommand(program);
  addDevicesCommands(program);
  addAllowModules(program);
  adviseCommands(program);
  overrideAll(program);
  return program;
}

function overrideAll(command: Command): void {
  for (const child of command.commands) {
    child.exitOverride();
    overrideAll(child);
  }
}
