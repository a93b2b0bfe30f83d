import { describe, expect, it } from 'vitest'
import css from '../../src/shell/tokens.css?raw'

function colours(selector: string): Readonly<Record<string, string>> {
  const start = css.indexOf(`${selector} {`)
  const block = css.slice(start, css.indexOf('\n}', start))
  return Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1], match[2]]))
}

const light = colours(':root')
const dark = colours("[data-theme='dark']")

/** Relative luminance, WCAG 2.2. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one = '', other = ''): number {
  const [dim = 0, bright = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (bright + 0.05) / (dim + 0.05)
}

const grounds = ['bg', 'canvas', 'surface', 'raised', 'surface-2', 'surface-3']
const texts = ['text', 'text-2', 'text-3', 'accent', 'good', 'warn', 'bad', 'info']
const soft = ['accent', 'good', 'warn', 'bad', 'info'].map((name) => [name, `${name}-soft`] as const)
const pairs: (readonly [string, string])[] = [
  ...texts.flatMap((text) => grounds.map((ground) => [text, ground] as const)),
  ...soft,
  ...['accent', 'good', 'warn', 'bad', 'info'].map((name) => ['text', `${name}-soft`] as const),
  ['accent-text', 'accent'],
  ['accent-text', 'accent-strong'],
]
const shapes = ['border-strong', 'focus', ...Object.keys(light).filter((name) => name.startsWith('type-'))]

describe.each([
  ['light', light],
  ['dark', dark],
])('the %s theme', (_, theme) => {
  it('has every colour', () => {
    expect(Object.keys(theme).sort()).toEqual(Object.keys(light).sort())
  })

  it('shows texts with a contrast of 4.5', () => {
    const poor = pairs.filter(([text, ground]) => contrast(theme[text], theme[ground]) < 4.5)
    expect(poor).toEqual([])
  })

  it('shows what is no text with a contrast of 3', () => {
    const beside = shapes.flatMap((shape) => grounds.slice(0, -1).map((ground) => [shape, ground] as const))
    expect(beside.filter(([shape, ground]) => contrast(theme[shape], theme[ground]) < 3)).toEqual([])
  })
})

it('knows the contrast of black on white', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21)
})
