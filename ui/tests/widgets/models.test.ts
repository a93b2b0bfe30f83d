import { describe, expect, test } from 'vitest'
import type { ModelRecord } from '../../src/protocol'
import { target } from '../../src/widgets/ModelList'
import { ALL, asked, briefly, counted, hasFault, isMeant, modelPath, precisionText, reads, withWords } from '../../src/widgets/models'
import { model } from './model'

const MODELS = [
  model('checkpoints/dream.safetensors', { kind: 'checkpoint', family: 'sd1', author: 'Anna' }),
  model('loras/ink.safetensors', { kind: 'lora', family: 'sdxl', trigger_words: ['inkpunk style'] }),
  model('loras/lines.safetensors', { kind: 'lora', family: 'sd1' }),
  model('emoji', { kind: 'pipeline', format: 'diffusers', family: 'sd1' }),
  model('old.ckpt', { format: 'ckpt' }),
]

describe('a port', () => {
  const names = (form: Parameters<typeof reads>[0]) => MODELS.filter((one) => reads(form, one)).map((one) => one.name)
  test('of folders reads models in diffusers’ layout', () => expect(names({ folder: true, suffixes: ['.json'] })).toEqual(['emoji']))
  test('of files reads those that end as it asks', () => {
    expect(names({ folder: false, suffixes: ['.ckpt'] })).toEqual(['old.ckpt'])
    expect(names({ folder: false, suffixes: [] })).toHaveLength(4)
  })
  test('is meant for its kinds, and for what can’t be told', () => {
    expect(MODELS.filter((one) => isMeant({ kinds: ['lora'], families: [] }, one)).map((one) => one.name)).toEqual([
      'loras/ink.safetensors',
      'loras/lines.safetensors',
      'old.ckpt',
    ])
    expect(MODELS.every((one) => isMeant({ kinds: [], families: [] }, one))).toBe(true)
  })
  test('is meant for its families, and for what is of none that is known', () => {
    const ofSd3 = MODELS.filter((one) => isMeant({ kinds: [], families: ['sd3'] }, one))
    expect(ofSd3.map((one) => one.name)).toEqual(MODELS.filter((one) => one.family === '').map((one) => one.name))
    expect(MODELS.filter((one) => isMeant({ kinds: ['lora'], families: ['sd1'] }, one)).map((one) => one.name)).toContain('loras/lines.safetensors')
  })
})

describe('models are found', () => {
  const found = (query: Partial<typeof ALL>) => asked(MODELS, { ...ALL, ...query }).map((one) => one.name)
  test('all, when nothing is asked', () => expect(asked(MODELS, ALL)).toBe(MODELS))
  test('by words of their names in any order', () => expect(found({ text: 'LINES loras' })).toEqual(['loras/lines.safetensors']))
  test('by their maker', () => expect(found({ text: 'anna' })).toEqual(['checkpoints/dream.safetensors']))
  test('by their trigger words', () => expect(found({ text: 'inkpunk' })).toEqual(['loras/ink.safetensors']))
  test('by their family as people write it', () => expect(found({ text: 'sd 1.5 dream' })).toEqual(['checkpoints/dream.safetensors']))
  test('of one kind and family', () => expect(found({ kind: 'lora', family: 'sd1' })).toEqual(['loras/lines.safetensors']))
})

test('what there is most of is first, and what is not known is no choice', () => {
  expect(counted(MODELS, 'family')).toEqual([['sd1', 3], ['sdxl', 1]])
  expect(counted(MODELS, 'kind').map(([kind]) => kind)).toEqual(['lora', 'checkpoint', 'pipeline', 'unknown'])
})

describe('a model in one line', () => {
  test('has kind, family, precision and size', () => {
    const one = model('a.safetensors', { kind: 'lora', family: 'sdxl', variant: 'refiner', precision: { F16: 1 }, size: 2 ** 20 })
    expect(briefly(one)).toBe('LoRA · SDXL refiner · fp16 · 1 MB')
  })
  test('leaves out what is not known, and has the format where the kind is not', () => {
    expect(briefly(model('a.ckpt', { format: 'ckpt', size: 2 }))).toBe('ckpt · 2 B')
  })
})

describe('precision', () => {
  const precision = (shares: ModelRecord['precision']) => precisionText({ precision: shares })
  test('is told as people call it', () => expect(precision({ BF16: 1 })).toBe('bf16'))
  test('of several types tells those that count', () => expect(precision({ F8_E4M3: 0.8, F32: 0.19, I64: 0.01 })).toBe('fp8 + fp32'))
  test('of two spellings of one type tells it once', () => expect(precision({ F8_E4M3: 0.5, F8_E5M2: 0.5 })).toBe('fp8'))
  test('of GGUF is its own', () => expect(precision({ Q4_K: 1 })).toBe('Q4_K'))
})

test('what is missing or wrong is a fault', () => {
  expect(hasFault(model('a'))).toBe(false)
  expect(hasFault(model('a', { missing: ['vae'] }))).toBe(true)
  expect(hasFault(model('a', { problem: 'cut short' }))).toBe(true)
})

test('a folder’s slash stays one in an address', () => expect(modelPath('a b/c#d.pt')).toBe('models/a%20b/c%23d.pt'))

describe('words go to a prompt', () => {
  test('after a comma', () => expect(withWords('a red apple', ['ink', 'lines'])).toBe('a red apple, ink, lines'))
  test('alone where there is none', () => expect(withWords('', ['ink'])).toBe('ink'))
  test('without a second comma', () => expect(withWords('apple, ', ['ink'])).toBe('apple, ink'))
  test('once, however they are written', () => expect(withWords('apple, Ink', ['ink', 'lines'])).toBe('apple, Ink, lines'))
  test('not at all when they are there', () => expect(withWords('apple, ink', ['ink'])).toBe('apple, ink'))
})

describe('a key leads', () => {
  const to = (key: string, ctrlKey = false) => target({ key, ctrlKey }, 5, 20, 8)
  test.each([
    ['ArrowDown', 6],
    ['ArrowUp', 4],
    ['PageDown', 13],
    ['PageUp', 0],
    ['Home', null],
    ['x', null],
  ])('%s', (key, place) => expect(to(key)).toBe(place))
  test('with Ctrl to an end', () => expect([to('Home', true), to('End', true)]).toEqual([0, 19]))
})
