/**
 * The server operations that gestures stand for. Each builder returns them in order, to be sent as one edit.
 */

export * from './edits'
export * from './looping'
export * from './rewiring'
export * from './structure'
export * from './viewing'
