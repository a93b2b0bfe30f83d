import type { canvas as english } from '../en/canvas'
import type { Translation } from '../text'

export const canvas = {} as const satisfies Translation<typeof english>
