// Names the version of the engine. It is part of every score's address, so raise it with any change that
// moves a number.
export const ENGINE_VERSION = 'block-8.ort-1.30.0';

/**
 * Names the version of networks that are graphs: of their programs, and of how the weights of ONNX files are
 * recognized. It is part of the addresses of their scores alone, so raise it with any change that moves a number
 * of a graph and of no chain of blocks.
 */
export const GRAPH_VERSION = 17;
