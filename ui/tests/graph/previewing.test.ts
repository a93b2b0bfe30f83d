import { describe, expect, it } from 'vitest'
import { previewHeight, previewIn, previewOf } from '../../src/graph/previewing'
import type { OutputPortRecord } from '../../src/protocol'

type Shapes = Record<string, OutputPortRecord['shape']>

const outputs = (shapes: Shapes): Record<string, OutputPortRecord> =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { type: '', shape, help: '' }]))
const of = (shapes: Shapes) => previewOf(outputs(shapes))

describe('what a card shows', () => {
  it.each([
    [{ class: 'nodes.values.Image' }, 'picture'],
    [{ class: 'Latent', args: [{ var: 'F' }] }, 'picture'],
    [{ list: { class: 'Image' } }, 'picture'],
    [{ class: 'Video' }, 'moving'],
    [{ class: 'Mesh' }, 'moving'],
    [{ class: 'Audio' }, 'audio'],
    [{ list: { class: 'float' } }, 'plot'],
    [{ class: 'Sigmas' }, 'plot'],
    [{ class: 'str' }, 'text'],
    [{ class: 'bool' }, 'values'],
    [{ list: { class: 'str' } }, 'list'],
    [{ list: {} }, 'list'],
    [{ class: 'Conditioning' }, 'facts'],
  ])('of %o is a %s', (shape, kind) => {
    expect(of({ out: shape })).toEqual({ kind, ports: ['out'] })
  })

  it('is nothing of a model, and of what may be anything', () => {
    expect(of({ unet: { class: 'UNet' }, vae: { class: 'VAE' }, scheduler: { class: 'SchedulerConfig' } })).toBeNull()
    expect(of({ out: { var: 'T' } })).toBeNull()
    expect(of({ out: { list: { var: 'T' } } })).toBeNull()
    expect(of({})).toBeNull()
  })

  it('is what people look for first, and all of what is short', () => {
    const number = { class: 'float' }
    expect(of({ psnr: number, image: { class: 'Image' } })).toEqual({ kind: 'picture', ports: ['image'] })
    expect(of({ state: { class: 'TrainState' }, loss: number })).toEqual({ kind: 'values', ports: ['loss'] })
    expect(of({ width: number, height: number })).toEqual({ kind: 'values', ports: ['width', 'height'] })
  })

  it('is curves of a loop that collects numbers, with room for the picture that it shows', () => {
    const shapes = { loss: { list: { class: 'float' } }, state: { class: 'TrainState' } }
    const shown = (type: string, collect: string[]) => previewIn({ type, collect }, outputs(shapes))
    expect(shown('flow.loop', ['loss'])).toEqual({ kind: 'curves', ports: ['loss'] })
    expect(shown('flow.loop', [])?.kind).toBe('plot')
    expect(shown('train.losses', [])?.kind).toBe('plot')
    expect(previewIn({ type: 'flow.loop', collect: ['loss'] }, outputs({ ...shapes, latent: { class: 'Latent' } }))?.kind).toBe('picture')
    expect(previewHeight(shown('flow.loop', ['loss']), 'medium')).toBe(264)
  })

  it('takes room by its kind, and none where people want no previews', () => {
    const height = (shapes: Shapes) => previewHeight(of(shapes), 'medium')
    expect(height({ out: { class: 'Image' } })).toBe(160)
    expect(height({ out: { class: 'float' } })).toBe(28)
    expect(height({ a: { class: 'int' }, b: { class: 'int' }, c: { class: 'int' } })).toBe(48)
    expect(height({ out: { class: 'UNet' } })).toBe(0)
    expect(previewHeight(of({ out: { class: 'Image' } }), 'none')).toBe(0)
  })
})
