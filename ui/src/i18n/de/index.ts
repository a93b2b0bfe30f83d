import type { Dictionary } from '../text'
import { canvas } from './canvas'
import { panels } from './panels'
import { shell } from './shell'
import { views } from './views'
import { widgets } from './widgets'

export const german: Dictionary = { canvas, panels, shell, views, widgets }
