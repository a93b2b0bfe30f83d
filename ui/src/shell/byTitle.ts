import { language } from '../i18n/language'
import { titleOf, type Command } from '../stores/commands'

/** Commands in the order of their titles; which were registered first depends on what was loaded first. */
export function byTitle(commands: Iterable<Command>): Command[] {
  return [...commands].sort((one, other) => titleOf(one).localeCompare(titleOf(other), language()))
}
