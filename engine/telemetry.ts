// Turns off ONNX Runtime's telemetry unless the user asked for it, before the library is loaded.

/** The variable that ONNX Runtime reads once, when its native library creates its environment. */
const VARIABLE = 'ORT_DISABLE_TELEMETRY';

/** Values by which a user allows telemetry. Any other value, and no value, keeps it off. */
const ALLOWED = /^\s*(0|false|no|off)\s*$/i;

/**
 * The environment in which a process may load ONNX Runtime. Otherwise the official Linux builds since 1.29
 * keep a device id and a database of events in the home folder, write files to the temporary folder and
 * upload the events to Microsoft.
 */
export function withoutTelemetry(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, [VARIABLE]: readTelemetrySwitch(env) };
}

/** The value of the variable: `0` if the user allowed telemetry, else `1`, which ONNX Runtime obeys. */
export function readTelemetrySwitch(env: NodeJS.ProcessEnv): '0' | '1' {
  return ALLOWED.test(env[VARIABLE] ?? '') ? '0' : '1';
}
