import { formatBytes } from '../../../i18n/t'
import type { JsonValue, SummaryRecord } from '../../../protocol'
import { tensorsOf } from '../../../views/recorded'
import { shapeText, shortNumber } from '../../../views/summary'
import { useGlimpse, type Stored } from './glimpse'

/** Bytes of a value that is read for its card alone; of larger ones the size is told. */
const MOST = 64 * 2 ** 20
const FIELDS = 3
/** Letters of a field that is told: longer ones are written for programs, most often. */
const LETTERS = 40

/** What is neither drawn nor plain: the shape of its numbers, else its first plain fields. */
export function ShortFacts({ stored }: { readonly stored: Stored }) {
  const { result } = stored
  const glimpse = useGlimpse((result.size ?? 0) <= MOST ? stored : null)
  const text = glimpse ? factsText(glimpse.summary) : ''
  const told = text || [result.type, result.size ? formatBytes(result.size) : ''].filter(Boolean).join(' · ')
  return <p className="card-facts" title={told}>{told}</p>
}

function factsText(summary: SummaryRecord): string {
  const tensors = tensorsOf(summary)
  const [first] = tensors
  if (first) {
    const more = tensors.length > 1 ? ` +${tensors.length - 1}` : ''
    return `${shapeText(first.shape)} · ${first.dtype}${more}`
  }
  const plain = Object.entries(summary.fields).filter(([, value]) => isShort(value))
  return plain.slice(0, FIELDS).map(([name, value]) => `${name} ${fieldText(value)}`).join(' · ')
}

const isShort = (value: JsonValue) => (typeof value === 'string' ? value !== '' && value.length <= LETTERS : typeof value !== 'object')

function fieldText(value: JsonValue): string {
  return typeof value === 'number' ? shortNumber(value) : String(value)
}
