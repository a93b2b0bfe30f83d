import type { Explanation } from '../protocol'
import { t } from './t'

/** Why a run would do with a node what it does, in the language spoken now; empty of what is not planned. */
export const whyText = (plan: Pick<Explanation, 'reasons'> | undefined): string =>
  plan ? plan.reasons.map(({ code, args }) => t(`reasons.${code}`, args)).join('; ') : ''
