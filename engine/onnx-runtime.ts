// The only file that loads ONNX Runtime: its telemetry is off before the library is there.
import './telemetry-off.js';

export { InferenceSession, Tensor } from 'onnxruntime-node';
