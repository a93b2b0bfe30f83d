import { describe, expect, test } from 'vitest'
import { crumbsOf, lastPart, matches, withRecent } from '../../src/widgets/files'
import { isPicture, isUpload } from '../../src/graph/fileNames'
import { fileName } from '../../src/widgets/uploads'

const ID = `${'0f'.repeat(16)}.png`

describe('names of files', () => {
  test('an upload is called what its sender called it', () => {
    const record = { id: ID, name: 'tom.png', media: 'image/png', size: 1, created: 0 }
    expect(fileName(ID, new Map([[ID, record]]))).toBe('tom.png')
  })
  test('an upload without a name is called by the beginning of its id', () => {
    expect(fileName(ID, new Map())).toBe('0f0f0f0f….png')
    const record = { id: ID, name: '', media: 'image/png', size: 1, created: 0 }
    expect(fileName(ID, new Map([[ID, record]]))).toBe('0f0f0f0f….png')
  })
  test('a file of the workspace is called by its name', () => {
    expect(isUpload('cats/tom.png')).toBe(false)
    expect(fileName('cats/tom.png', new Map())).toBe('cats/tom.png')
    expect(lastPart('cats/tom.png')).toBe('tom.png')
    expect(lastPart('tom.png')).toBe('tom.png')
  })
  test('pictures are told by their ending, in either case', () => {
    expect(isPicture('a.PNG')).toBe(true)
    expect(isPicture('a.safetensors')).toBe(false)
    expect(isPicture('png')).toBe(false)
  })
})

describe('choosing files', () => {
  test('the way to a folder leads through those above it', () => {
    expect(crumbsOf('a/b/c')).toEqual(['a', 'a/b', 'a/b/c'])
    expect(crumbsOf('')).toEqual([])
  })
  test('a search finds names that hold all its words', () => {
    expect(matches('Cats/Tom.png', 'tom cat')).toBe(true)
    expect(matches('Cats/Tom.png', 'tom dog')).toBe(false)
    expect(matches('Cats/Tom.png', '')).toBe(true)
  })
  test('what was chosen last comes first, once', () => {
    expect(withRecent(['a', 'b'], 'b')).toEqual(['b', 'a'])
    expect(withRecent(Array.from({ length: 40 }, (_, i) => String(i)), 'x')).toHaveLength(40)
  })
})
