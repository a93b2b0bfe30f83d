/** Requests to the server over HTTP. Every address is below the page's own, so a proxy's prefix is kept. */

import type { ProblemRecord } from '../protocol'

/** The server refused a request, or could not be reached. */
export class ServerError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly problems: readonly ProblemRecord[] = [],
  ) {
    super(message)
  }
}

type Query = Record<string, string | number | boolean | readonly string[] | undefined>

/** The address of something of the server's, for an image or a link. */
export function address(path: string, query: Query = {}): string {
  const url = new URL(`api/${path}`, document.baseURI)
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(one))
  }
  return url.href
}

interface Sent {
  query?: Query
  /** JSON, as it is. */
  text?: string
  headers?: Record<string, string>
}

/** Send a request; the answer, if it is no refusal. */
export async function send(method: string, path: string, { query, text, headers }: Sent = {}): Promise<Response> {
  const response = await fetch(address(path, query), {
    method,
    headers: text === undefined ? { ...headers } : { 'content-type': 'application/json', ...headers },
    body: text ?? null,
  }).catch((error: unknown) => {
    throw new ServerError(String(error), 0)
  })
  if (!response.ok) throw await refusal(response)
  return response
}

/** Ask for something; null when the answer has no body. */
export async function ask<T>(method: string, path: string, options: { query?: Query; body?: unknown } = {}) {
  const { query = {}, body } = options
  const response = await send(method, path, body === undefined ? { query } : { query, text: JSON.stringify(body) })
  return (response.status === 204 ? null : await response.json()) as T
}

export const get = <T>(path: string, query: Query = {}) => ask<T>('GET', path, { query })
export const post = <T>(path: string, body: unknown = {}, query: Query = {}) =>
  ask<T>('POST', path, { body, query })
export const remove = (path: string) => ask<null>('DELETE', path)

async function refusal(response: Response): Promise<ServerError> {
  try {
    const told = (await response.json()) as { error: string; problems?: ProblemRecord[] }
    return new ServerError(told.error, response.status, told.problems ?? [])
  } catch {
    return new ServerError(`${response.status} ${response.statusText}`, response.status)
  }
}

/** Send a file; `progress` gets the part that is sent, from 0 to 1. */
export function upload<T>(file: Blob, name: string, progress: (part: number) => void = () => undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const form = new FormData()
    form.append('file', file, name)
    const request = new XMLHttpRequest()
    request.responseType = 'json'
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total)
    }
    request.onload = () => {
      const told = request.response as (T & { error?: string; problems?: ProblemRecord[] }) | null
      if (request.status < 300 && told) resolve(told)
      else reject(new ServerError(told?.error ?? `${request.status} ${request.statusText}`, request.status, told?.problems))
    }
    request.onerror = () => reject(new ServerError('the server can’t be reached', 0))
    request.open('POST', address('uploads'))
    request.send(form)
  })
}
