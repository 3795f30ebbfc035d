// Loads ONNX Runtime after turning off its telemetry. No other file may load it.
import './telemetry-off.js';

export { InferenceSession, Tensor } from 'onnxruntime-node';
