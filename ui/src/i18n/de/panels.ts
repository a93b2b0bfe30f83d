import type { panels as english } from '../en/panels'
import type { Translation } from '../text'

export const panels = {} as const satisfies Translation<typeof english>
