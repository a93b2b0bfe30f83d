import { canvas } from './canvas'
import { panels } from './panels'
import { left } from './panelsLeft'
import { reasons } from './reasons'
import { shell } from './shell'
import { views } from './views'
import { widgets } from './widgets'

export const english = { canvas, left, panels, reasons, shell, views, widgets } as const
