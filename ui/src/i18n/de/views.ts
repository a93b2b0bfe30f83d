import type { views as english } from '../en/views'
import type { Translation } from '../text'

export const views = {} as const satisfies Translation<typeof english>
