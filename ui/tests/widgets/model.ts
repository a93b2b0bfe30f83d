import type { ModelRecord } from '../../src/protocol'

/** A model of which little is known. */
export function model(name: string, more: Partial<ModelRecord> = {}): ModelRecord {
  return {
    name,
    format: 'safetensors',
    size: 1,
    modified: 0,
    picture: '',
    kind: 'unknown',
    layout: '',
    family: '',
    variant: '',
    prediction: '',
    precision: {},
    parameters: 0,
    missing: [],
    trigger_words: [],
    title: '',
    author: '',
    licence: '',
    problem: '',
    ...more,
  }
}
