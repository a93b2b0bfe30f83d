import { create } from 'zustand'

export type NoticeKind = 'info' | 'good' | 'warn' | 'error'

/** What somebody can do about a notice. */
export interface NoticeAction {
  readonly label: string
  readonly run: () => void
}

export interface Notice {
  readonly id: number
  readonly kind: NoticeKind
  readonly text: string
  /** More, shown smaller: the cure of a problem, or a file's name. */
  readonly detail?: string
  readonly action?: NoticeAction
  /** When it came, in ms since 1970. */
  readonly at: number
  /** How long it stays, in ms; null until it is dismissed. */
  readonly stay: number | null
  /** How many equal ones came. */
  readonly count: number
}

export type NewNotice = Pick<Notice, 'kind' | 'text' | 'detail' | 'action'> & { readonly stay?: number | null }

interface Notices {
  /** Those shown now, the oldest first. */
  readonly shown: readonly Notice[]
  /** All of this visit, the newest first. */
  readonly history: readonly Notice[]
  /** How many came since the history was looked at. */
  readonly unseen: number
}

const shownLimit = 4
const historyLimit = 100

export const useNotices = create<Notices>(() => ({ shown: [], history: [], unseen: 0 }))

let nextId = 1

/** Problems and offers to act stay until they are dismissed; the rest as long as reading takes. */
export function stayOf(notice: NewNotice): number | null {
  if (notice.stay !== undefined) return notice.stay
  if (notice.kind === 'error') return null
  const letters = notice.text.length + (notice.detail?.length ?? 0)
  return Math.min(15000, 4000 + letters * 40 + (notice.action ? 6000 : 0))
}

/** Shows a notice; one that says the same as one shown already is counted on that one. Returns its id. */
export function notify(notice: NewNotice): number {
  const { shown, history, unseen } = useNotices.getState()
  const equal = shown.find((one) => one.kind === notice.kind && one.text === notice.text && one.detail === notice.detail)
  const next: Notice = {
    ...notice,
    id: equal?.id ?? nextId++,
    at: Date.now(),
    stay: stayOf(notice),
    count: (equal?.count ?? 0) + 1,
  }
  const others = (list: readonly Notice[]) => list.filter((one) => one.id !== next.id)
  useNotices.setState({
    shown: equal ? shown.map((one) => (one === equal ? next : one)) : makeRoom([...shown, next]),
    history: [next, ...others(history)].slice(0, historyLimit),
    unseen: unseen + (equal ? 0 : 1),
  })
  return next.id
}

/** When too many are shown, the oldest that would go by itself goes first, then the oldest. */
function makeRoom(notices: readonly Notice[]): readonly Notice[] {
  if (notices.length <= shownLimit) return notices
  const passing = notices.findIndex((one) => one.stay !== null)
  const leaving = passing === -1 || passing === notices.length - 1 ? 0 : passing
  return notices.filter((_, index) => index !== leaving)
}

/** Takes a notice off the screen; the history keeps it. */
export function dismiss(id: number): void {
  useNotices.setState(({ shown }) => ({ shown: shown.filter((one) => one.id !== id) }))
}

/** Says that the history was looked at. */
export function seeNotices(): void {
  useNotices.setState({ unseen: 0 })
}

/** Empties the history. */
export function clearNotices(): void {
  useNotices.setState({ shown: [], history: [], unseen: 0 })
}
