// Turns off ONNX Runtime's telemetry in this process when it is imported, which must happen before the
// library is loaded.
import { readTelemetrySwitch } from './telemetry.js';

process.env.ORT_DISABLE_TELEMETRY = readTelemetrySwitch(process.env);
