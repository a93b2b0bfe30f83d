/** What cards, keys and the pointer do to the graph, whose code is fetched once the graph is shown. */

import { shown } from '../shell/shown'

type Actions = typeof import('./actions')
/** Of these nobody asks for the outcome, at most for the end. */
type Told = 'setParam' | 'unsetParam' | 'setInput' | 'toggleCollapsed' | 'toggleFramed' | 'renameSelected' | 'resizeCard'

const actions = shown.then(() => import('./actions'))
actions.catch(() => undefined) // nothing can be edited without it; a reload brings it

export async function act<Name extends Told>(name: Name, ...args: Parameters<Actions[Name]>): Promise<void> {
  const own = await actions
  await (own[name] as (...all: Parameters<Actions[Name]>) => unknown)(...args)
}

export async function moveTo(...args: Parameters<Actions['moveTo']>): Promise<boolean> {
  return (await actions).moveTo(...args)
}

export async function insertOn(...args: Parameters<Actions['insertOn']>): Promise<boolean> {
  return (await actions).insertOn(...args)
}
