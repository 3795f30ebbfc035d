// Names the version of the engine. It is part of every score's address, so raise it with any change that
// moves a number.
export const ENGINE_VERSION = 'block-8.ort-1.30.0';
