import type { widgets as english } from '../en/widgets'
import type { Translation } from '../text'

export const widgets = {} as const satisfies Translation<typeof english>
