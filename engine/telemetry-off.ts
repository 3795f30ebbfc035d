// Turns off ONNX Runtime's telemetry in this process when it is imported, which must happen before the
// library is loaded.
import { telemetrySwitch } from './telemetry.js';

process.env.ORT_DISABLE_TELEMETRY = telemetrySwitch(process.env);
