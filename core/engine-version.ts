// Names the version of what is computed. It is part of every score's address: raise it with any change that moves a number.
export const ENGINE_VERSION = 'block-8.ort-1.30.0';
