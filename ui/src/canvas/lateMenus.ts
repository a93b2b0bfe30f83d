/** The context menus of the canvas, whose code is fetched once the graph is shown. */

import { shown } from '../shell/shown'

type Menus = typeof import('./menus')

const menus = shown.then(() => import('./menus'))
menus.catch(() => undefined) // the browser's own menu does not come either; a reload brings ours

export function cardMenu(...[event, node]: Parameters<Menus['cardMenu']>): void {
  event.preventDefault()
  void menus.then((own) => own.cardMenu(event, node))
}

export function linkMenu(...[event, link]: Parameters<Menus['linkMenu']>): void {
  event.preventDefault()
  void menus.then((own) => own.linkMenu(event, link))
}

export function paneMenu(...[event]: Parameters<Menus['paneMenu']>): void {
  event.preventDefault()
  void menus.then((own) => own.paneMenu(event))
}
