import type { ProblemRecord, Said } from '../protocol'
import { language, type Language } from './language'

type Texts = Readonly<Record<string, string>>
type Problems = readonly ProblemRecord[]

/** Languages other than English, in which problems come from the server, and their texts, which come late. */
const sources: Partial<Record<Language, () => Promise<Texts>>> = {
  de: () => import('./de/problems').then(({ problems }) => problems),
}
const loaded = new Map<Language, Texts>()
const loading = new Map<Language, Promise<void>>()
const known = new WeakMap<Problems, { readonly texts: Texts; readonly said: Problems }>()

/** Problems as the language spoken now says them; in English while its texts are not there. */
export function sayProblems(problems: Problems): Problems {
  const texts = loaded.get(language())
  if (!texts) return problems
  const before = known.get(problems)
  if (before?.texts === texts) return before.said
  const said = problems.map((problem) => sayProblem(problem, texts))
  known.set(problems, { texts, said })
  return said
}

/** Loads what is missing to say problems in the language spoken now; undefined when nothing is. */
export function loadProblems(): Promise<void> | undefined {
  const spoken = language()
  const source = sources[spoken]
  if (!source || loaded.has(spoken)) return undefined
  const before = loading.get(spoken)
  if (before) return before
  const load = source()
    .then((texts) => void loaded.set(spoken, texts))
    .finally(() => loading.delete(spoken))
  loading.set(spoken, load)
  return load
}

function sayProblem(problem: ProblemRecord, texts: Texts): ProblemRecord {
  const part = (name: 'expected' | 'got' | 'cure') => {
    const said = problem.said[name]
    return (said && say(said, texts)) ?? problem[name]
  }
  return { ...problem, expected: part('expected'), got: part('got'), cure: part('cure') }
}

/** A phrase with what stands in it; undefined when one of them is unknown here. */
function say({ code, args }: Said, texts: Texts): string | undefined {
  const text = texts[code]
  if (text === undefined) return undefined
  let whole = true
  const filled = text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const arg = args[name]
    const said = arg === undefined || typeof arg === 'string' ? arg : say(arg, texts)
    if (said === undefined) whole = false
    return said ?? ''
  })
  return whole ? filled : undefined
}
