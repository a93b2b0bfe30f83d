import type { shell as english } from '../en/shell'
import type { Translation } from '../text'

export const shell = { close: 'Schließen' } as const satisfies Translation<typeof english>
