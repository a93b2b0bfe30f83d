import type { ReactNode } from 'react'
import { create } from 'zustand'

export interface DialogAction {
  /** What `ask` answers when this is chosen. */
  readonly id: string
  readonly label: string
  /** `primary` is what Enter does; `danger` loses something. */
  readonly kind?: 'primary' | 'danger' | 'plain'
}

export interface Question {
  readonly title: string
  readonly text?: ReactNode
  /** The choices besides cancelling, from the least to the most likely. */
  readonly actions: readonly DialogAction[]
  /** The label of the button that cancels, if not "Cancel"; null for none. */
  readonly cancel?: string | null
}

export interface NameQuestion {
  readonly title: string
  readonly text?: ReactNode
  readonly label: string
  /** What stands in the field at first, all of it selected. */
  readonly value?: string
  readonly placeholder?: string
  /** The label of the button that confirms. */
  readonly action: string
  /** What is wrong with a value, or null if nothing is. */
  readonly check?: (value: string) => string | null
}

interface Waiting {
  readonly id: number
  readonly answer: (value: string | null) => void
}

export type Asked =
  | (Waiting & { readonly kind: 'choice'; readonly question: Question })
  | (Waiting & { readonly kind: 'name'; readonly question: NameQuestion })

/** The questions that wait for an answer; the first is shown. */
export const useQuestions = create<{ readonly asked: readonly Asked[] }>(() => ({ asked: [] }))

let nextId = 1

function put(make: (waiting: Waiting) => Asked): Promise<string | null> {
  const id = nextId++
  return new Promise((resolve) => {
    const answer = (value: string | null) => {
      useQuestions.setState(({ asked }) => ({ asked: asked.filter((one) => one.id !== id) }))
      resolve(value)
    }
    const one = make({ id, answer })
    useQuestions.setState(({ asked }) => ({ asked: [...asked, one] }))
  })
}

/** Asks in a dialog; gives the id of the chosen action, or null when it was cancelled. */
export function ask(question: Question): Promise<string | null> {
  return put((waiting) => ({ ...waiting, kind: 'choice', question }))
}

/** Asks for a name or another line of text; gives it trimmed, or null when it was cancelled. */
export function prompt(question: NameQuestion): Promise<string | null> {
  return put((waiting) => ({ ...waiting, kind: 'name', question }))
}

/** Cancels all questions that wait. */
export function cancelQuestions(): void {
  for (const one of useQuestions.getState().asked) one.answer(null)
}
