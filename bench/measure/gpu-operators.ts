// In: a device. Out: time and bandwidth of the single operators that a stack's program is made of, at its sizes.
import { Tensor } from 'onnxruntime-node';
